"""values: DetachmentError: np.put into a plain array would detach a traced float64[3] from its derivative (at program.py:31, in f). A plain number carries no derivative, so the result would silently be wrong. Write np.zeros or np.array of clearprop.numpy to make the array, so that it can hold traced values; to step out of the derivative on purpose, use cp.stop_gradient(x).value.

Found by `make fuzz` as program 940 of seed 0.
"""

import clearprop.numpy as np

import clearprop as cp


def f(x, y, z):
    v1 = np.asarray([np.sum(z) ** i0 for i0 in range(3)])
    def g6(u2):
        v3 = np.cumsum(z, axis=-1)
        v4 = -0.7
        for r5 in z:
            v4 = v4 * 0.5 + r5 / (1.0 + r5 ** 2)
        return v4
    v7 = cp.jvp(g6, (v1,), (v1,))[1]
    v8 = np.where(v7 > 0.5, v7, 0.5 * 2)
    v9 = x[x > 0.0].sum()
    if np.sum(y) < 0.5:
        def g21(u11, u12):
            v13 = np.tensordot(v1, v1, axes=0)
            def g16(u14):
                v15 = np.power((1.5 + np.tanh(u14)), u14)
                return np.flip(u14) * 0.7 + np.sum(v15)
            def g19(u17):
                v18 = np.where(u12 > 0.0, y, u12)
                return np.tanh(u17 * -1.25) + np.sum(v18)
            v20 = cp.cond(np.sum(v8) > 0.5, g16, g19, v1)
            return np.tanh(np.exp(-(u11 ** 2)) * 3 + np.sum(v20)), v20
        v22, v23 = cp.scan(g21, v7, x, reverse=True)
        v24 = np.linalg.norm(z, 1)
    v26 = v8 * 1.0
    np.put(v8, [0, -1], np.sin(x))
    v27 = np.where(v7 > 3.0, v7, 3.0 * 2)
    v28 = np.sin(v27)
    return v28


ARGS = (
    np.asfortranarray(np.array([1.704, -0.634, -1.917])),
    np.float64(-0.525),
    np.array([-1.105, 1.907, -1.61, 0.553]),
)
