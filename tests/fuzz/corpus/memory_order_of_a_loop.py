"""the traced value and NumPy's: what was written into a reshape of an array

What left a loop was in the order of what entered it, not in C order, where it had numbers.
Found by `make fuzz` as program 2705 of seed 1100.
"""

import numpy as np

import clearprop as cp


def f(x, y):
    v0 = np.einsum("ik,li->kl", x, x)
    def g3(n2_u1):
        n2, u1 = n2_u1
        v5 = np.arcsinh(u1)
        return n2 + 1, np.sin(np.sin(u1) + u1) + 0.3 * np.sum(v5)
    _, v4 = cp.while_loop(lambda s: (s[0] < 4) & (np.sum(s[1]) > 0.1), g3, (0, v0))
    v6 = v4.reshape(-1)
    for i7 in range(1, 2):
        v4[i7] = v4[i7] + 0.5 * v4[i7 - 1]
    return v6


ARGS = (
    np.array([[0.548, -0.921], [-1.836, -1.934]]),
    -1.277,
)
