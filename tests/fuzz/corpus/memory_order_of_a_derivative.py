"""the traced value and NumPy's: of v4, that was no view of v3 in the trace

A derivative was in C order outside of a trace, and within one in that of the last operation.
Found by `make fuzz` as program 25293 of seed 1000.
"""

import numpy as np

import clearprop as cp


def f(x):
    def g2(u0):
        v1 = u0.ravel("F")
        return v1
    v3 = cp.vjp(g2, x)[1](np.cos(g2(x)))[0]
    v4 = v3.reshape(-1)
    v3 += x
    return v4


ARGS = (
    np.asfortranarray(np.array([[0.548, -0.921, -1.836], [-1.934, 1.253, 1.651]])),
)
