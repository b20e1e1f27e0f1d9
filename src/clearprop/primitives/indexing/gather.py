"""Reading at integer positions of the leading axes: y[i…] = x[indices₁[i…], indices₂[i…], …].

The index arrays have one shape; positions are counted from 0. The transpose adds the cotangent
back where it was read, twice where it was read twice.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: x[np.array([0, 0, 2])].sum())(np.ones(3))
array([2., 0., 1.])
"""

from collections.abc import Sequence

from clearprop.primitives.batching import moved, own_places, together
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Linear
from clearprop.primitives.positions import from_zero, picked
from clearprop.primitives.samples import integers, reals, sample


def batch(ops: Builder, xs: Sequence[Sym], batched: Sequence[bool], size: int) -> Sym:
    """One read for all: the batch's axis steps aside, or one more index array keeps to it."""
    x, *indices = xs
    if not any(batched[1:]):
        found = ops.gather(moved(ops, x, 0, len(indices)), *indices)
        return moved(ops, found, len(indices[0].shape), 0)
    indices = together(ops, indices, batched[1:], size)
    own = [own_places(ops, indices[0].shape)] if batched[0] else []
    return ops.gather(x, *own, *indices)


primitive = Linear(
    "gather",
    value=lambda xp, x, *indices: x[from_zero(indices)],
    result=picked,
    transpose=lambda ops, ct, x, *indices: (
        ops.scatter_add(ops.zeros(x.type.with_dtype(ct.dtype)), ct, *indices),
        *[None] * len(indices),
    ),
    batch=batch,
    formula=r"@0[@1]",
    samples=(
        sample(reals(4), integers(3)),
        sample(reals(4, 2), integers(2, 3)),
        sample(reals(4, 5, 2), integers(3), integers(3, high=4)),
        sample(reals(4), integers()),
        sample(reals(4), integers(0)),
    ),
    linear=(0,),
)
