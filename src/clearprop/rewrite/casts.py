"""Conversions between dtypes: those that convert nothing, and those that lose nothing on the way.

Out of range, a float becomes an integer as the machine has it, so no float on the way to an integer
is left out.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from clearprop.graph import Node, Value
from clearprop.rewrite.maker import Maker
from clearprop.rewrite.rule import Rule, inner


def same(make: Maker, node: Node) -> Value | None:
    """The operand, if it has the dtype."""
    (x,) = node.operands
    return x if x.type is node.type else None


def through(make: Maker, node: Node) -> Value | None:
    """The conversion of what was converted without a loss."""
    before, wanted = inner(node), node.type.dtype
    (x,) = before.operands
    if node.type.weak or before.type.weak or not is_lossless(x.type.dtype, before.type.dtype):
        return None
    if before.type.dtype.kind in "fc" and wanted.kind in "iu" and wanted != x.type.dtype:
        return None
    if x.type.dtype == wanted:
        return x
    return make("cast", x, dtype=wanted)


def is_lossless(source: np.dtype[Any], target: np.dtype[Any]) -> bool:
    """Whether every number of the one dtype is one of the other."""
    if source.kind in "iu" and target.kind in "fc":
        parts = np.empty(0, target).real.dtype
        return np.iinfo(source).bits - (source.kind == "i") <= np.finfo(parts).nmant + 1
    return np.can_cast(source, target, "safe")


CASTS: Final = (
    Rule("cast to the same dtype", ("cast",), same),
    Rule("cast of a lossless cast", ("cast",), through, needs=frozenset(["cast"])),
)
