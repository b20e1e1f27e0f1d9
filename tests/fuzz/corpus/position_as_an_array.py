"""nested: UnsupportedError: the array method or attribute .strides is not traced

An array's element at a position that is a 0-d array is a copy, whose memory order was asked of a
value of the outer trace. Found by `make fuzz` as program 81 of seed 2.
"""

import clearprop.numpy as np

import clearprop as cp


def f(x):
    v0 = np.sin(x)
    v1 = np.quantile(v0, 0.3, axis=-3)
    return v1


ARGS = (
    np.asfortranarray(np.array([[[1.481, -0.853]], [[0.413, 1.11]]])),
)
