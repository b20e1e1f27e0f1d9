"""Where numbers belong in sorted ones: how many of those are smaller, or with ``right`` not larger.

Leading axes are a stack, whose rows are searched one by one. The places are integers: no path.

>>> import numpy as np
>>> primitive.value(np, np.array([1.0, 2.0, 4.0]), np.array([2.0, 3.0]), right=False)
array([1, 2])
"""

from typing import Any

from clearprop.errors import DtypeError, ShapeError
from clearprop.graph import Type
from clearprop.primitives.batching import together
from clearprop.primitives.families import Discrete
from clearprop.primitives.samples import ascending, integers, reals, sample


def value(xp: Any, x: Any, v: Any, right: bool) -> Any:
    """NumPy's, row by row."""
    side = "right" if right else "left"
    if x.ndim == 1:
        return xp.searchsorted(x, v, side)
    places = xp.empty(v.shape, xp.int64)
    for row in xp.ndindex(x.shape[:-1]):
        places[row] = xp.searchsorted(x[row], v[row], side)
    return places


def result(x: Type, v: Type, right: bool) -> Type:
    """Integers in v's shape; leading axes and dtype are the same."""
    if not x.ndim or not v.ndim or x.shape[:-1] != v.shape[:-1]:
        raise ShapeError(f"a search for numbers of shape {v.shape} in rows of shape {x.shape}")
    if x.dtype != v.dtype or x.dtype.kind == "c":
        raise DtypeError(f"a search for {v.dtype} in {x.dtype}")
    return v.with_dtype("int64")


primitive = Discrete(
    "searchsorted",
    value=value,
    result=result,
    batch=lambda ops, xs, batched, size, right: ops.searchsorted(
        *together(ops, xs, batched, size), right=right
    ),
    formula=r"\operatorname{searchsorted}(@0, @1)",
    samples=(
        sample(ascending(reals(4)), reals(3), right=False),
        sample(ascending(reals(2, 3)), reals(2, 4), right=True),
        sample(reals(0), reals(2), right=False),
        sample(ascending(integers(5)), integers(3), right=True),
    ),
)
