"""Pictures of networks: a box per layer, or per unit when the network is small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from clearprop.explain.networks.anatomy import Anatomy, before
from clearprop.explain.networks.pieces import Weights, weights_of
from clearprop.explain.pictures.svg import Arrow, Box, Picture, draw, figure

_MOST_UNITS = 14  # in a picture with a box per unit
_MOST_WEIGHTS = 30

Array = NDArray[Any]


class Figures(Protocol):
    """What a picture needs of a layer."""

    @property
    def z(self) -> Array:
        """Weighted inputs, (m, units)."""

    @property
    def a(self) -> Array:
        """Activations, (m, units)."""

    @property
    def delta(self) -> Array:
        """δ, (m, units)."""


def draw_network(
    anatomy: Anatomy, figures: Sequence[Figures], gradients: Mapping[str, Array], total: float
) -> str:
    """The network as SVG.

    Args:
        anatomy: Its graph and layers.
        figures: A record per layer.
        gradients: D by the parameters' names.
        total: J.
    """
    matrices = [weights_of(anatomy, layer) for layer in anatomy.layers]
    if _is_small(anatomy, matrices):
        single = [weights[0] for weights in matrices]
        picture = _by_unit(anatomy, figures, single, gradients, total)
        title = "Units: net, out and δ; arrows: w (∂J/∂w)"
    else:
        picture = _by_layer(anatomy, figures, gradients, total)
        title = "Layers, with the sizes of δ and of D = ∂J/∂Θ"
    return draw(
        picture, title=title, legend=any(arrow.weight is not None for arrow in picture.arrows)
    )


def _by_layer(
    anatomy: Anatomy, figures: Sequence[Figures], gradients: Mapping[str, Array], total: float
) -> Picture:
    boxes, arrows = list(_data_boxes(anatomy)), []
    norms = [float(np.linalg.norm(record.delta)) for record in figures]
    largest = max(norms) or 1.0
    for layer, norm in zip(anatomy.layers, norms, strict=True):
        lines = [layer.name, f"{layer.units} units", f"‖δ‖ = {figure(norm, 4)}"]
        if layer.parameters and "#" not in layer.name:
            size = float(np.sqrt(sum(np.sum(gradients[name] ** 2) for name in layer.parameters)))
            lines.append(f"‖D‖ = {figure(size, 4)}")
        tip = ", ".join(f"{name} {list(gradients[name].shape)}" for name in layer.parameters)
        boxes.append(Box(f"layer {layer.name}", tuple(lines), "layer", norm / largest, tip))
        for source in layer.sources:
            arrows.append(Arrow(_key(anatomy, source), f"layer {layer.name}"))
    boxes.append(_total_box(total))
    arrows += [Arrow(_key(anatomy, name), "J") for name in _before_total(anatomy)]
    return Picture(tuple(boxes), tuple(arrows))


def _by_unit(
    anatomy: Anatomy,
    figures: Sequence[Figures],
    matrices: Sequence[Weights],
    gradients: Mapping[str, Array],
    total: float,
) -> Picture:
    boxes, arrows = [], []
    for name in _inputs(anatomy):
        for place, value in enumerate(np.atleast_2d(_value(anatomy, name))[0]):
            boxes.append(Box(f"{name} {place}", (f"{name}[{place}]", figure(value)), "input"))
    largest = max(float(abs(record.delta).max()) for record in figures) or 1.0
    for layer, record, weights in zip(anatomy.layers, figures, matrices, strict=True):
        theta = np.moveaxis(_value(anatomy, weights.name), weights.unit_axis, 0)
        slope = np.moveaxis(gradients[weights.name], weights.unit_axis, 0)
        before = list(_unit_keys(anatomy, layer.sources))
        for unit in range(layer.units):
            key, delta = f"layer {layer.name} {unit}", float(record.delta[0, unit])
            net, out = (figure(float(part[0, unit])) for part in (record.z, record.a))
            lines = (f"{layer.name}[{unit}]", f"net {net}", f"out {out}", f"δ {figure(delta, 4)}")
            boxes.append(Box(key, lines, "operation", delta / largest))
            for place, source in enumerate(before):
                by = float(slope[unit, place])
                label = f"{figure(float(theta[unit, place]), 4)} ({figure(by, 3)})"
                tip = f"w = {theta[unit, place]}, ∂J/∂w = {by}"
                arrows.append(Arrow(source, key, label, by, tip))
    boxes.append(_total_box(total))
    last = [name for name in _before_total(anatomy) if name not in anatomy.data]
    arrows += [Arrow(source, "J") for source in _unit_keys(anatomy, last)]
    return Picture(tuple(boxes), tuple(arrows))


def _is_small(anatomy: Anatomy, matrices: Sequence[Sequence[Weights]]) -> bool:
    """One example, few units, and every layer one matrix over its sources side by side."""
    if anatomy.count != 1 or any(len(weights) != 1 for weights in matrices):
        return False
    widths = {layer.name: layer.units for layer in anatomy.layers}
    widths |= {name: _value(anatomy, name).size for name in _inputs(anatomy)}
    weights = 0
    for layer, (only,) in zip(anatomy.layers, matrices, strict=True):
        inputs = only.incoming.type.shape[-1]
        if sum(widths[source] for source in layer.sources) != inputs:
            return False
        weights += layer.units * inputs
    return sum(widths.values()) <= _MOST_UNITS and weights <= _MOST_WEIGHTS


def _inputs(anatomy: Anatomy) -> list[str]:
    """The data that layers take in, without the targets."""
    return list(
        dict.fromkeys(
            source for layer in anatomy.layers for source in layer.sources if source in anatomy.data
        )
    )


def _data_boxes(anatomy: Anatomy) -> Iterator[Box]:
    for name in [*_inputs(anatomy), *(n for n in _before_total(anatomy) if n in anatomy.data)]:
        shape = anatomy.data[name].type.shape
        yield Box(name, (name, " × ".join(map(str, shape)) or "one number"), "input")


def _before_total(anatomy: Anatomy) -> list[str]:
    """The layers and data from which the losses are computed directly."""
    met = dict.fromkeys(before(anatomy, anatomy.examples).values())
    return [name for name in met if name not in anatomy.parameters]


def _total_box(total: float) -> Box:
    return Box("J", ("J", figure(total)), "output")


def _key(anatomy: Anatomy, name: str) -> str:
    return name if name in anatomy.data else f"layer {name}"


def _unit_keys(anatomy: Anatomy, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        size = _value(anatomy, name).size if name in anatomy.data else anatomy.layer(name).units
        for place in range(size):
            yield f"{_key(anatomy, name)} {place}"


def _value(anatomy: Anatomy, name: str) -> Array:
    place = (anatomy.data | anatomy.parameters)[name]
    return np.asarray(anatomy.values[anatomy.graph.inputs.index(place)])
