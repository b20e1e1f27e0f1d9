"""by itself: AttributeError: 'float' object has no attribute 'dtype'

Found by `make fuzz` as program 13227 of seed 100.
"""

import clearprop.numpy as np

import clearprop as cp


def f(x, y):
    def g4(u0):
        v2 = np.asarray([np.sum(u0) ** i1 for i1 in range(3)])
        v3 = np.logaddexp2(x, v2)
        return v3
    v5 = cp.jvp(g4, (y,), (y,))[1]
    return 0.0


ARGS = (
    0.548,
    np.zeros((0,)),
)
