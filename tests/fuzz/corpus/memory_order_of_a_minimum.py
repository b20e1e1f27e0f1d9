"""the traced value and NumPy's: what was written into a reshape of an array

The smaller of a number and an array was in C order, whatever that of the array is.
Found by `make fuzz` as program 4369 of seed 1100.
"""

import numpy as np

import clearprop as cp


def f(x, y, z):
    v0 = np.linalg.slogdet((np.sin(z) + 3.0 * np.eye(2)))[1]
    v2 = (1.5 + np.tanh(z)) ** x
    v3 = np.linalg.slogdet((np.sin(z) + 3.0 * np.eye(2)))[1]
    v4 = np.fmin(v3, z)
    v5 = np.quantile(v2, 0.3, axis=0)
    v6 = y[...]
    v7 = v4.ravel()
    for i8 in range(1, 4):
        v7[i8] = v7[i8] + 0.5 * v7[i8 - 1]
    v9 = np.exp(v7)
    v10 = np.linalg.solve((np.sin(v4) + 3.0 * np.eye(2)), v5)
    return v10


ARGS = (
    np.array([-1.474, 1.797]),
    np.array([-0.368, -0.121, 0.965]),
    np.asfortranarray(np.array([[-0.008, -0.639], [-1.791, 0.033]])),
)
