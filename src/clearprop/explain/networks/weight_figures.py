"""The figures behind one weight's slope, as text, dictionary, table and picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from clearprop.explain.pictures.lettering import figure
from clearprop.explain.pictures.markup import escaped
from clearprop.explain.pictures.matrices import DIGITS
from clearprop.explain.pictures.page import fragment, table
from clearprop.explain.pictures.svg import Arrow, Box, Picture, draw

_MOST_ROWS = 10  # examples or next units that are listed in text
_MOST_BOXES = 8  # next units in a picture

Array = NDArray[Any]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """A unit that another one reaches.

    Attributes:
        layer: Its layer; empty where the losses are reached directly.
        unit: Its number in the layer, from 0.
        delta: Its δ = ∂E/∂net, shape (m,); 1 for the losses.
        partial: How its net changes per change of the reaching unit's out, shape (m,): the
            weight between them in a plain network.
    """

    layer: str
    unit: int
    delta: Array
    partial: Array

    @property
    def name(self) -> str:
        """Layer and number."""
        return f"{self.layer}[{self.unit}]" if self.layer else "E"


@final
@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """A unit that the weight leads to, with the three factors for each of the m examples.

    Attributes:
        layer: The unit's layer; ``#2`` marks the second use of shared weights.
        unit: Its number, from 0.
        net: Weighted input, shape (m,).
        out: Activation, shape (m,).
        error_by_out: ∂E/∂out, shape (m,).
        out_by_net: ∂out/∂net, shape (m,).
        net_by_weight: ∂net/∂w, shape (m,): what the weight is multiplied with.
        delta: δ = ∂E/∂net, shape (m,): the product of the first two.
        reaches: The units behind ∂E/∂out; δ times partial adds up to it.
        note: How ∂E/∂out is to be read where it is no plain partial derivative.
    """

    layer: str
    unit: int
    net: Array
    out: Array
    error_by_out: Array
    out_by_net: Array
    net_by_weight: Array
    delta: Array
    reaches: tuple[Reach, ...]
    note: str

    @property
    def name(self) -> str:
        """Layer and number."""
        return f"{self.layer}[{self.unit}]"

    @property
    def product(self) -> Array:
        """The slope of each example's loss by the weight through this unit, shape (m,)."""
        return self.delta * self.net_by_weight


@final
@dataclass(frozen=True, slots=True, eq=False)
class WeightExplanation:
    """The three-factor product for one weight; see :func:`clearprop.explain.weight`.

    Attributes:
        name: The weight in words: ``hidden[0] ← X[1]``.
        value: w.
        uses: Where it is used: one unit; several for shared weights and shared biases.
        losses: The loss of each example, shape (m,); E is their sum.
        gradient: ∂E/∂w, from the engine.
        total_gradient: D = ∂J/∂w of the total J, which has the mean and the regularization.
        eta: η, the learning rate; None if there is no update to show.
    """

    name: str
    value: float
    uses: tuple[Use, ...]
    losses: Array
    gradient: float
    total_gradient: float
    eta: float | None

    @property
    def updated(self) -> float | None:
        """The weight after a step: w − η ∂E/∂w."""
        return None if self.eta is None else self.value - self.eta * self.gradient

    def __repr__(self) -> str:
        return f"<WeightExplanation of {self.name}: ∂E/∂w = {figure(self.gradient, DIGITS)}>"

    def text(self, digits: int = DIGITS) -> str:
        """The product, factor by factor, and what stands behind the first."""

        def show(number: float) -> str:
            return figure(float(number) + 0.0, digits)

        error = float(self.losses.sum())
        count = len(self.losses)
        over = f", the sum over {count} examples" if count > 1 else ""
        lines = [f"{self.name}: w = {show(self.value)}, E = {show(error)}{over}"]
        lines.append("∂E/∂w = ∂E/∂out · ∂out/∂net · ∂net/∂w")
        for use in self.uses:
            lines += _use_lines(use, show, len(self.uses) > 1 or len(self.losses) > 1)
        if len(self.uses) * len(self.losses) > 1:
            lines.append(f"∂E/∂w = {show(self.gradient)}, the sum of these")
        if not np.isclose(self.total_gradient, self.gradient, rtol=1e-12):
            lines.append(f"∂J/∂w = {show(self.total_gradient)} of the total J")
        if self.eta is not None and self.updated is not None:
            lines.append(
                f"update: w − η ∂E/∂w = {show(self.value)} − {show(self.eta)} · "
                f"{show(self.gradient)} = {show(self.updated)}"
            )
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """All figures in full, as JSON's own types; lists have an entry per example."""
        return {
            "weight": self.name,
            "value": self.value,
            "E": float(self.losses.sum()),
            "gradient": self.gradient,
            "D": self.total_gradient,
            "learning_rate": self.eta,
            "updated": self.updated,
            "uses": [
                {
                    "unit": use.name,
                    "net": use.net.tolist(),
                    "out": use.out.tolist(),
                    "dE_dout": use.error_by_out.tolist(),
                    "dout_dnet": use.out_by_net.tolist(),
                    "dnet_dw": use.net_by_weight.tolist(),
                    "delta": use.delta.tolist(),
                    "product": use.product.tolist(),
                    "reaches": [
                        {
                            "unit": reach.name,
                            "delta": reach.delta.tolist(),
                            "weight": reach.partial.tolist(),
                            "product": (reach.delta * reach.partial).tolist(),
                        }
                        for reach in use.reaches
                    ],
                    "note": use.note,
                }
                for use in self.uses
            ],
        }

    def svg(self, example: int = 0) -> str:
        """The way from the weight to the loss of one example, a factor on each arrow."""
        slope = sum(float(use.product[example]) for use in self.uses)
        boxes = [
            Box("w", (f"w = {figure(self.value)}", f"∂E/∂w = {figure(slope)}"), "input"),
            Box("E", ("E", figure(float(self.losses[example]))), "output"),
        ]
        arrows: list[Arrow] = []
        for use in self.uses[:_MOST_BOXES]:
            _draw_use(use, example, boxes, arrows)
        count = len(self.losses)
        which = f", example {example} of {count}" if count > 1 else ""
        picture = Picture(tuple(boxes), tuple(arrows))
        return draw(picture, title=f"∂E/∂w for {self.name}{which}", legend=True)

    def _repr_html_(self) -> str:
        rows = [["example", "unit", "∂E/∂out", "∂out/∂net", "∂net/∂w", "product"]]
        for use in self.uses:
            for example in range(min(len(self.losses), _MOST_ROWS)):
                factors = (use.error_by_out, use.out_by_net, use.net_by_weight, use.product)
                numbers = [figure(float(factor[example]), DIGITS) for factor in factors]
                rows.append([str(example), use.name, *numbers])
        words = f"<pre>{escaped(self.text())}</pre>"
        return fragment(self.svg(), [table(rows, left={1}, code=set()), words])


def _use_lines(use: Use, show: Any, several: bool) -> Iterator[str]:
    """The product of each example, and the sum behind its first factor."""
    for example in range(min(len(use.delta), _MOST_ROWS)):
        where = f"{use.name}, example {example}: " if several else "      = "
        factors = (use.error_by_out, use.out_by_net, use.net_by_weight)
        written = " · ".join(show(factor[example]) for factor in factors)
        yield f"{where}{written} = {show(use.product[example])}"
        if any(reach.layer for reach in use.reaches):
            head = "  ∂E/∂out is the sum over what the unit reaches, δ times weight:"
            yield head if not several or example == 0 else "  ∂E/∂out:"
            yield from _reach_lines(use.reaches, example, show)
    if len(use.delta) > _MOST_ROWS:
        rest = show(use.product[_MOST_ROWS:].sum())
        yield f"{use.name}, the other {len(use.delta) - _MOST_ROWS} examples: {rest}"
    if use.note:
        yield f"  {use.note}"


def _reach_lines(reaches: Sequence[Reach], example: int, show: Any) -> Iterator[str]:
    shown, rest = _largest(reaches, example, _MOST_ROWS)
    for reach in shown:
        delta, partial = float(reach.delta[example]), float(reach.partial[example])
        product = show(delta * partial)
        if reach.layer:
            yield f"    {reach.name}: {show(delta)} · {show(partial)} = {product}"
        else:
            yield f"    the loss directly: {product}"
    if rest:
        total = sum(float(r.delta[example] * r.partial[example]) for r in rest)
        yield f"    {len(rest)} more: {show(total)}"


def _largest(reaches: Sequence[Reach], example: int, most: int) -> tuple[list[Reach], list[Reach]]:
    """Those that contribute most, in their own order, and the rest."""
    if len(reaches) <= most:
        return list(reaches), []
    sizes = [-abs(float(reach.delta[example] * reach.partial[example])) for reach in reaches]
    kept = set(np.argsort(sizes, kind="stable")[: most - 1].tolist())
    shown = [reach for place, reach in enumerate(reaches) if place in kept]
    return shown, [reach for place, reach in enumerate(reaches) if place not in kept]


def _draw_use(use: Use, example: int, boxes: list[Box], arrows: list[Arrow]) -> None:
    """Boxes for net, out and what is reached, with arrows between them."""

    def arrow(source: str, target: str, name: str, number: float) -> None:
        label = f"{name} = {figure(number)}"
        arrows.append(Arrow(source, target, label, number, f"{name} = {number}"))

    net, out = f"net {use.name}", f"out {use.name}"
    by_out = float(use.error_by_out[example])
    boxes.append(Box(net, (f"net {use.name}", figure(float(use.net[example]))), "operation"))
    lines = (f"out {use.name}", figure(float(use.out[example])), f"∂E/∂out = {figure(by_out)}")
    boxes.append(Box(out, lines, "operation"))
    arrow("w", net, "∂net/∂w", float(use.net_by_weight[example]))
    arrow(net, out, "∂out/∂net", float(use.out_by_net[example]))
    shown, rest = _largest(use.reaches, example, _MOST_BOXES)
    for reach in shown:
        partial, delta = float(reach.partial[example]), float(reach.delta[example])
        if not reach.layer:
            arrow(out, "E", "∂E/∂out", partial)
            continue
        key = f"net {reach.name}"
        if not any(box.key == key for box in boxes):
            boxes.append(Box(key, (key, f"δ = {figure(delta)}"), "operation"))
            arrow(key, "E", "δ", delta)
        arrow(out, key, "w", partial)
    if rest:
        total = sum(float(r.delta[example] * r.partial[example]) for r in rest)
        key = f"more {use.name}"
        boxes.append(Box(key, (f"{len(rest)} more units",), "layer"))
        arrow(out, key, "Σ δ w", total)
        arrows.append(Arrow(key, "E"))
    if not use.reaches:
        arrow(out, "E", "∂E/∂out", by_out)
