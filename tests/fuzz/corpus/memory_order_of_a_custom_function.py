"""the traced value and NumPy's: what was written into a reshape of an array

The value of a function with a rule of its own lay as what it was a view of, not in C order.
Found by `make fuzz` as program 53975 of seed 1200.
"""

import numpy as np

import clearprop as cp


def f(x, y):
    def g3(u0):
        v1 = np.cos(u0)
        v2 = u0[::2]
        return v2
    c4 = cp.custom_derivative(g3)
    c4.defjvp(lambda p, t: (c4(*p), cp.jvp(g3, p, t)[1]))
    v5 = c4(y)
    v6 = np.transpose(x)
    v7 = np.reshape(v5, (-1,))
    v8 = np.linalg.slogdet((np.sin(y) + 4.0 * np.eye(3)))[1]
    v9 = x % 1.0
    for i10 in range(1, 6):
        v7[i10] *= np.cos(v7[i10 - 1])
    def g13(u11):
        v12 = np.sin(u11)
        return v12
    v14 = cp.jvp(g13, (v5,), (v5,))[1]
    return v14


ARGS = (
    0.548,
    np.array([[0.548, -0.921, -1.836], [-1.934, 1.253, 1.651], [0.427, 0.918, 0.174]]),
)
