"""values: TypeError: 'numpy.float64' object does not support item assignment

Found by `make fuzz` as program 2376 of seed 77.
"""

import numpy as np

import clearprop as cp


def f(x):
    v0 = np.transpose(x)
    v0[...] = 0.5
    return v0


ARGS = (
    0.548,
)
