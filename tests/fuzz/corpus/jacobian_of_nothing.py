"""values: DetachmentError: np.add(…, out=) into a plain array would detach a traced float64[0]

Found by `make fuzz` as program 426 of seed 0.
"""

import clearprop.numpy as np

import clearprop as cp


def f(x, y):
    v0 = cp.jacobian(lambda u0: u0 * y[:0])(x)
    v0 += y[:0, None] * x
    return v0, y


ARGS = (
    np.zeros((0,)),
    np.array([0.001, -0.05, 1.78]),
)
