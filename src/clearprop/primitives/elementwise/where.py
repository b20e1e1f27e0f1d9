"""Choice: y = a where the mask is true, else b. The partial by the chosen is 1; none by the other.

So nothing of the other branch is left in a derivative, be its slope infinite or NaN:

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: np.where(x > 0, np.sqrt(x), 0.0))(0.0)
0.0
"""

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import MASK, REAL

primitive = Elementwise(
    "where",
    value=lambda xp, mask, a, b: xp.where(mask, a, b)[()],
    partials=lambda ops, y, mask, a, b: (None, ops.gated(1, mask), ops.gated(1, mask, False)),
    formula=r"@1 \text{ if } @0 \text{ else } @2",
    domain=(MASK, REAL, REAL),
    accepts="biufc",
    masks=1,
)
