"""What the operations on complex numbers share: their types, and in what sense they are linear.

Tangents and cotangents of a complex value are complex, and pair as Re(Σ ct · t), without a
conjugate. So an operation that is differentiable in the complex sense has one rule for real and
complex numbers alike, and the transpose of one that is linear over the real numbers alone (a part,
a conjugate, a cast from real to complex) is what keeps that pairing.
"""

from __future__ import annotations

import numpy as np

from clearprop.errors import DtypeError
from clearprop.graph import Type, type_of


def require_complex(name: str, x: Type) -> None:
    """Raise if the operand is not complex.

    Raises:
        DtypeError: Naming the operation and the dtype.
    """
    if x.dtype.kind != "c":
        raise DtypeError(f"{name} of dtype {x.dtype}: it takes complex numbers")


def require_order(name: str, x: Type) -> None:
    """Raise if the operand is complex, as no order goes with the arithmetic of such numbers.

    Raises:
        DtypeError: Naming the operation and what to write instead.
    """
    if x.dtype.kind == "c":
        raise DtypeError(
            f"{name} of dtype {x.dtype}: complex numbers have no order",
            remedy="Order them by np.abs(z), by z.real or by np.angle(z).",
        )


def part(name: str, x: Type) -> Type:
    """The type of a complex operand's real or imaginary part.

    >>> part("real", type_of((3,), "complex64")), part("real", type_of((), "complex128", weak=True))
    (float32[3], float)
    """
    require_complex(name, x)
    return type_of(x.shape, np.finfo(x.dtype).dtype, x.weak)
