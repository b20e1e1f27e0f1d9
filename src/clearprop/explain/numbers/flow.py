"""How one input element's effect flows through a graph, edge by edge, in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, final

import numpy as np

from clearprop.explain.numbers.local import local_of, operands_of
from clearprop.explain.numbers.study import Study
from clearprop.explain.numbers.wiring import Wire
from clearprop.graph import Constant, Node


@final
class Flow:
    """The tangents that leave one input element, and the adjoints that come from the output.

    Args:
        study: A study with one column, which names a scalar or an element.

    Attributes:
        tangents: For each value its derivative by the element; None where no path leads from it.
        adjoints: For each value the derivative of the output by it; None where no path leads on.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        (self.column,) = study.columns
        self.tangents = study.forward(self.column)
        self.adjoints = study.reverse

    @property
    def derivative(self) -> float:
        """The derivative of the output by the element."""
        adjoint = self.adjoints[self.column.place]
        return 0.0 if adjoint is None else float(np.asarray(adjoint)[self.column.index])

    def alive(self, place: int) -> bool:
        """Whether the element has an effect other than 0 on the value."""
        return self.tangents[place] is not None and bool(np.any(self.tangents[place] != 0))

    def push(self, edge: Wire, tangent: Any = None) -> Any:
        """The part of the target's tangent that comes along an edge."""
        node = self.node(edge.target)
        moving = self.tangents[edge.source] if tangent is None else tangent
        operands = operands_of(node, self.study.point.values)
        found = local_of(node).push(operands, self.study.number(edge.target), edge.slot, moving)
        return np.asarray(found)

    def pull(self, edge: Wire, cotangent: Any = None) -> Any:
        """The part of the source's adjoint that comes back along an edge."""
        weight = self.adjoints[edge.target] if cotangent is None else cotangent
        return np.asarray(self.study.pull(edge, weight))

    def node(self, place: int) -> Node:
        """The node at a place."""
        node = self.study.values[place]
        assert isinstance(node, Node), "edges lead into nodes"
        return node

    def onward(self, place: int) -> Iterator[Wire]:
        """The edges that leave a value and lead to the output."""
        for edge in self.study.wiring.leaving[place]:
            wire = self.study.wiring.wires[edge]
            if self.study.counts[wire.target]:
                yield wire

    def operands(self, edge: Wire, index: tuple[int, ...]) -> list[Any]:
        """The values of the target's operands, at an element where it works element by element."""
        node = self.node(edge.target)
        values = operands_of(node, self.study.point.values)
        if node.primitive.family != "elementwise":
            return values
        return [np.asarray(value)[index] if np.ndim(value) else value for value in values]

    def data_reach(self) -> list[bool]:
        """For each value whether it depends on the input at all, be it without a derivative."""
        study = self.study
        reached = [False] * len(study.values)
        reached[self.column.place] = True
        for place, value in enumerate(study.values):
            if isinstance(value, Node):
                reached[place] = any(
                    reached[study.places[x]] for x in value.operands if x in study.places
                )
        return reached

    def data_needed(self) -> list[bool]:
        """For each value whether the output is computed from it, be it without a derivative."""
        study = self.study
        needed = [False] * len(study.values)
        needed[study.output] = True
        for place in reversed(range(study.output + 1)):
            value = study.values[place]
            if needed[place] and isinstance(value, Node):
                for x in value.operands:
                    if not isinstance(x, Constant) and x in study.places:
                        needed[study.places[x]] = True
        return needed
