"""Operations with several results (loops, branches, decompositions), one result at a time.

In a graph such an operation is a node whose value is a tuple, and ``item`` nodes take it apart. To
look at, each result is a node of its own, with an edge from every operand: that is what a reader
expects of ``q, r = qr(x)``, and a tuple has no derivative that could stand on an edge.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, final

from clearprop.graph import Graph, Guard, Node, Params, Type, Value
from clearprop.primitives import Builder, Bundle, Control, Primitive, Projection, Sym


def one_by_one(graph: Graph) -> Graph:
    """The graph with a node for each result of an operation that has several; else as it is."""
    if not any(isinstance(node.primitive, Projection) for node in graph.nodes):
        return graph
    used: set[Value] = {*graph.outputs, *(guard.value for guard in graph.guards)}
    used.update(operand for node in graph.nodes for operand in node.operands)
    known: dict[Value, Value] = {}
    nodes = []
    for node in graph.nodes:
        if node.type.form == "tuple" or (node not in used and _is_kept_for_derivatives(node)):
            continue
        primitive, operands, params = node.primitive, node.operands, node.params
        if isinstance(primitive, Projection):
            (several,) = operands
            assert isinstance(several, Node), "only operations give tuples"
            primitive = result_of(several.primitive, dict(params)["index"])
            operands, params = several.operands, several.params
        replaced = tuple([known.get(operand, operand) for operand in operands])
        made = Node(primitive, replaced, params, node.type, node.provenance)
        known[node] = made
        nodes.append(made)
    outputs = [known.get(value, value) for value in graph.outputs]
    guards = [
        Guard(known.get(guard.value, guard.value), guard.kind, guard.outcome, guard.provenance)
        for guard in graph.guards
    ]
    return Graph(graph.inputs, nodes, outputs, guards)


def _is_kept_for_derivatives(node: Node) -> bool:
    """Whether this is what a loop keeps of its trips, which is nothing that the user wrote."""
    if not isinstance(node.primitive, Projection):
        return False
    (several,) = node.operands
    return isinstance(several, Node) and isinstance(several.primitive, Control)


@functools.lru_cache(maxsize=1024)
def result_of(primitive: Primitive, index: int) -> Result:
    """One result of an operation, as an operation."""
    return Result(primitive, index)


@final
class Result(Primitive):
    """One result of an operation that has several.

    Args:
        whole: The operation.
        index: Which result.
    """

    family = "result"

    def __init__(self, whole: Primitive, index: int) -> None:
        self.whole = whole
        self.index = index
        formula = rf"\left({whole.formula}\right)_{{{index}}}"
        super().__init__(whole.name, value=whole.value, formula=formula, samples=())

    def type_rule(self, types: tuple[Type, ...], params: Params) -> Type:
        """The type of that result."""
        return self.whole.type_rule(types, params).parts[self.index]

    def evaluator(self, params: Params) -> Callable[..., Any]:
        """The whole operation; then the result is picked."""
        compute = self.whole.evaluator(params)
        return lambda *operands: compute(*operands)[self.index]

    def jvp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Any], params: Any
    ) -> Sym | None:
        """The tangent of that result."""
        several = ops.apply(self.whole, xs, params)
        found = self.whole.jvp(ops, several, xs, tangents, params)
        return found.parts[self.index] if isinstance(found, Bundle) else None

    def vjp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], cotangent: Sym, needed: Any, params: Any
    ) -> Sequence[Any]:
        """The cotangents that come back from that result alone."""
        several = ops.apply(self.whole, xs, params)
        count = len(several.type.parts)
        parts = [cotangent if place == self.index else None for place in range(count)]
        return self.whole.vjp(ops, several, xs, Bundle(parts), needed, params)

    def batch(
        self, ops: Builder, xs: Sequence[Sym], batched: Sequence[bool], size: int, params: Any
    ) -> Sym:
        """That result of the whole batch."""
        found = self.whole.batch(ops, xs, batched, size, params)
        parts = found.parts if isinstance(found, Bundle) else ops.items(found)  # type: ignore[arg-type]
        result = parts[self.index]
        assert result is not None, "a rule for a batch gives every item"
        return result

    def conform(self, ops: Builder, operands: Sequence[Any]) -> tuple[Value, ...]:
        """As the whole operation does."""
        return self.whole.conform(ops, operands)
