"""texts: ParseError: the graph '@0' does not stand below

A body that both the graph and another body use was printed above the latter.
Found by `make fuzz` as programs 3856 and 4757 of seed 0.
"""

import clearprop.numpy as np

import clearprop as cp


def f(x):
    def g8(u2):
        def g6(n5_u4):
            n5, u4 = n5_u4
            return n5 + 1, np.sin(u4 / (1.0 + u4 ** 2)) + 0.3 * np.sum(u4)
        _, v7 = cp.while_loop(lambda s: s[0] < 2, g6, (0, u2))
        return v7
    v9 = g8(x)
    v27 = cp.checkpoint(g8)(v9)
    return v27


ARGS = (
    np.array([-1.365, 0.545]),
)
