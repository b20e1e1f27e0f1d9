"""Conversion to another dtype, element by element; integers and booleans have no tangent.

A cast between floats passes derivatives on, rounded to the operand's dtype; no path leads through
an integer or a boolean.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: cp.numpy.sum(x * x.astype("int64")))(np.array([2.5, -1.5]))
array([ 2., -1.])
"""

from typing import Any

import numpy as np

from clearprop.errors import DtypeError
from clearprop.graph import Type, type_of
from clearprop.primitives.families import Linear
from clearprop.primitives.samples import booleans, integers, reals, sample


def result(x: Type, dtype: np.dtype[Any], weak: bool = False) -> Type:
    """The wanted dtype; ``weak`` makes a weak int a weak float, as Python's own arithmetic does."""
    if x.dtype.kind == "c" and dtype.kind not in "cb":
        raise DtypeError(
            f"a cast from {x.dtype} to {dtype} would drop the imaginary part",
            remedy="Take the real part first.",
        )
    if weak and not x.weak:
        raise DtypeError(f"a cast from {x} to a weak {dtype}: only Python numbers are weak")
    return type_of(x.shape, dtype, weak)


primitive = Linear(
    "cast",
    value=lambda xp, x, dtype, weak=False: x.astype(dtype),
    result=result,
    transpose=lambda ops, ct, x, dtype, weak=False: (ops.cast(ct, dtype=x.dtype),),
    batch=lambda ops, xs, batched, size, dtype, weak=False: ops.cast(*xs, dtype=dtype),
    formula=r"\operatorname{cast} @0",
    samples=(
        sample(reals(), dtype=np.dtype("float32")),
        sample(reals(2, 3), dtype=np.dtype("float64")),
        sample(reals(0), dtype=np.dtype("float32")),
        sample(reals(3), dtype=np.dtype("int64")),
        sample(reals(3), dtype=np.dtype("bool")),
        sample(integers(3), dtype=np.dtype("float64")),
        sample(booleans(2, 2), dtype=np.dtype("float32")),
    ),
)
