"""Complex numbers of a real and an imaginary part: y = a + bi, be they infinite or NaN.

>>> import numpy as np
>>> primitive.value(np, np.array([1.0, 2.0]), np.array([0.0, np.inf]))
array([1. +0.j, 2.+infj])
"""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.errors import DtypeError, ShapeError
from clearprop.graph import Type, type_of
from clearprop.primitives.batching import together
from clearprop.primitives.families import Linear
from clearprop.primitives.samples import reals, sample


def value(xp: Any, a: Any, b: Any) -> Any:
    """Both parts written into a new array."""
    made = xp.empty(xp.shape(a), xp.result_type(a, xp.complex64))
    made.real, made.imag = a, b
    return made[()]


def result(a: Type, b: Type) -> Type:
    """The parts have one shape and one dtype, of which there are complex numbers."""
    if a.shape != b.shape:
        raise ShapeError(f"complex of parts of shapes {a.shape} and {b.shape}")
    if a.dtype != b.dtype or a.dtype.name not in ("float32", "float64"):
        raise DtypeError(f"complex of parts of dtypes {a.dtype} and {b.dtype}")
    return type_of(a.shape, np.result_type(a.dtype, np.complex64), a.weak and b.weak)


primitive = Linear(
    "complex",
    value=value,
    result=result,
    transpose=lambda ops, ct, a, b: (ops.real(ct), -ops.imag(ct)),
    batch=lambda ops, xs, batched, size: ops.complex(*together(ops, xs, batched, size)),
    formula=r"@0 + @1 i",
    samples=(
        sample(reals(), reals()),
        sample(reals(2, 3), reals(2, 3)),
        sample(reals(0), reals(0)),
    ),
)
