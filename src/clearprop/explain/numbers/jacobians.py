"""The derivative on an edge between arrays: its shape, its Frobenius norm, and single elements.

A Jacobian is never built whole. Where every element of the operand moves at most one element of the
result, or the other way round, one pass finds the norm; a product has a closed form; any other
operation is tried on every unit vector, if there are not too many.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, final

import numpy as np

from clearprop.explain.numbers.local import Local
from clearprop.explain.pictures.lettering import figure
from clearprop.graph import Node, Shape

MOST_PROBES: Final = 2_000
"""Unit vectors that a norm may take; above that it is left open."""


@final
@dataclass(frozen=True, slots=True)
class Jacobian:
    """The derivative of an array by an array.

    Attributes:
        of: The shape of what is differentiated.
        by: The shape of what it is differentiated by.
        norm: The square root of the sum of all squared elements; None if it was too large a task.

    >>> jacobian = Jacobian((2, 3), (4,), 2.5)
    >>> jacobian.shape, str(jacobian)
    ((2, 3, 4), '6×4, norm 2.5')
    """

    of: Shape
    by: Shape
    norm: float | None

    @property
    def shape(self) -> Shape:
        """The shape as an array: that of what is differentiated comes first."""
        return (*self.of, *self.by)

    def __str__(self) -> str:
        norm = "" if self.norm is None else f", norm {figure(self.norm, 4)}"
        return f"{math.prod(self.of)}×{math.prod(self.by)}{norm}"

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"shape": list(self.shape), "norm": self.norm}


def edge_derivative(local: Local, operands: Sequence[Any], result: Any, slot: int) -> Any:
    """The partial on an edge: a number between scalars, else a :class:`Jacobian`.

    Args:
        local: The target's operation.
        operands: Its operands' values.
        result: Its own value.
        slot: Which operand the edge comes from.
    """
    node = local.node
    if not node.type.shape and not node.operands[slot].type.shape:
        return float(local.pull(operands, result, 1.0)[slot])
    rule = _NORMS.get(node.primitive.name)
    if rule is None:
        rule = _diagonal if node.primitive.family == "elementwise" else _by_probes
    with np.errstate(all="ignore"):
        size = rule(local, operands, result, slot)
    return Jacobian(node.type.shape, node.operands[slot].type.shape, size)


def edge_element(
    local: Local,
    operands: Sequence[Any],
    result: Any,
    slot: int,
    place: tuple[tuple[int, ...], tuple[int, ...]],
) -> float:
    """One element of the Jacobian on an edge.

    Args:
        local: The target's operation.
        operands: Its operands' values.
        result: Its own value.
        slot: Which operand the edge comes from.
        place: The element's index in the result, and its index in the operand.
    """
    row, column = place
    cotangent = np.zeros(local.node.type.shape, local.node.type.dtype)
    cotangent[row] = 1
    return float(np.asarray(local.pull(operands, result, cotangent)[slot])[column])


def norm(array: Any) -> float:
    """The square root of the sum of squares, without overflow on the way.

    >>> norm([3.0, 4.0]), norm([1e200, 0.0])
    (5.0, 1e+200)
    """
    flat = np.abs(np.asarray(array, np.float64)).ravel()
    largest = float(flat.max(initial=0.0))
    if largest == 0 or not math.isfinite(largest):
        return float(flat.sum())
    return largest * float(np.sqrt(np.sum((flat / largest) ** 2)))


_Norm = Callable[[Local, Sequence[Any], Any, int], float | None]


def _columns(local: Local, operands: Sequence[Any], result: Any, slot: int) -> float:
    """Each element of the operand moves at most one of the result: Jᵀ·1 lists them all."""
    return norm(local.pull(operands, result, np.ones(local.node.type.shape))[slot])


def _rows(local: Local, operands: Sequence[Any], result: Any, slot: int) -> float:
    """Each element of the result is moved by at most one of the operand: J·1 lists them all."""
    ones = np.ones(local.node.operands[slot].type.shape)
    return norm(local.push(operands, result, slot, ones))


def _ones(local: Local, operands: Sequence[Any], result: Any, slot: int) -> float:
    """Every element of J is 0 or 1: their sum is the sum of their squares."""
    ones = np.ones(local.node.operands[slot].type.shape)
    return math.sqrt(float(np.sum(local.push(operands, result, slot, ones))))


def _diagonal(local: Local, operands: Sequence[Any], result: Any, slot: int) -> float:
    """Element by element; a 0-d operand beside arrays is a constant and has no edge."""
    return _columns(local, operands, result, slot)


def _product(local: Local, operands: Sequence[Any], result: Any, slot: int) -> float:
    """In a·b each free element of a meets all of b: ‖J‖² is their number times ‖b‖²."""
    params = dict(local.node.params)
    shape = local.node.operands[slot].type.shape
    bound = {*params["contract"][slot], *params["batch"][slot]}
    free = math.prod(length for axis, length in enumerate(shape) if axis not in bound)
    return math.sqrt(free) * norm(operands[1 - slot])


def _by_probes(local: Local, operands: Sequence[Any], result: Any, slot: int) -> float | None:
    """Row by row, each from one unit cotangent."""
    node: Node = local.node
    if node.type.size > MOST_PROBES:
        return None
    norms = []
    for index in np.ndindex(node.type.shape):
        cotangent = np.zeros(node.type.shape, node.type.dtype)
        cotangent[index] = 1
        norms.append(norm(local.pull(operands, result, cotangent)[slot]))
    return norm(norms)


_NORMS: Final[Mapping[str, _Norm]] = MappingProxyType(
    {
        **dict.fromkeys(("sum", "prod", "max", "min", "reshape", "transpose", "flip"), _columns),
        **dict.fromkeys(("slice", "pad", "concatenate", "cast", "assign"), _columns),
        **dict.fromkeys(("scatter", "scatter_add"), _columns),
        **dict.fromkeys(("broadcast", "gather"), _rows),
        **{"cumsum": _ones, "dot": _product},
    }
)
