"""Slopes with gates through one operation: forward from its operands, in reverse from its result.

Element by element a slope keeps its gate. Any other operation is given the slope without it, and
what comes out has a gate again where the elements that count lead to known elements: an operation
that only moves and adds elements is run on the gate itself, on booleans, of which the sum is "or".
Where a single truth value decides over the whole result, it decides over every operand as well.
Through all other operations the gate is given up, as if every element counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from clearprop.errors import ClearpropError
from clearprop.graph import Node
from clearprop.primitives import Builder, Bundle, Elementwise, Linear, Sym
from clearprop.primitives.gates import Gate, Gated


def pulled(ops: Builder, node: Node, adjoint: Any, needed: Sequence[bool]) -> Sequence[Any]:
    """The cotangents of a node's operands, those that are needed at least.

    Args:
        ops: What to build with.
        node: The operation.
        adjoint: The cotangent of its result.
        needed: For each operand whether it moves.
    """
    y, xs, params = Sym(ops, node), [Sym(ops, x) for x in node.operands], dict(node.params)
    if adjoint.__class__ is not Gated or isinstance(node.primitive, Elementwise):
        found: Sequence[Any] = node.primitive.vjp(ops, y, xs, adjoint, needed, params)
        return found
    found = node.primitive.vjp(ops, y, xs, ops.settle(adjoint), needed, params)
    gates = moved_back(ops, node, xs, adjoint.gate)
    if gates is None:
        gates = [_spread(ops, adjoint.gate, x) for x in xs]
    closed = isinstance(node.primitive, Linear)
    return [_gated(slope, gate, closed) for slope, gate in zip(found, gates, strict=True)]


def pushed(ops: Builder, node: Node, tangents: Sequence[Any]) -> Any:
    """The tangent of a node, given those of its operands (None: no path)."""
    y, xs, params = Sym(ops, node), [Sym(ops, x) for x in node.operands], dict(node.params)
    moving = [tangent for tangent in tangents if tangent is not None]
    with_gates = [tangent for tangent in moving if tangent.__class__ is Gated]
    if not with_gates or isinstance(node.primitive, Elementwise):
        return node.primitive.jvp(ops, y, xs, tangents, params)
    settled = [ops.settle(tangent) for tangent in tangents]
    found = node.primitive.jvp(ops, y, xs, settled, params)
    if found.__class__ is not Sym or len(with_gates) < len(moving):
        return found
    masks = [tangent and tangent.gate.mask(ops) for tangent in tangents]
    gate = moved_ahead(ops, node, xs, masks)
    return found if gate is None else Gated(found, gate, closed=True)


def moved_back(
    ops: Builder, node: Node, xs: Sequence[Sym], gate: Gate
) -> Sequence[Gate | None] | None:
    """For each operand which of its elements lead to an element that counts; None if unknown."""
    if not isinstance(node.primitive, Linear):
        return None
    try:
        masks = node.primitive.transpose(ops, gate.mask(ops), *xs, **dict(node.params))
    except ClearpropError:  # its transpose does more than to move and to add
        return None
    return [None if mask is None else _of(ops, mask) for mask in masks]


def moved_ahead(
    ops: Builder, node: Node, xs: Sequence[Sym], masks: Sequence[Sym | None]
) -> Gate | None:
    """Which elements of the result come from elements that count; None if that is unknown."""
    if not isinstance(node.primitive, Linear):
        return None
    linear = node.primitive.linear
    operands = list(xs)
    for i in range(len(xs)) if linear is None else linear:
        operands[i] = masks[i] or ops.zeros(xs[i].type.with_dtype("bool"))
    try:
        return _of(ops, ops.apply(node.primitive, operands, dict(node.params)))
    except ClearpropError:
        return None


def _spread(ops: Builder, gate: Gate, x: Sym) -> Gate | None:
    """The gate of a single truth value for all elements of x."""
    if gate.shape or x.type.form != "array":
        return None
    return _of(ops, ops.broadcast(gate.mask(ops), shape=x.shape)) if x.shape else gate


def _gated(slope: Any, gate: Gate | None, closed: bool) -> Any:
    """The slope behind one more gate."""
    if gate is None or slope is None or isinstance(slope, Bundle):
        return slope
    if isinstance(slope, Gated):
        both = slope.gate.both(gate)
        return None if both is None else Gated(slope.value, both)
    return Gated(slope, gate, closed)


def _of(ops: Builder, mask: Sym) -> Gate:
    """The gate that is open where the mask is true; a cast has made numbers of its truth values."""
    truth = mask if mask.dtype == bool else ops.cast(mask, dtype=np.dtype(bool))
    return Gate([{truth.value: True}])
