"""A network's graph cut into pieces between layers, so that one step can be looked at alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, final

from clearprop.explain.networks.anatomy import Anatomy, Layer
from clearprop.graph import Graph, Input, Node, Value, prune


@final
@dataclass(frozen=True, slots=True)
class Weights:
    """A weight matrix of a layer.

    Attributes:
        name: The parameter's name.
        unit_axis: The axis that runs over the layer's units; the other runs over what comes in.
        incoming: What it is multiplied with, shape (m, inputs).
    """

    name: str
    unit_axis: int
    incoming: Value


def cut(graph: Graph, given: Mapping[Value, Input], outputs: Iterable[Value]) -> Graph:
    """The graph from given values to the outputs.

    Args:
        graph: The graph.
        given: The new inputs that take the place of some values.
        outputs: The values wanted; a node among those replaced is computed all the same, from
            the others.

    Returns:
        A graph with the same inputs, followed by those in ``given``.
    """
    wanted = tuple(outputs)
    stop = [value for value in given if isinstance(value, Input) or value not in wanted]
    pruned = prune(Graph(graph.inputs, graph.nodes, wanted), stop=stop)
    new: dict[Value, Value] = {value: given[value] for value in stop}
    nodes = []
    for node in pruned.nodes:
        operands = tuple([new.get(operand, operand) for operand in node.operands])
        moved = node
        if operands != node.operands:
            moved = Node(node.primitive, operands, node.params, node.type, node.provenance)
            new[node] = moved
        nodes.append(moved)
    inputs = (*graph.inputs, *dict.fromkeys(given.values()))
    return Graph(inputs, nodes, [new.get(value, value) for value in wanted])


def between(anatomy: Anatomy) -> dict[Value, Input]:
    """A stand-in for every layer's weighted inputs and activations."""
    found: dict[Value, Input] = {}
    for layer in anatomy.layers:
        for part, value in (("z", layer.z), ("a", layer.a)):
            found.setdefault(value, Input(f"{layer.name}.{part}", value.type))
    return found


def acts_alone(layer: Layer) -> bool:
    """Whether each activation is a function of its own weighted input only (no softmax)."""
    moved: set[Value] = {layer.z}
    pending: list[Value] = [layer.a]
    inside: list[Node] = []
    while pending:
        value = pending.pop()
        if isinstance(value, Node) and value is not layer.z and value not in moved:
            moved.add(value)
            inside.append(value)
            pending.extend(value.operands)
    return all(
        node.primitive.family == "elementwise" or node.primitive.name in ("cast", "stop_gradient")
        for node in inside
    )


def weights_of(anatomy: Anatomy, layer: Layer) -> list[Weights]:
    """The weight matrices in a layer's weighted inputs: 2-d parameters that enter a product."""
    names = {anatomy.parameters[name]: name for name in layer.parameters}
    ends = {value for other in anatomy.layers for value in (other.z, other.a)}
    found: dict[str, Weights] = {}
    pending: list[Value] = [layer.z]
    seen: set[Value] = set()
    while pending:
        value = pending.pop()
        if value in seen or not isinstance(value, Node) or (value in ends and value is not layer.z):
            continue
        seen.add(value)
        pending.extend(reversed(value.operands))
        if value.primitive.name == "dot":
            for weights in _in_product(value, names):
                found.setdefault(weights.name, weights)
    return list(found.values())


def _in_product(node: Node, names: Mapping[Any, str]) -> Iterable[Weights]:
    """The parameters, transposed or not, among a product's operands."""
    contract = dict(node.params)["contract"]
    for side, operand in enumerate(node.operands):
        if len(contract[side]) != 1:
            continue
        axis: int = contract[side][0]
        while isinstance(operand, Node) and operand.primitive.name == "transpose":
            axis = dict(operand.params)["axes"][axis]
            operand = operand.operands[0]
        if operand in names and operand.type.ndim == 2:
            yield Weights(names[operand], 1 - axis, node.operands[1 - side])
