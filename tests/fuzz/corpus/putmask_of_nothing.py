"""values: IndexError: index 0 is out of bounds for axis 0 with size 0

NumPy writes nothing where there are no values to write, and wants masks of the array's size, not
shape. Found by `make fuzz` as programs 1137, 1268 and 1494 of seed 2.
"""

import clearprop.numpy as np

import clearprop as cp


def f(x, y):
    v0 = np.sin(x)
    np.putmask(v0, np.array([True, False, True, True, False, True], dtype=bool), y[:0])
    np.place(v0, np.array([False, False, False, False, False, False], dtype=bool), y[:0])
    np.putmask(v0, np.array([True, False, True, True, False, True], dtype=bool), y)
    return v0


ARGS = (
    np.array([[0.5, 1.5, 2.5], [-0.5, -1.5, -2.5]]),
    np.array([0.25, 0.75]),
)
