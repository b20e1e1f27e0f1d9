"""values: TypeError: 'numpy.float64' object does not support item assignment

Found by `make fuzz` as program 12073 of seed 100.
"""

import numpy as np

import clearprop as cp


def f(x, y):
    v0 = np.transpose(y)
    v0[...] = 0.5
    return v0


ARGS = (
    0.548,
    0.548,
)
