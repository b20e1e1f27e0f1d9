"""the second derivative and differences: -3.3972336533491867, -3.4019796596206135; allowed 3.4e-05

Found by `make fuzz` as program 13490 of seed 100.
"""

import numpy as np

import clearprop as cp


def f(x, y, z):
    v0 = (1.5 + np.tanh(x)) ** x
    return v0


ARGS = (
    np.asfortranarray(np.array([1.519, -0.0, 0.961])),
    0.548,
    0.548,
)
