"""values: DetachmentError: turning x into a plain NumPy array would detach a traced float64 from its derivative (at program.py:17, in f). A plain number carries no derivative, so the result would silently be wrong. Write clearprop.numpy.array, clearprop.numpy.stack or the function's name in clearprop.numpy; to step out of the derivative on purpose, use cp.stop_gradient(x).value.

Found by `make fuzz` as program 276 of seed 77.
"""

import numpy as np

import clearprop as cp


def f(x):
    v0 = np.logaddexp2(x, x)
    v1 = (0.5) - x
    v2 = np.where(x < 0.5, v1, 3)
    v3 = np.sum(v0)
    v4 = np.log(np.log((1.3 + v0 ** 2) + 1.0))
    v5 = v2[...]
    def g8(u6):
        v7 = v4 * int(u6)
        return np.sum(v7 * v7)
    v9 = cp.grad(g8)(v5)
    v9[...] = x
    return v9


ARGS = (
    np.float64(-1.079),
)
