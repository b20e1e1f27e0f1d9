"""Setting a slice: base[i:j:k, …] = update, with slices as those of ``slice``.

>>> import numpy as np
>>> primitive.value(np, np.zeros(4), np.array([1.0, 2.0]), start=(0,), stop=(4,), step=(2,))
array([1., 0., 2., 0.])
"""

from typing import Any

from clearprop.graph import Type
from clearprop.primitives.axes import Axes, sliced, slices
from clearprop.primitives.batching import together
from clearprop.primitives.families import Linear
from clearprop.primitives.positions import check_update
from clearprop.primitives.samples import integers, reals, sample


def value(xp: Any, base: Any, update: Any, start: Axes, stop: Axes, step: Axes) -> Any:
    """An assignment to a copy."""
    changed = xp.array(base)
    changed[slices(start, stop, step)] = update
    return changed


def result(base: Type, update: Type, start: Axes, stop: Axes, step: Axes) -> Type:
    """As base; the update has the slice's shape."""
    check_update(base, update, base.with_shape(sliced(base.shape, start, stop, step)))
    return base.strong


primitive = Linear(
    "assign",
    value=value,
    result=result,
    transpose=lambda ops, ct, base, update, **region: (
        ops.assign(ct, ops.zeros(update.type.with_dtype(ct.dtype)), **region),
        ops.slice(ct, **region),
    ),
    batch=lambda ops, xs, batched, size, start, stop, step: ops.assign(
        *together(ops, xs, batched, size),
        start=(0, *start),
        stop=(size, *stop),
        step=(1, *step),
    ),
    formula=r"@0 \text{ with } [i{:}j{:}k] = @1",
    samples=(
        sample(reals(), reals(), start=(), stop=(), step=()),
        sample(reals(5), reals(3), start=(1,), stop=(4,), step=(1,)),
        sample(reals(4, 6), reals(2, 2), start=(0, 1), stop=(3, 6), step=(2, 3)),
        sample(reals(3), reals(0), start=(2,), stop=(2,), step=(1,)),
        sample(reals(0, 2), reals(0, 1), start=(0, 0), stop=(0, 1), step=(1, 1)),
        sample(integers(4), integers(2), start=(0,), stop=(4,), step=(2,)),
    ),
    linear=(0, 1),
)
