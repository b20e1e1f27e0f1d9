"""native: ValueError: zip() argument 2 is shorter than argument 1

Found by `make fuzz` as program 90 of seed 2.
"""

import numpy as np

import clearprop as cp


def f(x):
    v0 = np.ravel(x)
    v1 = np.sin(x)
    v2 = np.vander(v0, 3)
    return v2


ARGS = (
    0.548,
)
