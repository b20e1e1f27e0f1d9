"""values: DetachmentError: turning x into a plain NumPy array would detach a traced float64 from its derivative (at program.py:18, in f). A plain number carries no derivative, so the result would silently be wrong. Write clearprop.numpy.array, clearprop.numpy.stack or the function's name in clearprop.numpy; to step out of the derivative on purpose, use cp.stop_gradient(x).value.

Found by `make fuzz` as program 2371 of seed 4711.
"""

import clearprop.numpy as np

import clearprop as cp


def f(x):
    v0 = np.where(x > 0.5, x, 2)
    v1 = np.vstack([v0, x])
    def g6(u2):
        v3 = v1 ** 2
        if np.sum(u2) < 1.0:
            v4 = u2.reshape((1,))
            v5 = x / v0
        return np.sum(np.sin(v5))
    v7 = cp.value_and_grad(g6)(v0)[1]
    v8 = v7.clip(-1.0, 1.0)
    v9 = np.hsplit(v1, 1)[0]
    v7[...] = x
    return v9


ARGS = (
    np.float64(0.771),
)
