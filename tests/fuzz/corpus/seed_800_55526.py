"""reverse and forward: nan, -0.181597306221726; allowed nan

Found by `make fuzz` as program 55526 of seed 800.
"""

import clearprop.numpy as np

import clearprop as cp


def f(x, y):
    def g0(u, n):
        return 0.5 * u + 0.3 * np.cos(u) if n == 0 else np.sin(g0(u, n - 1)) * 2
    v1 = g0(y, 0)
    v2 = np.fliplr(v1)
    v3 = np.power((1.5 + np.tanh(v1)), v2)
    v4 = v1 + (0.3)
    v5 = v4.reshape(-1)
    def g15(u6, u7):
        v8 = np.float_power(u6, u7)
        def g12(u9, u10):
            v11 = u7.T
            return np.tanh(np.sin(u9) + v11 + np.sum(v11)), v11
        v13, v14 = cp.scan(g12, u7, v8)
        return np.tanh(np.sin(u6) + v13 + np.sum(v14)), v14
    v16, v17 = cp.scan(g15, v3, x)
    return v17


ARGS = (
    np.asfortranarray(np.array([-0.901, 0.073, 0.248])),
    np.asfortranarray(np.array([[-1.097, -1.433, 0.2], [-0.067, -1.521, 1.733]])),
)
