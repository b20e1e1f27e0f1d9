"""values: UnsupportedError: a single boolean as an index is not traced (at program.py:9, in f). Use np.where, or a boolean array of the indexed axis' length.

Found by `make fuzz` as program 1929 of seed 0.
"""

import clearprop.numpy as np

import clearprop as cp


def f(x, y, z):
    v0 = np.inner(x, x)
    v1 = np.asarray(v0)
    np.place(v1, np.array(False, dtype=bool), np.sin(v1))
    return v1


ARGS = (
    np.asfortranarray(np.array([0.548, -0.921, -1.836, -1.934])),
    0.548,
    np.zeros((0,)),
)
