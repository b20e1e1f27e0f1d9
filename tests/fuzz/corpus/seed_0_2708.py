"""values: TypeError: 'numpy.float64' object does not support item assignment

Found by `make fuzz` as program 2708 of seed 0.
"""

import numpy as np

import clearprop as cp


def f(x):
    v0 = x / x
    v1 = np.transpose(v0)
    v2 = np.sin(v1)
    v1[...] = 0.5
    return v2


ARGS = (
    0.548,
)
