"""the traced value and NumPy's: float64(), float32()

Found by `make fuzz` as program 14473 of seed 100.
"""

import numpy as np

import clearprop as cp


def f(x):
    def g3(u0):
        v1 = np.sin(u0)
        v2 = np.sum(v1)
        return v2
    v4 = cp.vjp(g3, x)[1](x)[0]
    v5 = v4 * np.array(0.55, dtype=np.float32)
    return v5


ARGS = (
    0.548,
)
