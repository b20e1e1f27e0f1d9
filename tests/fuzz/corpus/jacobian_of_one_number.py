"""the traced value and NumPy's: array(-0.032), array(0.)

The Jacobian at a 0-d array is a scalar, but was an array when traced, of which reshape made a view.
Found by `make fuzz` as program 4247 of seed 0.
"""

import clearprop.numpy as np

import clearprop as cp


def f(x):
    v3 = cp.jacobian(lambda u0: np.sin(u0) * x)(x)
    v4 = np.reshape(v3, (1,))
    v4[0] = x
    return v3, v4


ARGS = (
    np.array(-0.032),
)
