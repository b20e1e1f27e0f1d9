"""values: TypeError: 'numpy.float64' object does not support item assignment

Found by `make fuzz` as program 89 of seed 9.
"""

import numpy as np

import clearprop as cp


def f(x):
    v0 = x * np.array(-3, dtype=int)
    def g3(u1):
        v2 = np.rint(x)
        return v2
    v4 = cp.jvp(g3, (v0,), (x,))[1]
    v5 = v0 * round(v0)
    def g18(u6):
        def g9(u7):
            v8 = np.repeat(u6, 2)
            return v8
        v10 = g9(u6)
        def g16(u11):
            def g12(u, n):
                return np.exp(-(u ** 2)) * -1 if n == 0 else np.sin(g12(u, n - 1)) * 2.0
            v13 = g12(v10, 1)
            v15 = np.transpose(u11)
            return v15
        v17 = g16(u6)
        return v17
    c19 = cp.custom_derivative(g18)
    c19.defjvp(lambda p, t: (c19(*p), cp.jvp(g18, p, t)[1]))
    v20 = c19(x)
    v21 = v5 ** v4
    v20[...] = 0.5
    return v21


ARGS = (
    0.9,
)
