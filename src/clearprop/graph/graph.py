"""The graph: an immutable, typed, ordered record of a computation.

Nothing here recurses over nodes: a chain of a million nodes compares, hashes, copies and pickles
like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, final

from clearprop.graph.node import (
    Constant,
    Derived,
    Guard,
    Input,
    Location,
    Node,
    Provenance,
    Value,
)
from clearprop.graph.provenance import location_of
from clearprop.graph.text import to_text
from clearprop.graph.types import Type


@final
class Graph:
    """Inputs, nodes in topological order, outputs, and the guards under which they hold.

    ``str(graph)`` is the text form, which :func:`clearprop.parse` reads back. Equality is that of
    structure, types, parameters and constants; names and provenance do not count.

    Args:
        inputs: The inputs in order.
        nodes: The operations; each one after its operands.
        outputs: The results; any inputs, constants or nodes of the graph.
        guards: The decisions that the traced code took.
    """

    def __init__(
        self,
        inputs: Iterable[Input],
        nodes: Iterable[Node],
        outputs: Iterable[Value],
        guards: Iterable[Guard] = (),
    ) -> None:
        self.inputs = tuple(inputs)
        self.nodes = tuple(nodes)
        self.outputs = tuple(outputs)
        self.guards = tuple(guards)
        self._kept: tuple[Any, ...] | None = None

    @cached_property
    def _hash(self) -> int:
        return hash(self._signature())

    def _signature(self) -> tuple[Any, ...]:
        """The signature; kept unless the graph is large."""
        if self._kept is None:
            found = signature(self)
            if len(self.nodes) > 10_000:
                return found
            self._kept = found
        return self._kept

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Graph):
            return NotImplemented
        return self._signature() == other._signature()

    def __str__(self) -> str:
        return to_text(self)

    def __repr__(self) -> str:
        inputs = ", ".join(str(value.type) for value in self.inputs)
        outputs = ", ".join(str(value.type) for value in self.outputs)
        return f"<Graph ({inputs}) -> ({outputs}), {len(self.nodes)} nodes>"

    def __copy__(self) -> Graph:
        return self

    def __deepcopy__(self, memo: object) -> Graph:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _unflatten, _flatten(self)


def numbering(graph: Graph) -> dict[Value, int]:
    """Each input's and node's position: inputs first, then nodes in order."""
    order: dict[Value, int] = {value: i for i, value in enumerate(graph.inputs)}
    start = len(order)
    order.update(zip(graph.nodes, range(start, start + len(graph.nodes)), strict=True))
    return order


def signature(graph: Graph) -> tuple[Any, ...]:
    """A flat, hashable tuple equal for equal graphs: the key under which results are cached.

    The entries are laid out so that no two different graphs share one: each node opens with its
    primitive, which is no integer, type or key of a constant.
    """
    flat: list[Any] = [len(graph.inputs), *(value.type for value in graph.inputs)]
    order = numbering(graph)
    extend = flat.extend
    append = flat.append
    for node in graph.nodes:
        extend((node.primitive, node.type, node.params))
        for operand in node.operands:
            append(operand.key if operand.__class__ is Constant else order[operand])
    append("outputs")
    extend(_codes(graph.outputs, order))
    for guard in graph.guards:
        extend((guard.kind, guard.outcome, *_codes((guard.value,), order)))
    return tuple(flat)


def _codes(values: Iterable[Value], order: dict[Value, int]) -> Iterator[Any]:
    return (value.key if isinstance(value, Constant) else order[value] for value in values)


def active_values(graph: Graph, wrt: Iterable[Value]) -> set[Value]:
    """Values in ``wrt``, and every differentiable node that depends on one of them."""
    active: set[Value] = set(wrt)
    for node in graph.nodes:
        if node.type.differentiable and not active.isdisjoint(node.operands):
            active.add(node)
    return active


def prune(
    graph: Graph, outputs: Sequence[Value] | None = None, stop: Iterable[Value] = ()
) -> Graph:
    """The graph without the nodes that neither an output nor a guard needs; inputs all stay.

    Args:
        graph: The graph.
        outputs: Other outputs to keep instead of the graph's own.
        stop: Values to treat as given: what only they need goes too.
    """
    kept_outputs = graph.outputs if outputs is None else tuple(outputs)
    needed: set[Value] = {*kept_outputs, *(guard.value for guard in graph.guards)}
    given = set(stop)
    kept: list[Node] = []
    for node in reversed(graph.nodes):
        if node in needed and node not in given:
            kept.append(node)
            needed.update(node.operands)
    kept.reverse()
    return Graph(graph.inputs, kept, kept_outputs, graph.guards)


def _flatten(graph: Graph) -> tuple[Any, ...]:
    """The graph as flat lists that pickle without recursion."""
    order = numbering(graph)

    def code(value: Value) -> Any:
        if isinstance(value, Constant):
            return (value.value, value.type)
        return order[value]

    inputs = [(value.name, value.type) for value in graph.inputs]
    nodes = [
        (
            node.primitive,
            [code(operand) for operand in node.operands],
            node.params,
            node.type,
            _portable(node.provenance, order),
        )
        for node in graph.nodes
    ]
    outputs = [code(value) for value in graph.outputs]
    guards = [
        (code(guard.value), guard.kind, guard.outcome, _portable(guard.provenance, order))
        for guard in graph.guards
    ]
    return inputs, nodes, outputs, guards


def _portable(provenance: Provenance | Derived | None, order: dict[Value, int]) -> Any:
    if provenance is None:
        return None
    if isinstance(provenance, Provenance):
        location = location_of(provenance)
        return (location, provenance.scope, provenance.name)
    origin = order.get(provenance.origin)
    return None if origin is None else (origin, provenance.role)


def _unflatten(
    inputs: list[tuple[str, Type]], nodes: list[Any], outputs: list[Any], guards: list[Any]
) -> Graph:
    values: list[Value] = [Input(name, type_) for name, type_ in inputs]

    def value_of(code: Any) -> Value:
        return values[code] if isinstance(code, int) else Constant(*code)

    def provenance_of(packed: Any) -> Any:
        match packed:
            case None:
                return None
            case (int(origin), str(role)):
                return Derived(values[origin], role)  # type: ignore[arg-type]
            case (location, scope, name):
                assert location is None or isinstance(location, Location)
                return Provenance(location, 0, scope, name)

    for primitive, operands, params, type_, packed in nodes:
        made = tuple(value_of(code) for code in operands)
        values.append(Node(primitive, made, params, type_, provenance_of(packed)))
    return Graph(
        values[: len(inputs)],  # type: ignore[arg-type]
        values[len(inputs) :],  # type: ignore[arg-type]
        map(value_of, outputs),
        [
            Guard(value_of(code), kind, outcome, provenance_of(packed))
            for code, kind, outcome, packed in guards
        ],
    )
