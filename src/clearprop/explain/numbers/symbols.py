"""Symbols: scalars that record a node wherever NumPy adds or multiplies them as objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import numpy as np

from clearprop.graph import Constant, Location, Node, Provenance, Type, Value
from clearprop.primitives import CATALOGUE, Primitive


@final
class Symbol:
    """A scalar of the graph being built.

    Args:
        maker: What records the nodes.
        value: The scalar's value in the graph.
    """

    __slots__ = ("maker", "value")

    def __init__(self, maker: Maker, value: Value) -> None:
        self.maker = maker
        self.value = value

    def __add__(self, other: Symbol) -> Symbol:
        return self.maker.apply(CATALOGUE["add"], (self, other))

    def __mul__(self, other: Symbol) -> Symbol:
        return self.maker.apply(CATALOGUE["multiply"], (self, other))


@final
class Maker:
    """Appends scalar nodes, each with the line of the array node at hand.

    Attributes:
        nodes: The nodes so far.
        numbers: The number of every value, at the point.
        line: The user's line for the next nodes.
        scope: The name scopes for them.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.numbers: dict[Value, Any] = {}
        self.line: Location | None = None
        self.scope = ""

    def symbol(self, value: Value, number: Any) -> Symbol:
        """A value with its number."""
        self.numbers[value] = number
        return Symbol(self, value)

    def constant(self, number: Any, type_: Type) -> Symbol:
        """A number of that type."""
        scalar = np.asarray(number).astype(type_.dtype)[()]
        return self.symbol(Constant(scalar, type_), scalar)

    def apply(self, primitive: Primitive, operands: Sequence[Symbol], params: Any = ()) -> Symbol:
        """A node; a constant if all operands are."""
        values = tuple(operand.value for operand in operands)
        type_ = primitive.result(tuple(value.type for value in values), params)
        with np.errstate(all="ignore"):
            number = primitive.evaluator(params)(*[self.numbers[value] for value in values])
        if all(isinstance(value, Constant) for value in values):
            return self.constant(number, type_)
        node = Node(primitive, values, params, type_, Provenance(self.line, 0, self.scope))
        self.nodes.append(node)
        return self.symbol(node, number)
