"""Constant folding: an operation on constants alone is done now, by NumPy."""

from __future__ import annotations

from typing import Final

import numpy as np

from clearprop.graph import Constant, Node, constant

LARGEST: Final = 1024
"""Results of more elements than this are computed when the graph is run."""


def folded(node: Node) -> Constant | None:
    """The value of an operation on constants; None if it is large, an error, or no array.

    A number repeated stays an operation: it is cheaper than an array.
    """
    type_ = node.type
    if type_.form != "array" or type_.size > LARGEST or not node.operands:
        return None
    if node.primitive.name == "broadcast" and node.operands[0].type.size == 1 < type_.size:
        return None
    values = [operand.value for operand in node.operands if isinstance(operand, Constant)]
    try:
        with np.errstate(all="ignore"):
            value = np.asarray(node.primitive.evaluator(node.params)(*values))
    except Exception:  # it fails when the graph is run, as it would have
        return None
    if value.dtype != type_.dtype or value.shape != type_.shape:
        return None
    return constant(np.array(value, order="C"), weak=type_.weak)
