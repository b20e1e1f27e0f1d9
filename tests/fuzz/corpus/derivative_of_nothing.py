"""values: ValueError: output array is read-only

The pullback of a function that does not depend on its argument gave a plain, read-only array, into
which nothing traced could be written. Found by `make fuzz` as programs 102 and 297 of seed 0.
"""

import clearprop.numpy as np

import clearprop as cp


def f(x, y):
    def g5(u0):
        return np.sin(y)
    v6 = cp.vjp(g5, y)[1](np.cos(g5(y)))[0]
    v6[-1] -= x
    v6 += y
    return v6


ARGS = (
    1.986,
    np.array([0.532, -1.058, 1.012]),
)
