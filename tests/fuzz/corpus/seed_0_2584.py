"""values: TypeError: 'numpy.float64' object does not support item assignment

Found by `make fuzz` as program 2584 of seed 0.
"""

import clearprop.numpy as np

import clearprop as cp


def f(x, y, z):
    v0 = np.hsplit(y, 1)[0]
    def g7(u1):
        def g5(u2):
            v3 = x + (0.5)
            v4 = u1[...]
            return v4
        v6 = cp.jvp(g5, (u1,), (u1,))[1]
        return v6
    v8 = cp.vjp(g7, x)[1](x)[0]
    def g16(u9):
        def g12(i11, u10):
            v14 = np.cumsum(x, axis=0)
            return np.sin(np.roll(u10, 1) - u10 / 2) / (1.0 + i11) + 0.3 * np.sum(v14)
        v13 = cp.fori_loop(1, 3, g12, x)
        v15 = np.where(u9 > 0.5, u9, 0.5 * 2)
        return v15
    v17 = cp.checkpoint(g16)(z)
    v18 = x.T
    np.place(v17, np.array(False, dtype=bool), np.sin(v18))
    return v18


ARGS = (
    np.zeros((0,)),
    np.array([[0.459, 0.816, 0.512], [-0.935, 0.428, 1.05]]),
    -1.977,
)
