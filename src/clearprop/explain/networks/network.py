"""A network's forward and backward pass, layer by layer, under the names of the texts.

z: weighted inputs; a = g(z): activations; δ = ∂(Σ of the examples' losses)/∂z, a row per example;
Δ: the sum over the examples of that gradient by the parameters Θ; D = ∂J/∂Θ, which is Δ/m plus
(λ/m)Θ off the biases when J is the mean with weight decay. All come out of one reverse pass to
nodes in the middle of the graph. Source: C. M. Bishop, *Pattern Recognition and Machine Learning*
(2006), section 5.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from clearprop.derive import reverse
from clearprop.explain.networks.anatomy import Anatomy, Cost, dissect
from clearprop.explain.networks.drawing import draw_network
from clearprop.explain.pictures.lettering import figure
from clearprop.explain.pictures.matrices import DIGITS, folded, matrix_text
from clearprop.explain.pictures.page import fragment, paragraph
from clearprop.graph import Graph

Array = NDArray[Any]


@final
@dataclass(frozen=True, slots=True, eq=False)
class LayerFigures:
    """The figures of one use of a layer.

    Attributes:
        name: The layer's name; ``#2`` marks the second use of the same weights.
        sources: What comes in: names of layers and of data.
        z: Weighted inputs, shape (m, units).
        a: Activations, shape (m, units).
        delta: δ, the derivative of the examples' losses by z, shape (m, units).
        Theta: Parameters by their last name, ``weight`` (units, inputs) and ``bias``; empty at a
            second use, as are Delta and D: the first has those of all uses together.
        Delta: Δ, the sum over the examples of the gradient by each parameter.
        D: The gradient of the total J by each parameter.
    """

    name: str
    sources: tuple[str, ...]
    z: Array
    a: Array
    delta: Array
    Theta: Mapping[str, Array]
    Delta: Mapping[str, Array]
    D: Mapping[str, Array]

    def figures(self) -> Iterator[tuple[str, str, Array]]:
        """Key, heading and array of each figure."""
        yield "z", "z", self.z
        yield "a", "a", self.a
        yield "delta", "δ", self.delta
        for key, sign, entries in (("Delta", "Δ", self.Delta), ("D", "D", self.D)):
            for name, array in entries.items():
                yield f"{key}/{name}", f"{sign} {name}", array


@final
@dataclass(frozen=True, slots=True, eq=False)
class NetworkExplanation:
    """What a network did with a set of examples; see :func:`network`.

    Attributes:
        layers: In order.
        losses: The loss of each example, shape (m,).
        total: J.
        gradients: D by the parameters' full names (``hidden/weight``).
        anatomy: The graph of the cost, with its layers.
    """

    layers: tuple[LayerFigures, ...]
    losses: Array
    total: float
    gradients: Mapping[str, Array]
    anatomy: Anatomy

    def __getitem__(self, name: str) -> LayerFigures:
        """The layer of that name.

        Raises:
            ExplainError: There is none.
        """
        return self.layers[self.anatomy.layers.index(self.anatomy.layer(name))]

    def __repr__(self) -> str:
        names = ", ".join(layer.name for layer in self.layers)
        return f"<NetworkExplanation of {names}; {len(self.losses)} examples>"

    def text(self, digits: int = DIGITS) -> str:
        """All figures as plain text; large arrays are cut short."""
        parts = [self._heading(digits)]
        for layer in self.layers:
            parts.append(f"\n{layer.name}, {layer.z.shape[1]} units, from {_and(layer.sources)}")
            for _, heading, array in layer.figures():
                parts.append(f"  {heading}\n{matrix_text(array, digits=digits)}")
        return "\n".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """All figures in full, as JSON's own types."""
        return {
            "J": self.total,
            "examples": len(self.losses),
            "losses": self.losses.tolist(),
            "layers": {
                layer.name: {
                    "sources": list(layer.sources),
                    "z": layer.z.tolist(),
                    "a": layer.a.tolist(),
                    "delta": layer.delta.tolist(),
                    "Theta": _lists(layer.Theta),
                    "Delta": _lists(layer.Delta),
                    "D": _lists(layer.D),
                }
                for layer in self.layers
            },
        }

    def svg(self) -> str:
        """The network as a picture: a box per layer, or per unit if it is small."""
        return draw_network(self.anatomy, self.layers, self.gradients, self.total)

    def _repr_html_(self) -> str:
        parts = [paragraph(self._heading(6))]
        for layer in self.layers:
            arrays = "".join(folded(heading, array) for _, heading, array in layer.figures())
            parts.append(f"{paragraph(f'{layer.name}, {layer.z.shape[1]} units')}{arrays}")
        return fragment(self.svg(), parts)

    def _heading(self, digits: int) -> str:
        count = len(self.losses)
        return (
            f"J = {figure(self.total, digits)}; the losses of {count} "
            f"example{'s' * (count != 1)} add up to {figure(float(self.losses.sum()), digits)}"
        )


def network(cost: Cost, params: Any, X: Any, Y: Any) -> NetworkExplanation:
    """z, a, δ, Δ and D of every layer of a network.

    Args:
        cost: ``cost(params, X, Y)`` → J, such as ``net.loss``; any function that opens the name
            scopes ``NAME.z``, ``NAME.a`` and ``cost.examples`` around these parts.
        params: Its parameters, nested.
        X: The examples, a row each.
        Y: The targets.

    Returns:
        The figures of each layer: ``print(….text())``, or look at the picture with ``.svg()``.

    Raises:
        ExplainError: The function has no such name scopes.

    >>> import clearprop as cp, numpy as np
    >>> def cost(params, X, Y):
    ...     with cp.name_scope("output.z"):
    ...         z = X @ params["weight"]
    ...     with cp.name_scope("cost.examples"):
    ...         losses = (z[:, 0] - Y) ** 2
    ...     return cp.numpy.sum(losses) / 2
    >>> params, X = {"weight": np.ones((1, 1))}, np.array([[2.0], [3.0]])
    >>> print(network(cost, params, X, np.zeros(2)).text())
    J = 6.5; the losses of 2 examples add up to 13
    <BLANKLINE>
    output, 1 units, from X
      z
        2
        3
      a
        2
        3
      δ
        4
        6
      Δ weight
        26
      D weight
        13
    """
    found = dissect(cost, params, X, Y)
    graph, layers = found.graph, found.layers
    places = {name: place for name, place in found.parameters.items() if place.type.differentiable}
    middle = [layer.z for layer in layers]
    forward = found.evaluate(
        [found.examples, graph.outputs[0], *middle, *(layer.a for layer in layers)]
    )
    losses, total, values = forward[0], forward[1], forward[2:]
    backward = reverse(
        Graph(graph.inputs, graph.nodes, (found.examples,)), [*middle, *places.values()]
    )
    slopes = found.evaluate(backward.outputs, backward, np.ones_like(losses))
    whole = reverse(graph, list(places.values()))
    gradient = found.evaluate(whole.outputs, whole, np.ones_like(total))
    sums = dict(zip(places, slopes[len(layers) :], strict=True))
    means = dict(zip(places, gradient, strict=True))
    theta = dict(zip(found.parameters, found.values, strict=False))
    shown: set[str] = set()
    figures = []
    for place, layer in enumerate(layers):
        new = [name for name in layer.parameters if name in places and name not in shown]
        shown.update(new)
        labels = {name: name.removeprefix(f"{layer.name}/") for name in new}
        figures.append(
            LayerFigures(
                layer.name,
                layer.sources,
                values[place],
                values[len(layers) + place],
                slopes[place],
                *(
                    {labels[name]: np.array(of[name]) for name in new}
                    for of in (theta, sums, means)
                ),
            )
        )
    return NetworkExplanation(tuple(figures), losses, float(total), means, found)


def _lists(entries: Mapping[str, Array]) -> dict[str, Any]:
    return {name: array.tolist() for name, array in entries.items()}


def _and(names: tuple[str, ...]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
