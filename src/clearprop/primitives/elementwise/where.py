"""Choice: y = a where the mask is true, else b. The partial is 1 to the chosen, 0 to the other.

>>> import clearprop as cp
>>> cp.grad(lambda x: cp.numpy.where(x > 0, 3 * x, x))(2.0)
3.0
"""

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import MASK, REAL

primitive = Elementwise(
    "where",
    value=lambda xp, mask, a, b: xp.where(mask, a, b)[()],
    partials=lambda ops, y, mask, a, b: (
        None,
        ops.cast(mask, dtype=y.dtype),
        ops.cast(ops.logical_not(mask), dtype=y.dtype),
    ),
    formula=r"@1 \text{ if } @0 \text{ else } @2",
    domain=(MASK, REAL, REAL),
    accepts="biufc",
    masks=1,
)
