"""values: TypeError: 'numpy.float64' object does not support item assignment

Found by `make fuzz` as program 37970 of seed 100.
"""

import numpy as np

import clearprop as cp


def f(x):
    v0 = np.squeeze(x)
    v1 = np.sin(v0)
    v0[...] = 0.5
    return v1


ARGS = (
    0.548,
)
