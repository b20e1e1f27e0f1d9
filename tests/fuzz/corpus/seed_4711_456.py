"""values: DetachmentError: turning x into a plain NumPy array would detach a traced float from its derivative (at program.py:21, in f). A plain number carries no derivative, so the result would silently be wrong. Write clearprop.numpy.array, clearprop.numpy.stack or the function's name in clearprop.numpy; to step out of the derivative on purpose, use cp.stop_gradient(x).value.

Found by `make fuzz` as program 456 of seed 4711.
"""

import clearprop.numpy as np

import clearprop as cp


def f(x):
    def g3(u0):
        v1 = np.roll(x, -2)
        v2 = np.einsum(",->", v1, v1)
        return v2
    v4 = cp.jvp(g3, (x,), (x,))[1]
    v5 = v4 * np.array(-1, dtype=int)
    v6 = np.ptp(x)
    v7 = v4 / (2)
    v8 = np.arcsin((0.8 * np.sin(x)))
    def g11(u9):
        v10 = np.max(u9)
        return v10
    v12 = g11(v7)
    v13 = np.where(v12 >= 1.0, v4, 0.5)
    v13[...] = x
    return v13


ARGS = (
    1.028,
)
