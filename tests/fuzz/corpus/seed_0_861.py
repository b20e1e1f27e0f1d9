"""first_order: TypeError: 'numpy.float64' object does not support item assignment

Found by `make fuzz` as program 861 of seed 0.
"""

import numpy as np

import clearprop as cp


def f(x):
    def g3(u0):
        if np.sum(u0) < 0.5:
            v1 = np.sin(u0)
        v2 = u0.ravel()
        return np.sum(v2 * v2)
    v4 = cp.value_and_grad(g3)(x)[1]
    v4[...] = 0.5
    return v4


ARGS = (
    np.array(-0.604),
)
