"""values: ZeroDivisionError: Weights sum to zero, can't be normalized

As in a body, but one trace further in: the rule is traced without values, and takes a derivative.
Found by `make fuzz` as program 267 of seed 0.
"""

import clearprop.numpy as np

import clearprop as cp


def f(x, y):
    def g2(u0):
        v1 = np.average(u0, weights=(1.5 + np.tanh(u0)))
        return v1
    c3 = cp.custom_derivative(g2)
    c3.defjvp(lambda p, t: (c3(*p), cp.jvp(g2, p, t)[1]))
    v4 = c3(y)
    return v4


ARGS = (
    0.548,
    np.asfortranarray(np.array([0.548, -0.921, -1.836])),
)
