"""The derivative of one node by its operands: the numbers on the edges.

A node is looked at as a graph of its own, whose inputs are its operands. That graph is derived by
``clearprop.derive`` and run by ``clearprop.execute``, once for all nodes that are alike.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, Final, final

import numpy as np

from clearprop.derive import forward, reverse
from clearprop.execute import Plan
from clearprop.graph import Constant, Graph, Input, Node, Params, Type, Value

_KEPT: Final = 4096

_Operand = Type | tuple[Type, bytes]
"""A type for an input, type and bits for a 0-d constant."""


@final
class Local:
    """One operation, and its derivative in both directions.

    Args:
        graph: The operation alone; see :func:`local_of`.

    Attributes:
        moving: For each operand its place among the differentiable inputs; None if it has none.
        carries: For each operand whether a path leads from it to the result.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.node = graph.nodes[0]
        self.places = [i for i, x in enumerate(self.node.operands) if isinstance(x, Input)]
        self.inputs = [x for x in graph.inputs if x.type.dtype.kind == "f"]
        ranks = {x: rank for rank, x in enumerate(self.inputs)}
        self.moving = [ranks.get(x) if isinstance(x, Input) else None for x in self.node.operands]
        derived = reverse(graph, self.inputs)
        reached = _reached(derived, derived.inputs[len(graph.inputs) :])
        self.carries = [
            rank is not None and derived.outputs[rank] in reached for rank in self.moving
        ]
        self._pull = Plan(derived, self._used(derived))

    @functools.cached_property
    def _push(self) -> Plan:
        derived = forward(self.graph, self.inputs)
        return Plan(derived, self._used(derived))

    def _used(self, derived: Graph) -> list[Node]:
        """The node itself, if its derivative uses its value."""
        return [self.node] if self.node in derived.nodes else []

    def pull(self, operands: Sequence[Any], result: Any, cotangent: Any) -> list[Any]:
        """Cotangent of the result → that of each operand; None where no path leads.

        Args:
            operands: The operands' values.
            result: The node's value.
            cotangent: Of the result's shape.
        """
        if not any(self.carries):
            return [None] * len(self.moving)
        seed = np.asarray(cotangent, self.node.type.dtype)[()]
        known = [operands[i] for i in self.places]
        with np.errstate(all="ignore"):
            found = self._pull.run([*known, seed], [result] * len(self._pull.given))
        return [
            found[rank] if carries and rank is not None else None
            for rank, carries in zip(self.moving, self.carries, strict=True)
        ]

    def push(self, operands: Sequence[Any], result: Any, slot: int, tangent: Any) -> Any:
        """Tangent of one operand, the others held → that of the result."""
        known = [operands[i] for i in self.places]
        tangents = [np.zeros(x.type.shape, x.type.dtype)[()] for x in self.inputs]
        rank = self.moving[slot]
        assert rank is not None, "only an operand that carries a path is pushed along"
        tangents[rank] = np.asarray(tangent, self.inputs[rank].type.dtype)[()]
        with np.errstate(all="ignore"):
            (found,) = self._push.run([*known, *tangents], [result] * len(self._push.given))
        return found


def local_of(node: Node) -> Local:
    """The node's operation alone: its operands are inputs, but for 0-d constants."""
    operands = tuple(
        [x.key if isinstance(x, Constant) and not x.type.shape else x.type for x in node.operands]
    )
    return _local(node.primitive, operands, node.params, node.type)


@functools.lru_cache(maxsize=_KEPT)
def _local(primitive: Any, operands: tuple[_Operand, ...], params: Params, type_: Type) -> Local:
    values: list[Value] = []
    for i, operand in enumerate(operands):
        if isinstance(operand, Type):
            values.append(Input(f"x{i}", operand))
        else:
            known, bits = operand
            values.append(Constant(np.frombuffer(bits, known.dtype)[0], known))
    alone = Node(primitive, tuple(values), params, type_)
    return Local(Graph([x for x in values if isinstance(x, Input)], [alone], [alone]))


def operands_of(node: Node, values: Mapping[Value, Any]) -> list[Any]:
    """The values of a node's operands."""
    return [x.value if isinstance(x, Constant) else values[x] for x in node.operands]


def _reached(graph: Graph, sources: Sequence[Value]) -> set[Value]:
    """The sources and all that depends on them: a derivative that does not is structurally 0."""
    reached: set[Value] = set(sources)
    for node in graph.nodes:
        if not reached.isdisjoint(node.operands):
            reached.add(node)
    return reached
