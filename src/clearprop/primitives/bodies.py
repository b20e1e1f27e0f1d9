"""Graphs that operations hold, as rules work on them: branches, bodies of loops, callees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from clearprop.errors import ShapeError
from clearprop.graph import Graph, Input, Node, Type, Value, active_values, prune
from clearprop.primitives.builder import Builder, Sym


def require_inputs(name: str, body: Graph, types: Sequence[Type]) -> None:
    """Raise if values of these types are no inputs of the body.

    Raises:
        ShapeError: Naming the operation and both lists of types.
    """
    wanted = [value.type for value in body.inputs]
    if [type_.strong for type_ in types] != [type_.strong for type_ in wanted]:
        raise ShapeError(f"{name}: a body takes {wanted}, and is given {list(types)}")


def output_types(body: Graph) -> tuple[Type, ...]:
    """The types of the body's outputs, never weak."""
    return tuple(value.type.strong for value in body.outputs)


def present(values: Sequence[Any]) -> list[Any]:
    """Those that are not None."""
    return [value for value in values if value is not None]


def chosen(values: Sequence[Any], flags: Sequence[Any]) -> list[Any]:
    """Those with a flag."""
    return [value for value, flag in zip(values, flags, strict=True) if flag]


def spread(values: Sequence[Any], flags: Sequence[Any]) -> list[Any]:
    """The values at the places with a flag; None at the others."""
    rest = iter(values)
    return [next(rest) if flag else None for flag in flags]


def or_zeros(ops: Builder, slopes: Sequence[Sym | None], like: Sequence[Sym]) -> list[Sym]:
    """A tangent or cotangent for each differentiable value; zeros stand in for missing ones."""
    pairs = zip(slopes, like, strict=True)
    return [slope or ops.zeros(x.type) for slope, x in pairs if x.type.differentiable]


def leading(
    body: Graph, needed: Sequence[bool], outputs: Sequence[Value] | None = None
) -> list[bool]:
    """Of the inputs that are needed, those from which a path leads to an output.

    Args:
        body: The body.
        needed: For each input whether it is needed.
        outputs: The outputs that count; all by default.
    """
    reached = set(body.outputs if outputs is None else outputs)
    for node in reversed(body.nodes):
        if node in reached:
            reached.update(node.operands)
    pairs = zip(needed, body.inputs, strict=True)
    return [is_needed and place in reached for is_needed, place in pairs]


def moving(body: Graph, moves: Sequence[bool]) -> list[bool]:
    """Which outputs have a tangent where these inputs have one."""
    found = active_values(body, chosen(body.inputs, moves))
    return [value in found for value in body.outputs]


def moving_carries(body: Graph, moves: Sequence[bool], first: int, count: int) -> list[bool]:
    """Which carries of a loop have a tangent in any trip.

    Others have none to multiply by: 0 times an infinite slope would be NaN.

    Args:
        body: The body; its first outputs are the carries.
        moves: Which inputs have a tangent in the first trip.
        first: The place of the first carry among the inputs.
        count: How many carries there are.
    """
    known, last = list(moves), first + count
    while True:
        found = known[first:last]
        after = [a or b for a, b in zip(found, moving(body, known)[:count], strict=True)]
        if after == found:
            return found
        known[first:last] = after


def pulled_carries(
    body: Graph, pulled: Sequence[bool], first: int, others: Sequence[Value] = ()
) -> list[bool]:
    """Which carries of a loop have a cotangent before or after any trip; others as above.

    Args:
        body: The body; its first outputs are the carries.
        pulled: Which carries have one after the last trip.
        first: The place of the first carry among the inputs.
        others: Further outputs that have one.
    """
    found, count = list(pulled), len(pulled)
    while True:
        ends = [*chosen(body.outputs[:count], found), *others]
        reached = leading(body, [x.type.differentiable for x in body.inputs], ends)
        before = [a or b for a, b in zip(found, reached[first : first + count], strict=True)]
        if before == found:
            return found
        found = before


def only(body: Graph, outputs: Sequence[Value]) -> Graph:
    """A body that gives these outputs alone: what has no cotangent is not multiplied by 0."""
    return Graph(body.inputs, body.nodes, outputs)


def slope_flags(body: Graph) -> list[bool]:
    """Which outputs of the body have tangents."""
    return [value.type.differentiable for value in body.outputs]


def build(
    ops: Builder,
    types: Sequence[Sequence[Type]],
    make: Callable[..., Sequence[Sym]],
) -> Graph:
    """A graph of a rule's own: ``make(inner, *groups)`` gives its outputs.

    Args:
        ops: Whose catalogue and passes to use.
        types: The inputs' types, in groups.
        make: Receives a new builder and a list of values for each group.
    """
    inner = Builder(ops.catalogue, ops.passes)
    groups = [
        tuple(Input(f"x{g}_{i}", type_.strong) for i, type_ in enumerate(group))
        for g, group in enumerate(types)
    ]
    outputs = make(inner, *([Sym(inner, value) for value in group] for group in groups))
    values: list[Value] = [strong(inner, output).value for output in outputs]
    return Graph([value for group in groups for value in group], inner.nodes, values)


def strong(ops: Builder, value: Sym) -> Sym:
    """The value with a type that is not weak, as the outputs of bodies are."""
    return ops.cast(value, dtype=value.dtype) if value.type.weak else value


def flat(groups: Sequence[Sequence[Any]]) -> list[Any]:
    """The entries of all groups, one group after the other."""
    return [value for group in groups for value in group]


def total(left: Sequence[Sym], right: Sequence[Sym]) -> list[Sym]:
    """Sums, place by place."""
    return [a + b for a, b in zip(left, right, strict=True)]


def substituted(graph: Graph, given: Mapping[Value, Input]) -> Graph:
    """The graph with more inputs, at the end, in place of values that it computes."""
    known: dict[Value, Value] = dict(given)
    nodes = []
    for node in graph.nodes:
        if node in given:
            continue
        operands = tuple(known.get(x, x) for x in node.operands)
        if operands != node.operands:
            known[node] = Node(node.primitive, operands, node.params, node.type, node.provenance)
        nodes.append(known.get(node, node))
    outputs = [known.get(x, x) for x in graph.outputs]
    return prune(Graph((*graph.inputs, *given.values()), nodes, outputs))  # type: ignore[arg-type]
