"""One weight's slope as a product of three factors, with its numbers.

∂E/∂w = ∂E/∂out · ∂out/∂net · ∂net/∂w, where net and out are the weighted input and the activation
of the unit that the weight leads to, and E is the sum of the examples' losses. For a hidden unit
∂E/∂out is itself a sum over all that the unit reaches: δ of the next unit times the weight to it.
Each factor is taken from a piece of the graph between two layers, by forward mode; their products
add up to the engine's own gradient. Source: D. E. Rumelhart, G. E. Hinton and R. J. Williams,
*Learning representations by back-propagating errors*, Nature 323 (1986).
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from clearprop.derive import forward, reverse
from clearprop.errors import ExplainError
from clearprop.explain.networks.anatomy import Anatomy, Cost, Layer, before, dissect
from clearprop.explain.networks.pieces import acts_alone, between, cut, weights_of
from clearprop.explain.networks.weight_figures import Reach, Use, WeightExplanation
from clearprop.graph import Graph, Input, Value

Array = NDArray[Any]

_BYPASSED = (
    "The loss is computed from net itself, as cross-entropy is: δ comes from it directly, and "
    "∂E/∂out is δ divided by ∂out/∂net."
)
_TOGETHER = (
    "All outputs of the layer move when net does, as in a softmax: ∂E/∂out is the change of E per "
    "change of this output in that motion, δ divided by ∂out/∂net."
)


def weight(
    cost: Cost,
    params: Any,
    X: Any,
    Y: Any,
    layer: str,
    unit: int,
    input: int | Literal["bias"],
    *,
    eta: float | None = None,
    parameter: str | None = None,
) -> WeightExplanation:
    """The three-factor product of a single weight, summed over the examples.

    Args:
        cost: ``cost(params, X, Y)`` → J, such as ``net.loss``.
        params: Its parameters, nested.
        X: The examples, a row each.
        Y: The targets.
        layer: The layer that the weight leads to.
        unit: Which of its units, from 0.
        input: Which of the numbers that come in, from 0, or ``"bias"``.
        eta: η: if given, the update w − η ∂E/∂w is shown.
        parameter: The parameter's name, where the layer has several weight matrices.

    Returns:
        The three factors for each example and their sum: ``print(….text())``, or look at the
        picture with ``.svg()``.

    Raises:
        ExplainError: There is no such layer, unit, input or parameter; the message has the range.

    >>> import clearprop as cp, numpy as np
    >>> def cost(params, X, Y):
    ...     with cp.name_scope("output.z"):
    ...         z = X @ params["weight"]
    ...     with cp.name_scope("output.a"):
    ...         a = cp.numpy.tanh(z)
    ...     with cp.name_scope("cost.examples"):
    ...         losses = 0.5 * (a[:, 0] - Y) ** 2
    ...     return cp.numpy.sum(losses)
    >>> params, X = {"weight": np.ones((2, 1))}, np.array([[0.0, 0.5]])
    >>> found = weight(cost, params, X, np.zeros(1), "output", 0, 1, eta=0.1)
    >>> print(found.text(digits=4))
    output[0] ← X[1]: w = 1, E = 0.1068
    ∂E/∂w = ∂E/∂out · ∂out/∂net · ∂net/∂w
          = 0.4621 · 0.7864 · 0.5 = 0.1817
    update: w − η ∂E/∂w = 1 − 0.1 · 0.1817 = 0.9818
    """
    anatomy = dissect(cost, params, X, Y)
    first = anatomy.layer(str(layer).partition("#")[0])
    unit = _within(unit, first.units, f"layer {first.name!r}", "units")
    name, index, words = _find(anatomy, first, unit, input, parameter)
    place = anatomy.parameters[name]
    chosen = np.zeros(place.type.shape, place.type.dtype)
    chosen[index] = 1
    steps = _Steps(anatomy)
    everywhere = index == () and place.type.shape == ()
    units = range(first.units) if everywhere else [unit]
    uses = [
        steps.use(one, number, place, chosen)
        for one in anatomy.layers
        if name in one.parameters
        for number in units
    ]
    graph = anatomy.graph
    losses = anatomy.evaluate([anatomy.examples])[0]
    whole = reverse(graph, [place])
    total = anatomy.evaluate(whole.outputs, whole, place.type.dtype.type(1))[0]
    value = anatomy.values[graph.inputs.index(place)]
    return WeightExplanation(
        name=f"{first.name}[{'every unit' if everywhere else unit}] ← {words}",
        value=float(np.asarray(value)[index]),
        uses=tuple(uses),
        losses=losses,
        gradient=float(np.asarray(steps.slope(place))[index]),
        total_gradient=float(np.asarray(total)[index]),
        eta=eta,
    )


class _Steps:
    """The factors, each from the piece of the graph between two layers."""

    def __init__(self, anatomy: Anatomy) -> None:
        self.anatomy = anatomy
        self.stands = between(anatomy)
        ends = [*self.stands]
        self.values = dict(zip(ends, anatomy.evaluate(ends), strict=True))
        examples = anatomy.examples
        backward = reverse(
            Graph(anatomy.graph.inputs, anatomy.graph.nodes, (examples,)),
            wanted := [*ends, *anatomy.parameters.values()],
        )
        seed = np.ones(examples.type.shape, examples.type.dtype)
        found = anatomy.evaluate(backward.outputs, backward, seed)
        moving = [value for value in wanted if value.type.differentiable]
        self._slopes = dict(zip(moving, found, strict=True))
        self.met = {
            target: before(anatomy, target)
            for target in [*(layer.z for layer in anatomy.layers), examples]
        }

    def slope(self, value: Value) -> Any:
        """The derivative of the sum of the examples' losses by a layer's part or a parameter."""
        return self._slopes[value]

    def tangent(self, target: Value, source: Value, direction: Array) -> Array:
        """How a target moves when one value it is made of does, all other layers held."""
        given = {value: stand for value, stand in self.stands.items() if value is not target}
        if isinstance(source, Input):
            piece, moving = cut(self.anatomy.graph, given, [target]), source
        else:
            piece, moving = cut(self.anatomy.graph, given, [target]), self.stands[source]
        slopes = forward(piece, [moving])
        held = [self.values[value] for value in given]
        return np.asarray(self.anatomy.evaluate(slopes.outputs, slopes, *held, direction)[0])

    def use(self, layer: Layer, unit: int, place: Input, chosen: Array) -> Use:
        """The three factors for one unit."""
        by_weight = self.tangent(layer.z, place, chosen[()])[:, unit]
        one = np.zeros(layer.z.type.shape, layer.z.type.dtype)
        one[:, unit] = 1
        moved = one if layer.a is layer.z else self.tangent(layer.a, layer.z, one)
        delta, out_by_net = self.slope(layer.z)[:, unit], moved[:, unit]
        bypassed = layer.a is not layer.z and any(layer.z in met for met in self.met.values())
        together = not acts_alone(layer)
        notes = ((_BYPASSED, bypassed), (_TOGETHER, together))
        reaches: tuple[Reach, ...] = ()
        if bypassed or together:
            with np.errstate(all="ignore"):
                by_out = delta / out_by_net
        else:
            by_out = self.slope(layer.a)[:, unit]
            reaches = tuple(self._reaches(layer, one))
        return Use(
            layer=layer.name,
            unit=unit,
            net=self.values[layer.z][:, unit],
            out=self.values[layer.a][:, unit],
            error_by_out=by_out,
            out_by_net=out_by_net,
            net_by_weight=by_weight,
            delta=delta,
            reaches=reaches,
            note=" ".join(note for note, holds in notes if holds),
        )

    def _reaches(self, layer: Layer, one: Array) -> Iterator[Reach]:
        """The units of other layers, and the losses, that are made of a layer's activations."""
        for other in self.anatomy.layers:
            if layer.a in self.met[other.z]:
                partials = self.tangent(other.z, layer.a, one)
                deltas = self.slope(other.z)
                for unit in range(other.units):
                    yield Reach(other.name, unit, deltas[:, unit], partials[:, unit])
        if layer.a in self.met[self.anatomy.examples]:
            partial = self.tangent(self.anatomy.examples, layer.a, one)
            yield Reach("", 0, np.ones_like(partial), partial)


def _find(
    anatomy: Anatomy, layer: Layer, unit: int, source: Any, parameter: str | None
) -> tuple[str, tuple[int, ...], str]:
    """The parameter's name, the index of the weight in it, and where the weight comes from."""
    matrices = {weights.name: weights for weights in weights_of(anatomy, layer)}
    if source == "bias":
        found = [name for name in layer.parameters if name not in matrices]
        name = _only(found, layer, parameter, "bias")
        shape = anatomy.parameters[name].type.shape
        if shape not in ((), (layer.units,)):
            raise ExplainError(f"the parameter {name!r} has shape {shape}, which is no bias")
        return name, (unit,) if shape else (), "bias"
    weights = matrices[_only(matrices, layer, parameter, "weight matrix")]
    width = weights.incoming.type.shape[-1]
    number = _within(source, width, f"layer {layer.name!r}", "inputs")
    index = (unit, number) if weights.unit_axis == 0 else (number, unit)
    return weights.name, index, _words(anatomy, layer, number, width)


def _only(found: Iterable[str], layer: Layer, asked: str | None, what: str) -> str:
    names = list(found)
    full = [name for name in names if asked in (None, name, name.rpartition("/")[2])]
    if len(full) != 1:
        listed = ", ".join(map(repr, names)) or "none"
        many = " Name one with parameter=…" if len(names) > 1 else ""
        raise ExplainError(
            f"layer {layer.name!r} has no single {what}{f' {asked!r}' if asked else ''}",
            remedy=f"It has {listed}.{many}",
        )
    return full[0]


def _words(anatomy: Anatomy, layer: Layer, number: int, width: int) -> str:
    """The unit or the input that a weight comes from, where sources stand side by side."""
    sizes = {
        source: anatomy.data[source].type.shape[-1]
        if source in anatomy.data
        else anatomy.layer(source).units
        for source in layer.sources
    }
    if sum(sizes.values()) == width:
        for source, size in sizes.items():
            if number < size:
                return f"{source}[{number}]"
            number -= size
    return f"input {number}"


def _within(number: Any, count: int, where: str, what: str) -> int:
    try:
        place = operator.index(number)
    except TypeError:
        place = -1
    if not 0 <= place < count:
        raise ExplainError(
            f"{where} has no {what[:-1]} {number!r}",
            remedy=f"Its {count} {what} are 0 to {count - 1}.",
        )
    return place
