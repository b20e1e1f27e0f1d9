"""reverse over reverse, forward over reverse: array([nan, nan, nan]), array([0., 0., 0.])

Found by `make fuzz` as program 12929 of seed 1400.
"""

import numpy as np

import clearprop as cp


def f(x):
    v0 = np.ceil(x)
    v1 = np.average(x, weights=(1.5 + np.tanh(v0)))
    v0[::-1] = v0 * 0.5
    def g5(u2, u3):
        v4 = u3 ** u3
        return np.tanh(np.sin(u2) + v4 + np.sum(v4)), v4
    v6, v7 = cp.scan(g5, v1, v0)
    return v7


ARGS = (
    np.array([-0.121, 1.374, 1.818]),
)
