"""values: ShapeError: an extreme over an empty axis of shape (1, 0) does not exist.

Found by `make fuzz` as program 975 of seed 50.
"""

import numpy as np

import clearprop as cp


def f(x, y):
    def g4(u0):
        v1, n2 = u0 * 1.0, 0
        while np.sum(v1) < -1 and n2 < 1:
            v1 = v1 / (1.0 + v1 ** 2)
            n2 += 1
        v3 = u0 ** u0
        return v3
    v5 = cp.jacobian(g4, mode="forward")(x)
    def g9(u6):
        v7 = np.linalg.norm(u6, 1)
        v8 = v5 * np.array([], dtype=int)
        return v8
    v10 = g9(g9(x))
    return v10


ARGS = (
    np.zeros((0,)),
    np.array([0.548, -0.921, -1.836, -1.934]),
)
