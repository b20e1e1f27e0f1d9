"""What :func:`clearprop.explain.function` returns: every derivative of a function, to be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, final

import numpy as np
from rich.text import Text

from clearprop.errors import ArgumentError
from clearprop.explain.functions.drawing import MOST_BOXES, picture
from clearprop.explain.functions.tables import heading, overview
from clearprop.explain.numbers.costs import Costs
from clearprop.explain.numbers.entries import (
    EdgeEntry,
    NodeEntry,
    brief,
    edge_entries,
    node_entries,
    output_name,
    plain,
    tidy,
)
from clearprop.explain.numbers.paths import Path, counted
from clearprop.explain.numbers.study import Column, Study, expanded
from clearprop.explain.pictures.page import fragment, paragraph, table
from clearprop.explain.pictures.picture import Picture
from clearprop.explain.pictures.svg import Direction, draw
from clearprop.graph import Graph

_HTML_ROWS = 40


@final
@dataclass(frozen=True, eq=False)
class Explanation:
    """A function at a point, with every derivative in it.

    Made by :func:`clearprop.explain.function`. Printing it shows :meth:`text`, a notebook shows the
    picture.

    Attributes:
        name: What the function is called.
        output: The name of the output, or of the element of it, that is differentiated.
        value: Its value.
        nodes: Every input and node, in the graph's order.
        edges: Every edge, ordered by the node that it enters.
        gradient: The derivative of the output by each input; an array by a whole array.
        path_counts: The number of paths from each input to the output, exactly.
        cost: What the derivative costs, four ways.
    """

    name: str
    output: str
    value: Any
    nodes: tuple[NodeEntry, ...]
    edges: tuple[EdgeEntry, ...]
    gradient: Mapping[str, Any]
    path_counts: Mapping[str, int]
    cost: Costs
    _study: Study

    @property
    def graph(self) -> Graph:
        """The graph that is explained."""
        return self._study.point.graph

    def node(self, name: str) -> NodeEntry:
        """What is said of one node.

        Raises:
            ArgumentError: If no node has that name.
        """
        for entry in self.nodes:
            if entry.name == name:
                return entry
        raise ArgumentError(f"there is no node {name!r}", remedy=f"There are {self._some_names()}.")

    def edge(self, source: str, target: str, slot: int | None = None) -> EdgeEntry:
        """What is said of one edge; the first of them where several lead from source to target.

        Args:
            source: The name of the node that it leaves.
            target: The name of the node that it enters.
            slot: Which operand of the target it is, if several are the source.

        Raises:
            ArgumentError: If there is no such edge.
        """
        for entry in self.edges:
            if (entry.source, entry.target) == (source, target) and slot in (None, entry.slot):
                return entry
        raise ArgumentError(
            f"there is no edge from {source!r} to {target!r}"
            + ("" if slot is None else f" in operand {slot}"),
            remedy=f"The nodes are {self._some_names()}.",
        )

    def paths(self, k: int | None = None, wrt: str | None = None) -> list[Path]:
        """The paths from the inputs to the output.

        Args:
            k: How many, those with the largest `abs(contribution)` first; None for all.
            wrt: From one input only.

        Raises:
            ExplainError: If there are too many to list and k is None, or if there are arrays.
            ArgumentError: If there is no such input.
        """
        places = list(dict.fromkeys(column.place for column in self._study.columns))
        if wrt is not None:
            labels = {column.label: column.place for column in self._study.columns}
            if wrt not in labels:
                raise ArgumentError(f"there is no input {wrt!r}")
            places = [labels[wrt]]
        finder = self._study.finder
        return finder.all(places) if k is None else finder.top(places, k)

    def expand(self) -> Explanation:
        """The same with every array taken apart into scalars.

        Raises:
            ExplainError: If an array has more than 2,000 elements.
        """
        return explanation_of(expanded(self._study))

    # Ways to see it --------------------------------------------------------------------------

    def text(self, rows: int = 60) -> str:
        """Aligned tables: nodes, edges, paths and costs, in at most 100 columns.

        Args:
            rows: How many nodes and edges to show at most.
        """
        return overview(self._study, self.nodes, self.edges, rows)

    def to_dict(self) -> dict[str, Any]:
        """As plain data, numbers unrounded; "no path" is 0."""
        return {
            "value": plain(self.value),
            "nodes": [entry.to_dict() for entry in self.nodes],
            "edges": [entry.to_dict() for entry in self.edges],
            "gradient": {label: plain(slope) for label, slope in self.gradient.items()},
            "paths": dict(self.path_counts),
            "cost": self.cost.to_dict(),
        }

    def picture(self) -> Picture:
        """The graph as boxes and arrows.

        Raises:
            ExplainError: If there are too many nodes for a picture.
        """
        return picture(self._study, self.nodes, self.edges)

    def svg(self, *, title: str = "", direction: Direction = "right", legend: bool = False) -> str:
        """The graph as SVG text: values on nodes, partials on edges.

        Args:
            title: A heading.
            direction: ``"right"`` for inputs at the left, ``"down"`` for inputs at the top.
            legend: Whether to tell below what the colours mean.

        Raises:
            ExplainError: If there are too many nodes for a picture.
        """
        return draw(self.picture(), title=title, direction=direction, legend=legend)

    def __repr__(self) -> str:
        return f"<Explanation {heading(self._study)}>"

    def __str__(self) -> str:
        return self.text()

    def __rich__(self) -> Text:
        return Text(self.text())

    def _repr_html_(self) -> str:
        drawn = self.svg(title=heading(self._study)) if len(self.nodes) <= MOST_BOXES else ""
        parts = [] if drawn else [paragraph(heading(self._study))]
        return fragment(drawn, [*parts, self._node_table(), self._cost_table()])

    def _node_table(self) -> str:
        labels = list(self.gradient)[:4]
        heads = ["node", "expression", "value", *(f"∂node/∂{label}" for label in labels)]
        rows = [[*heads, f"∂{self.output}/∂node"]]
        for entry in self.nodes[:_HTML_ROWS]:
            slopes = [brief(entry.forward[label]) for label in labels]
            cells = [entry.name, entry.expression, brief(entry.value), *slopes]
            rows.append([*cells, brief(entry.reverse)])
        made = table(rows, left={0, 1}, code={0, 1})
        left_out = len(self.nodes) - _HTML_ROWS
        return made + (paragraph(f"{left_out:,} more nodes") if left_out > 0 else "")

    def _cost_table(self) -> str:
        paths = ", ".join(f"{counted(n)} from {label}" for label, n in self.path_counts.items())
        names = ("forward", "reverse", "path by path", "paths factored")
        costs = (self.cost.forward, self.cost.reverse, self.cost.paths_unfactored)
        rows = [["cost", "multiplications", "additions"]]
        for name, cost in zip(names, (*costs, self.cost.paths_factored), strict=True):
            rows.append([name, counted(cost.multiplications), counted(cost.additions)])
        return table(rows, left={0}, code=set()) + paragraph(f"Paths to {self.output}: {paths}.")

    def _some_names(self) -> str:
        names = [entry.name for entry in self.nodes]
        return ", ".join(names[:12]) + (", …" if len(names) > 12 else "")


def explanation_of(study: Study) -> Explanation:
    """The explanation made of a study."""
    gradient = {column.label: _slope(study, column) for column in study.columns}
    counts = {column.label: study.counts[column.place] for column in study.columns}
    return Explanation(
        study.point.name,
        output_name(study),
        tidy(study.value),
        node_entries(study),
        edge_entries(study),
        MappingProxyType(gradient),
        MappingProxyType(counts),
        study.costs,
        study,
    )


def _slope(study: Study, column: Column) -> Any:
    """The derivative of the output by an input, or by one element of it."""
    found = study.reverse[column.place]
    type_ = study.values[column.place].type
    if found is None:
        found = np.zeros(type_.shape, type_.dtype)
    return found if column.index is None else tidy(np.asarray(found)[column.index])
