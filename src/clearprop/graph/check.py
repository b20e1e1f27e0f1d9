"""What a legal graph is: a table of rules, run between all passes in tests and on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from clearprop.errors import ClearpropError, GraphError
from clearprop.graph.graph import Graph
from clearprop.graph.node import Constant, Guard, Input, Node
from clearprop.graph.provenance import location_of
from clearprop.graph.text import literal
from clearprop.graph.types import Type

Findings = Iterator[tuple[str, Node | Guard | None]]
"""What breaks a rule, each with the node or guard whose line an error names."""


def check(graph: Graph) -> Graph:
    """Return the graph unchanged if it is legal.

    Raises:
        GraphError: Naming the first rule that is broken, and where.
    """
    open_graphs = [graph]
    seen: set[Graph] = set()
    while open_graphs:
        checked = open_graphs.pop()
        for rule, violations in RULES:
            for violation, thing in violations(checked):
                place = thing.provenance if isinstance(thing, Guard) else thing
                raise GraphError(
                    f"illegal graph: {violation}",
                    where=str(location_of(place) or ""),
                    why=f"The rule is: {rule}.",
                )
        found = [body for node in checked.nodes for body in bodies(node)]
        open_graphs += [body for body in found if body not in seen]
        seen.update(found)
    return graph


def bodies(node: Node) -> Iterator[Graph]:
    """The graphs among a node's static parameters, tuples looked through."""
    for _, value in node.params:
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Graph):
                yield item


def _order(graph: Graph) -> Findings:
    known: set[object] = set(graph.inputs)
    for index, node in enumerate(graph.nodes):
        for operand in node.operands:
            if operand not in known and not isinstance(operand, Constant):
                yield (
                    f"node %{index} ({node.primitive.name}) uses {operand!r} before its place",
                    node,
                )
        if node in known:
            yield f"node %{index} ({node.primitive.name}) stands twice", node
        known.add(node)
    looked_at = [guard.value for guard in graph.guards]
    for value in (*graph.outputs, *looked_at):
        if value not in known and not isinstance(value, Constant):
            yield f"{value!r} is an output or guarded but not part of the graph", None


def _inputs(graph: Graph) -> Findings:
    for value in graph.inputs:
        if type(value) is not Input:
            yield f"{value!r} is no Input", None
    if len(set(graph.inputs)) < len(graph.inputs):
        yield "an input stands twice", None


def _nodes(graph: Graph) -> Findings:
    for node in graph.nodes:
        if type(node) is not Node:
            yield f"{node!r} is no Node", None


def _types(graph: Graph) -> Findings:
    for index, node in enumerate(graph.nodes):
        try:
            expected = node.primitive.result(tuple(x.type for x in node.operands), node.params)
        except ClearpropError as error:
            yield f"node %{index} ({node.primitive.name}): {error.what}", node
            continue
        if expected is not node.type:
            yield (
                f"node %{index} ({node.primitive.name}) has type {node.type}, not {expected}",
                node,
            )


def _objections(graph: Graph) -> Findings:
    for index, node in enumerate(graph.nodes):
        objection = node.primitive.objection(node)
        if objection:
            yield f"node %{index} ({node.primitive.name}): {objection}", node


def _params(graph: Graph) -> Findings:
    for index, node in enumerate(graph.nodes):
        for key, value in node.params:
            try:
                hash(value)
                literal(value, {})
            except TypeError:
                yield f"node %{index} ({node.primitive.name}): parameter {key}={value!r}", node


def _constants(graph: Graph) -> Findings:
    for node in graph.nodes:
        for operand in node.operands:
            if isinstance(operand, Constant):
                value, type_ = operand.value, operand.type
                if value.dtype != type_.dtype or value.shape != type_.shape:
                    yield f"a constant of type {type_} holds {value.dtype}{list(value.shape)}", node
                if type_.shape and value.flags.writeable:
                    yield f"a constant of type {type_} is writeable", node


def _tuples(graph: Graph) -> Findings:
    for index, node in enumerate(graph.nodes):
        if node.primitive.name != "item":
            for operand in node.operands:
                if operand.type.form == "tuple":
                    yield f"node %{index} ({node.primitive.name}) takes a tuple", node
    for value in (*graph.inputs, *graph.outputs):
        if value.type.form == "tuple":
            yield f"{value!r} is an input or output of type {value.type}", None


def _guards(graph: Graph) -> Findings:
    kinds = {"bool": "b", "index": "iub", "int": "iub", "mask": "b"}
    for guard in graph.guards:
        type_ = guard.value.type
        if guard.kind not in kinds or type_.dtype.kind not in kinds[guard.kind]:
            yield f"a guard of kind {guard.kind!r} on {type_}", guard
        elif not _is_outcome(guard.outcome, guard.kind, type_):
            yield f"a guard of kind {guard.kind!r} on {type_} == {guard.outcome!r}", guard


def _is_outcome(outcome: object, kind: str, type_: Type) -> bool:
    """Whether a value of that type can have the outcome."""
    if kind == "mask":
        flags = outcome if isinstance(outcome, tuple) else ()
        return type_.shape == (len(flags),) and all(isinstance(flag, bool) for flag in flags)
    wanted = bool if type_.dtype.kind == "b" else int
    return not type_.shape and outcome.__class__ is wanted


RULES: Final[tuple[tuple[str, Callable[[Graph], Findings]], ...]] = (
    ("nodes are Nodes", _nodes),
    ("inputs are Inputs, each once", _inputs),
    ("operands, outputs and guarded values stand before they are used, each node once", _order),
    ("parameters are hashable and have a text form", _params),
    ("constants are read-only and of their type", _constants),
    ("a node's type is what its primitive's type rule gives", _types),
    ("a node is one that its primitive admits beyond types", _objections),
    ("a tuple is taken apart by item, and does nothing else", _tuples),
    ("guards look at booleans and integers, never at floats", _guards),
)
