"""the traced value and NumPy's: array([-0.02587936, -4.37987652, -1.22593525,  0.69260702,  5.08980155,
        2.36397722,  2.67813593,  0.12273596,  6.06900432]), array([ 0.97412064, -3.37987652, -0.22593525,  0.69260702,  5.08980155,
        2.36397722,  2.67813593,  0.12273596,  6.06900432])

Found by `make fuzz` as program 8674 of seed 600.
"""

import numpy as np

import clearprop as cp


def f(x, y, z):
    v1 = np.linalg.multi_dot([y, y, y])
    def g5(u2):
        v3 = sum(r * r for r in u2)
        v4 = u2[...]
        return v4
    v6 = cp.jvp(g5, (y,), (y,))[1]
    v7 = v1.reshape(-1)
    v8 = np.nanmax(v6, axis=0, keepdims=True)
    def g12(u9):
        v10 = np.log(np.log(u9 + 1.0))
        v11 = np.sum(u9)
        return v11
    v13 = cp.jacobian(g12)(z)
    v1[[0, 0]] += 1.0
    return v13, v1, v7


ARGS = (
    np.zeros((0,)),
    np.asfortranarray(np.array([[1.085, 1.174, 1.324], [-0.731, -0.58, -1.799], [-0.944, 0.917, -1.334]])),
    np.float64(1.271),
)
