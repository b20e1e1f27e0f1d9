"""The chain rule behind one derivative: the paths that it is the sum of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, final

from rich.text import Text

from clearprop.errors import ArgumentError
from clearprop.explain.functions.drawing import MOST_BOXES, picture
from clearprop.explain.functions.tables import WIDTH
from clearprop.explain.numbers.entries import edge_entries, node_entries, output_name
from clearprop.explain.numbers.paths import Path, counted
from clearprop.explain.numbers.point import Function, point_of
from clearprop.explain.numbers.study import Study, expanded
from clearprop.explain.pictures.lettering import figure, shortened
from clearprop.explain.pictures.page import fragment, paragraph, table
from clearprop.explain.pictures.svg import draw

MOST_SHOWN: Final = 12
"""Paths that a chain shows if it is not told how many."""


@final
@dataclass(frozen=True, eq=False)
class Chain:
    """One derivative as a sum over paths.

    Attributes:
        output: What is differentiated.
        element: What it is differentiated by.
        derivative: The derivative.
        paths: All paths, or those with the largest `abs(contribution)`.
        total: How many paths there are, exactly.
    """

    output: str
    element: str
    derivative: float
    paths: tuple[Path, ...]
    total: int
    _study: Study = field(repr=False)

    @property
    def shown(self) -> float:
        """The sum of the contributions of the paths shown."""
        return sum(path.product for path in self.paths)

    def text(self) -> str:
        """A line per path: the partials by name, their numbers and their product."""
        lines = [self._heading()]
        for path in self.paths:
            lines.append(f"  {_line(path)}")
        if len(self.paths) < self.total:
            lines.append(f"  together {figure(self.shown)} of {figure(self.derivative)}")
        return "\n".join(lines) + "\n"

    def to_dict(self) -> dict[str, Any]:
        """As plain data, numbers unrounded."""
        return {
            "output": self.output,
            "element": self.element,
            "derivative": self.derivative,
            "paths": [
                {"nodes": list(p.names), "factors": list(p.factors), "product": p.product}
                for p in self.paths
            ],
            "total": self.total,
        }

    def svg(self) -> str:
        """The graph with the paths marked; of a large graph only the nodes on them."""
        study = self._study
        places = {name: place for place, name in enumerate(study.names)}
        marked = {
            (places[name], slot)
            for path in self.paths
            for name, slot in zip(path.names[1:], path.slots, strict=True)
        }
        only = None
        if len(study.values) > MOST_BOXES // 4:
            only = {places[name] for path in self.paths for name in path.names}
        drawn = picture(study, node_entries(study), edge_entries(study), only=only, marked=marked)
        return draw(drawn, title=self._heading())

    def __repr__(self) -> str:
        return f"<Chain {self._heading()}>"

    def __str__(self) -> str:
        return self.text()

    def __rich__(self) -> Text:
        return Text(self.text())

    def _repr_html_(self) -> str:
        rows = [["path", "partials", "product"]]
        rows += [[" → ".join(p.names), _numbers(p), p.product_text] for p in self.paths]
        few = len({name for path in self.paths for name in path.names}) <= MOST_BOXES // 4
        made = table(rows, left={0, 1}, code=set())
        return (
            fragment(self.svg(), [made])
            if few
            else fragment("", [paragraph(self._heading()) + made])
        )

    def _heading(self) -> str:
        name = f"∂{self.output}/∂{self.element} = {figure(self.derivative)}"
        if not self.total:
            return f"{name}: no path leads from {self.element} to {self.output}"
        if len(self.paths) == self.total:
            return f"{name}, the sum over {self.total} path{'s' * (self.total > 1)}"
        return f"{name}, the sum over {counted(self.total)} paths; the {len(self.paths)} largest"


def chain(
    f: Function, args: Sequence[Any], element: str, *, k: int | None = None, output: Any = 0
) -> Chain:
    """The sum over paths behind the derivative by one input element.

    Args:
        f: A function or a graph.
        args: Its arguments.
        element: What the derivative is by: ``"b"``, ``"w[0,1]"``.
        k: How many paths to show; by default all if there are few, else the 12 largest.
        output: Which output, as for :func:`clearprop.explain.function`.

    Returns:
        The sum: ``print`` it, or look at its picture with ``.svg()``.

    Raises:
        ExplainError: If an array is too large to be taken apart.
        ArgumentError: If there is no such element.

    >>> def f(a, b):
    ...     c = a + b
    ...     d = b + 1
    ...     return c * d
    >>> print(chain(f, (2.0, 1.0), "b"))
    ∂v1/∂b = 5, the sum over 2 paths
      ∂c/∂b · ∂v1/∂c = 1 · 2 = 2
      ∂d/∂b · ∂v1/∂d = 1 · 3 = 3
    """
    study = expanded(Study(point_of(f, args), element, output))
    if len(study.columns) != 1:
        raise ArgumentError(
            f"{element} is an array, and a chain is behind one number",
            remedy=f"Name an element, such as {study.columns[0].label!r}.",
        )
    place = study.columns[0].place
    total = study.counts[place]
    finder = study.finder
    if k is None and total <= MOST_SHOWN:
        found = finder.all([place])
    else:
        found = finder.top([place], k or MOST_SHOWN) if total else []
    slope = study.reverse[place]
    derivative = 0.0 if slope is None else float(slope)
    return Chain(output_name(study), study.columns[0].label, derivative, tuple(found), total, study)


def _line(path: Path) -> str:
    """The partials by name; where that is too long only the nodes, and factors other than 1."""
    partials = [f"∂{b}/∂{a}" for a, b in zip(path.names, path.names[1:], strict=False)]
    result = f"{_numbers(path)} = {path.product_text}"
    line = f"{' · '.join(partials) or '1'} = {result}"
    if len(line) <= WIDTH - 2:
        return line
    names = path.names if len(path.names) <= 6 else (*path.names[:3], "…", *path.names[-2:])
    factors = [figure(factor) for factor in path.factors if factor != 1] or ["1"]
    factors = factors if len(factors) <= 6 else [*factors[:4], "…", factors[-1]]
    return shortened(f"{' → '.join(names)}: {' · '.join(factors)} = {path.product_text}", WIDTH - 2)


def _numbers(path: Path) -> str:
    parts = [figure(factor) for factor in path.factors] or ["1"]
    return " · ".join(parts if len(parts) <= 12 else [*parts[:6], "…", *parts[-3:]])
