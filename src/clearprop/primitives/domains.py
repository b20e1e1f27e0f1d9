"""Beyond the domain of a function: finite numbers have no value there, and so no slope."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from clearprop.primitives.builder import Builder, Sym


def inside(ops: Builder, beyond: Callable[[Sym], Sym], x: Sym) -> Sym | int:
    """1 inside of the domain, NaN beyond it; complex functions have a value everywhere.

    It is a factor of the slope, not a choice, as all further slopes are to be NaN as well.
    """
    if x.dtype.kind == "c":
        return 1
    like = x.type.strong
    factor: Sym = ops.where(beyond(x), ops.like(np.nan, like), ops.like(1, like))
    return factor


def dividing(ops: Builder, b: Sym) -> Sym | int:
    """The same factor where one divides by b: NaN where b is 0; 1 as such for a constant b."""
    if b.number:
        return 1
    like = b.type.strong
    factor: Sym = ops.where(ops.absolute(b) > 0, ops.like(1, like), ops.like(np.nan, like))
    return factor
