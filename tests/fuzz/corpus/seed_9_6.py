"""values: TypeError: 'numpy.float64' object does not support item assignment

Found by `make fuzz` as program 6 of seed 9.
"""

import numpy as np

import clearprop as cp


def f(x):
    if np.sum(x) < 0.5:
        v0 = x * x
        def g3(u1):
            v2 = np.where(np.logical_not(u1 < 1.0), u1, 3.0)
            return v2
        c4 = cp.custom_derivative(g3)
        c4.defjvp(lambda p, t: (c4(*p), cp.jvp(g3, p, t)[1]))
        v5 = c4(x)
    v6 = np.exp(v0)
    def g9(u7):
        v8 = np.mean(v6)
        return v8
    v10 = cp.vjp(g9, v0)[1](v6)[0]
    v5[...] = 0.5
    return v10


ARGS = (
    -0.849,
)
