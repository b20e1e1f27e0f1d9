"""The backward pass as a network in reverse: a graph of its own, which can be run and looked at.

It has the wiring of the network with all arrows turned. Signals enter at the outputs, as the
derivatives of the losses (the seeds); on their way back they are weighed with the same weights,
and each unit is an amplifier with the constant gain σ′(z), which the forward pass has set. What
leaves the amplifiers are the δs. Source: R. Rojas, *Neural Networks* (1996), section 7.2.

It is built by two passes over graphs: activations are replaced by their linear amplifiers, and what
results, a linear network, is transposed by ``derive.reverse``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from clearprop.derive import PASSES, forward, reverse
from clearprop.errors import ExplainError
from clearprop.execute import run
from clearprop.explain.networks.anatomy import Anatomy, Cost, Layer, before, dissect
from clearprop.explain.networks.pieces import acts_alone, between, cut
from clearprop.explain.pictures.lettering import figure
from clearprop.explain.pictures.matrices import DIGITS, folded, matrix_text
from clearprop.explain.pictures.page import fragment
from clearprop.explain.pictures.svg import Arrow, Box, Picture, draw
from clearprop.graph import Graph, Input, Node, Value, type_of

Array = NDArray[Any]


@final
@dataclass(frozen=True, slots=True, eq=False)
class ReverseNetwork:
    """The network in reverse; see :func:`reverse_network`.

    Attributes:
        graph: The reverse network. Its inputs are named as the weights, ``gain.LAYER``, and
            ``seed.LAYER.a`` (``.z`` where the losses are computed from z); its outputs are the δs
            of ``layers``, in that order.
        values: A value per input, from the forward pass.
        layers: The layers' names, in forward order.
        arrows: Turned arrows, (from, to): layers' names; ``E`` is where the seeds come from.
    """

    graph: Graph
    values: tuple[Array, ...]
    layers: tuple[str, ...]
    arrows: tuple[tuple[str, str], ...]

    def run(self, replaced: Mapping[str, Any] | None = None) -> dict[str, Array]:
        """The δs by layer, each of shape (m, units).

        Args:
            replaced: Other values by the inputs' names: other seeds, gains or weights.

        Raises:
            ExplainError: There is no such input.
        """
        chosen = self.inputs()
        for name, value in (replaced or {}).items():
            if name not in chosen:
                raise ExplainError(
                    f"the reverse network has no input {name!r}",
                    remedy=f"Its inputs are {', '.join(chosen)}.",
                )
            chosen[name] = value
        return dict(zip(self.layers, run(self.graph, *chosen.values()), strict=True))

    def inputs(self) -> dict[str, Array]:
        """The inputs by name, with the values of the forward pass."""
        names = [place.name for place in self.graph.inputs]
        return dict(zip(names, self.values, strict=True))

    def __repr__(self) -> str:
        chain = " ← ".join(self.layers)
        return f"<ReverseNetwork {chain} ← E; {len(self.graph.nodes)} nodes>"

    def text(self, digits: int = DIGITS) -> str:
        """The turned arrows, the graph, and its inputs and outputs with their numbers."""
        lines = ["The network in reverse: signals enter at E, gains are g′(z)."]
        lines += [f"  {source} → {target}" for source, target in self.arrows]
        lines += ["", str(self.graph), ""]
        for name, value in (self.inputs() | self._deltas()).items():
            lines += [name, matrix_text(value, digits=digits)]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """The graph as text, and all inputs and outputs in full."""
        return {
            "graph": str(self.graph),
            "arrows": [list(pair) for pair in self.arrows],
            "inputs": {name: value.tolist() for name, value in self.inputs().items()},
            "delta": {name: value.tolist() for name, value in self.run().items()},
        }

    def svg(self) -> str:
        """The picture: amplifiers with their gains, and turned arrows with the size of δ."""
        deltas, inputs = self.run(), self.inputs()
        sizes = {name: float(np.linalg.norm(delta)) for name, delta in deltas.items()}
        largest = max(sizes.values()) or 1.0
        boxes = [Box("E", ("E", "the losses"), "input")]
        for name in self.layers:
            gain = inputs.get(f"gain.{name}")
            lines = [name, f"‖δ‖ = {figure(sizes[name], 4)}"]
            if gain is not None:
                low, high = figure(float(gain.min()), 3), figure(float(gain.max()), 3)
                lines.append(f"gain {low} … {high}" if low != high else f"gain {low}")
            boxes.append(Box(name, tuple(lines), "layer", sizes[name] / largest))
        arrows = []
        for source, target in self.arrows:
            label = f"‖δ‖ = {figure(sizes[source], 4)}" if source in sizes else "seed"
            arrows.append(Arrow(source, target, label))
        picture = Picture(tuple(boxes), tuple(arrows))
        return draw(picture, title="The network in reverse: δ flows from the losses back")

    def _repr_html_(self) -> str:
        arrays = "".join(
            folded(name, value) for name, value in (self.inputs() | self._deltas()).items()
        )
        graph = f"<details><summary>graph</summary><pre>{escape(str(self.graph))}</pre></details>"
        return fragment(self.svg(), [graph, arrays])

    def _deltas(self) -> dict[str, Array]:
        return {f"δ[{name}]": value for name, value in self.run().items()}


def reverse_network(cost: Cost, params: Any, X: Any, Y: Any) -> ReverseNetwork:
    """The backward pass of a network as a network of its own.

    Args:
        cost: ``cost(params, X, Y)`` → J, such as ``net.loss``.
        params: Its parameters, nested.
        X: The examples, a row each.
        Y: The targets.

    Returns:
        The network of the δs: its graph, and ``.run()`` to compute them.

    Raises:
        ExplainError: The layers are not found, or one is not linear in what comes in.

    >>> import clearprop as cp, numpy as np
    >>> def cost(params, X, Y):
    ...     with cp.name_scope("unit.z"):
    ...         z = X @ params["weight"]
    ...     with cp.name_scope("unit.a"):
    ...         a = cp.numpy.tanh(z)
    ...     with cp.name_scope("cost.examples"):
    ...         losses = 0.5 * (a[:, 0] - Y) ** 2
    ...     return cp.numpy.sum(losses)
    >>> found = reverse_network(cost, {"weight": np.ones((1, 1))}, np.zeros((1, 1)), np.ones(1))
    >>> print(found.graph)
    graph(gain.unit: float64[1,1], seed.unit.a: float64[1,1]) {
      %0: float64[1,1] = multiply(seed.unit.a, gain.unit)
      return %0
    }
    >>> found.run()
    {'unit': array([[-1.]])}
    """
    anatomy = dissect(cost, params, X, Y)
    seeds = _seeds(anatomy)
    gains = {layer.a: _gain(anatomy, layer) for layer in anatomy.layers if layer.a is not layer.z}
    forwards, linear = _linearized(anatomy, seeds, {a: place for a, (place, _) in gains.items()})
    backward = reverse(forwards, [linear[layer.z] for layer in anatomy.layers])
    entries = backward.inputs[len(forwards.inputs) :]
    seeded: dict[Value, Input] = {
        entry: place for entry, (place, _) in zip(entries, seeds.values(), strict=True)
    }
    whole = cut(backward, seeded, backward.outputs)
    kept = {operand for node in whole.nodes for operand in node.operands} | {*whole.outputs}
    if not kept.isdisjoint(linear[value] for value in between(anatomy) if value in linear):
        raise ExplainError(
            "the backward pass needs activations, so it is no network of amplifiers",
            why="A layer multiplies what comes in from other layers with one another.",
            remedy="Use explain.network, which shows the δ of any network.",
        )
    known: dict[Input, Any] = dict(zip(anatomy.graph.inputs, anatomy.values, strict=True))
    known |= dict(gains.values()) | dict(seeds.values())
    places = [place for place in known if place in kept]
    names = {place: name for name, place in (anatomy.parameters | anatomy.data).items()}
    new: dict[Value, Input] = {
        place: Input(names[place], place.type) for place in places if place in names
    }
    named = cut(whole, new, whole.outputs)
    return ReverseNetwork(
        Graph([new.get(place, place) for place in places], named.nodes, named.outputs),
        tuple(np.asarray(known[place]) for place in places),
        tuple(layer.name for layer in anatomy.layers),
        tuple(_turned(anatomy, seeds)),
    )


def _seeds(anatomy: Anatomy) -> dict[Value, tuple[Input, Array]]:
    """The layers' parts that the losses are computed from, with the losses' derivatives by them."""
    stands = between(anatomy)
    met = [value for value in before(anatomy, anatomy.examples) if value in stands]
    backward = reverse(
        cut(anatomy.graph, stands, [anatomy.examples]), [stands[value] for value in met]
    )
    held = anatomy.evaluate(stands)
    ones = np.ones(anatomy.examples.type.shape, anatomy.examples.type.dtype)
    slopes = anatomy.evaluate(backward.outputs, backward, *held, ones)
    return {
        value: (Input(f"seed.{stands[value].name}", value.type), slope)
        for value, slope in zip(met, slopes, strict=True)
    }


def _gain(anatomy: Anatomy, layer: Layer) -> tuple[Input, Array]:
    """g′(z), shape (m, units); where units do not act alone, ∂aᵢ/∂zⱼ, shape (m, units, units)."""
    stands = between(anatomy)
    given = {value: stand for value, stand in stands.items() if value is not layer.a}
    held = anatomy.evaluate(given)
    slopes = forward(cut(anatomy.graph, given, [layer.a]), [stands[layer.z]])
    shape, dtype = layer.z.type.shape, layer.z.type.dtype

    def along(direction: Array) -> Array:
        return np.asarray(anatomy.evaluate(slopes.outputs, slopes, *held, direction)[0])

    if acts_alone(layer):
        gain = along(np.ones(shape, dtype))
    else:
        units = np.eye(shape[1], dtype=dtype)
        gain = np.stack([along(np.broadcast_to(unit, shape)) for unit in units], axis=2)
    return Input(f"gain.{layer.name}", type_of(gain.shape, dtype)), gain


def _linearized(
    anatomy: Anatomy, ends: Iterable[Value], gains: Mapping[Node, Input]
) -> tuple[Graph, dict[Value, Value]]:
    """The network with amplifiers for activations, and the new value for each old one."""
    inputs = {layer.a: layer.z for layer in anatomy.layers}
    needed: set[Value] = {*ends, *(layer.z for layer in anatomy.layers)}
    nodes = []
    for node in reversed(anatomy.graph.nodes):
        if node in needed:
            needed.update([inputs[node]] if node in gains else node.operands)
            nodes.append(node)
    ops = PASSES.builder()
    new: dict[Value, Value] = {}
    for node in reversed(nodes):
        if node not in gains:
            operands = tuple([new.get(operand, operand) for operand in node.operands])
            new[node] = ops.append(node.primitive, operands, node.params)
            continue
        z, gain = new[inputs[node]], gains[node]
        if gain.type.ndim == 2:
            new[node] = ops.multiply(z, gain).value
        else:
            new[node] = ops.dot(gain, z, contract=((2,), (1,)), batch=((0,), (0,))).value
    for value in (*ends, *(layer.z for layer in anatomy.layers)):
        new.setdefault(value, value)
    inside = (*anatomy.graph.inputs, *gains.values())
    return Graph(inside, ops.nodes, [new[value] for value in ends]), new


def _turned(anatomy: Anatomy, seeds: Iterable[Value]) -> Iterator[tuple[str, str]]:
    """The arrows of the network, turned; those from the losses first."""
    ends: dict[Value, str] = {
        value: layer.name for layer in anatomy.layers for value in (layer.z, layer.a)
    }
    for name in dict.fromkeys(ends[value] for value in seeds):
        yield "E", name
    for layer in reversed(anatomy.layers):
        for source in layer.sources:
            if source not in anatomy.data:
                yield layer.name, source
