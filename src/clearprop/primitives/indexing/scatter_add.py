"""Adding at integer positions of the leading axes: base[indices₁[i…], …] += update[i…].

A position that stands twice is added to twice. It is linear in base and update together; the
transpose keeps the cotangent for the base and reads it back for the update.

>>> import numpy as np
>>> primitive.value(np, np.zeros(3), np.array([1.0, 2.0, 4.0]), np.array([0, 0, 2]))
array([3., 0., 4.])
"""

from typing import Any

from clearprop.primitives.batching import batch_write
from clearprop.primitives.families import Linear
from clearprop.primitives.positions import from_zero, written
from clearprop.primitives.samples import integers, reals, sample


def value(xp: Any, base: Any, update: Any, *indices: Any) -> Any:
    """``np.add.at`` on a copy."""
    total = base.copy()
    xp.add.at(total, from_zero(indices), update)
    return total


primitive = Linear(
    "scatter_add",
    value=value,
    result=written,
    transpose=lambda ops, ct, base, update, *indices: (
        ct,
        ops.gather(ct, *indices),
        *[None] * len(indices),
    ),
    batch=lambda ops, xs, batched, size: batch_write(ops, ops.scatter_add, xs, batched, size),
    formula=r"@0 + \sum_{@2} @1",
    samples=(
        sample(reals(4), reals(3), integers(3)),
        sample(reals(4, 2), reals(2, 3, 2), integers(2, 3)),
        sample(reals(4, 5, 2), reals(6, 2), integers(6), integers(6, high=4)),
        sample(reals(4), reals(), integers()),
        sample(reals(4), reals(0), integers(0)),
        sample(integers(4), integers(3), integers(3)),
    ),
    linear=(0, 1),
)
