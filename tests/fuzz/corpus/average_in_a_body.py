"""values: ZeroDivisionError: Weights sum to zero, can't be normalized

The body of a scan is traced without values, and np.average looked at the weights all the same.
Found by `make fuzz` as program 250 of seed 0.
"""

import clearprop.numpy as np

import clearprop as cp


def f(x):
    def g4(u1, u2):
        v3 = np.average(u1, weights=(1.5 + np.tanh(u1)))
        return np.tanh(np.sin(u1) + v3 + np.sum(v3)), v3
    v5, v6 = cp.scan(g4, x, x)
    return v5, v6


ARGS = (
    np.array([0.548, -0.921, -1.836, -1.934]),
)
