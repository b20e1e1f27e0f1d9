"""Conversion to another dtype, element by element; integers and booleans have no tangent.

A cast between floats passes derivatives on, rounded to the operand's dtype; one from real to
complex numbers passes back the real parts of the cotangents. No path leads through an integer or a
boolean.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: cp.numpy.sum(x * x.astype("int64")))(np.array([2.5, -1.5]))
array([ 2., -1.])
"""

from typing import Any

import numpy as np

from clearprop.errors import DtypeError
from clearprop.graph import Type, type_of
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Linear
from clearprop.primitives.samples import booleans, complexes, integers, reals, sample


def result(x: Type, dtype: np.dtype[Any], weak: bool = False) -> Type:
    """The wanted dtype; ``weak`` makes one of Python's numbers, as its own arithmetic does."""
    if x.dtype.kind == "c" and dtype.kind not in "cb":
        raise DtypeError(
            f"a cast from {x.dtype} to {dtype} would drop the imaginary part",
            remedy="Take the real part first: z.real.",
        )
    return type_of(x.shape, dtype, weak)


def transpose(
    ops: Builder, ct: Sym, x: Sym, dtype: np.dtype[Any], weak: bool = False
) -> tuple[Sym]:
    """The cast back."""
    if ct.dtype.kind == "c" and x.dtype.kind != "c":
        ct = ops.real(ct)
    return (ops.cast(ct, dtype=x.dtype),)


primitive = Linear(
    "cast",
    value=lambda xp, x, dtype, weak=False: x.astype(dtype),
    result=result,
    lower=lambda xp, x, dtype, weak=False: x.astype(dtype),
    transpose=transpose,
    batch=lambda ops, xs, batched, size, dtype, weak=False: ops.cast(*xs, dtype=dtype),
    formula=r"\operatorname{cast} @0",
    samples=(
        sample(reals(), dtype=np.dtype("float32")),
        sample(reals(2, 3), dtype=np.dtype("float64")),
        sample(reals(0), dtype=np.dtype("float32")),
        sample(reals(3), dtype=np.dtype("complex128")),
        sample(complexes(3), dtype=np.dtype("complex64")),
        sample(reals(3), dtype=np.dtype("int64")),
        sample(reals(3), dtype=np.dtype("bool")),
        sample(integers(3), dtype=np.dtype("float64")),
        sample(booleans(2, 2), dtype=np.dtype("float32")),
    ),
)
