"""The numbers behind an explanation: values, partials, and derivatives in both directions.

Each is found when it is first asked for: one reverse pass for all nodes, and one forward pass for
each input that is looked at.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from clearprop.errors import ArgumentError, ExplainError
from clearprop.explain.numbers.costs import Costs, count_costs, count_paths, reached_from
from clearprop.explain.numbers.jacobians import Jacobian, edge_derivative, norm
from clearprop.explain.numbers.local import local_of, operands_of
from clearprop.explain.numbers.naming import names_of
from clearprop.explain.numbers.paths import PathFinder
from clearprop.explain.numbers.point import Index, Point, causes, effects
from clearprop.explain.numbers.scalars import element_name, expand
from clearprop.explain.numbers.wiring import Wire, wire
from clearprop.graph import Constant, Input, Node

MOST_PASSES: Final = 2_000
"""Forward passes that the norm of a Jacobian by a whole array may take; else it is left open."""

MOST_NUMBERS: Final = 50_000_000
"""Numbers that those passes may compute together."""


@final
@dataclass(frozen=True, slots=True)
class Column:
    """What derivatives are taken by: a scalar input, an element of an array, or the whole array.

    Attributes:
        label: ``a``, ``w[0,1]`` or ``w``.
        place: The input's place in the wiring.
        index: The element; None for a whole array.
    """

    label: str
    place: int
    index: Index | None


@final
class Study:
    """A graph at a point, seen from some inputs and one output.

    Args:
        point: The graph with its values.
        wrt: Names or positions of inputs, or names of elements such as ``w[0,1]``; None for all.
        output: Which output, by position; followed by the element's index if it is an array.

    Raises:
        ArgumentError: If there is no such input or output.
        ExplainError: If the output is an array and no element is named, or depends on no input.
        DtypeError: If a path runs through complex numbers.
    """

    def __init__(self, point: Point, wrt: Any = None, output: int | tuple[int, ...] = 0) -> None:
        self.point = point
        self.wiring = wire(point.graph)
        self.values = self.wiring.values
        known = names_of(point.graph)
        self.names = [known[value] for value in self.values]
        self.places = {value: place for place, value in enumerate(self.values)}
        self.columns = _columns(self, wrt)
        self.by_label = {column.label: column for column in self.columns}
        self._forward: dict[Column, list[Any]] = {}
        self.output, self.element = _output(self, output)

    def number(self, place: int) -> Any:
        """The value at a place of the wiring."""
        return self.point.values[self.values[place]]

    @property
    def value(self) -> Any:
        """The value of the output, or of its element."""
        return np.asarray(self.number(self.output))[self.element]

    @functools.cached_property
    def scalar(self) -> bool:
        """Whether all values are scalars, so that every edge is a number."""
        return not any(value.type.shape for value in self.values)

    @functools.cached_property
    def counts(self) -> list[int]:
        """For each value the number of paths to the output."""
        return count_paths(self.wiring, self.output)[0]

    @functools.cached_property
    def reverse(self) -> list[Any]:
        """The derivative of the output by each value; None where no path leads to it."""
        wanted = [place for place, count in enumerate(self.counts) if count]
        if not self.values[self.output].type.differentiable:
            return [None] * len(self.values)
        found = effects(
            self.point, self.values[self.output], self.element, [self.values[i] for i in wanted]
        )
        numbers: list[Any] = [None] * len(self.values)
        for place, number in zip(wanted, found, strict=True):
            numbers[place] = number
        return numbers

    @functools.cached_property
    def partials(self) -> list[Any]:
        """The number on each edge, or its :class:`Jacobian`."""
        found = []
        for edge in self.wiring.wires:
            node = self.values[edge.target]
            assert isinstance(node, Node), "edges lead into nodes"
            operands = operands_of(node, self.point.values)
            result = self.point.values[node]
            found.append(edge_derivative(local_of(node), operands, result, edge.slot))
        return found

    @functools.cached_property
    def costs(self) -> Costs:
        """The four costs."""
        passes = sum(
            self.values[column.place].type.size if column.index is None else 1
            for column in self.columns
        )
        places = list(dict.fromkeys(column.place for column in self.columns))
        return count_costs(self.wiring, places, self.output, passes)

    @functools.cached_property
    def finder(self) -> PathFinder:
        """The paths.

        Raises:
            ExplainError: If there are arrays, as a path is a product of numbers.
        """
        if not self.scalar:
            raise ExplainError(
                "paths are products of numbers, and this graph has arrays",
                remedy="Take it apart first, with .expand().",
            )
        return PathFinder(self.wiring, self.names, self.partials, self.output, self._closed())

    def _closed(self) -> list[int]:
        """The edges between scalars that let nothing pass, not even ∞: into a branch not taken."""
        return [
            place
            for place, edge in enumerate(self.wiring.wires)
            if self.partials[place] == 0 and self.pull(edge, np.inf) == 0
        ]

    def pull(self, edge: Wire, cotangent: Any) -> Any:
        """What an edge makes of a cotangent of its target."""
        node = self.values[edge.target]
        assert isinstance(node, Node), "edges lead into nodes"
        operands = operands_of(node, self.point.values)
        return local_of(node).pull(operands, self.number(edge.target), cotangent)[edge.slot]

    def forward(self, column: Column) -> list[Any]:
        """The derivative of each value by an input; None where no path leads from it.

        For a whole array they are :class:`Jacobian` objects.
        """
        if column not in self._forward:
            self._forward[column] = self._forward_pass(column)
        return self._forward[column]

    def _forward_pass(self, column: Column) -> list[Any]:
        reached = reached_from(self.wiring, [column.place])
        places = [place for place, found in enumerate(reached) if found]
        source = self.values[column.place]
        assert isinstance(source, Input), "columns are inputs"
        wanted = [self.values[place] for place in places]
        if column.index is not None:
            found = causes(self.point, source, wanted)(column.index)
        else:
            found = self._jacobians(source, places)
        numbers: list[Any] = [None] * len(self.values)
        for place, number in zip(places, found, strict=True):
            numbers[place] = number
        return numbers

    def _jacobians(self, source: Input, places: Sequence[int]) -> list[Any]:
        types = [self.values[place].type for place in places]
        norms: list[float | None] = [None] * len(places)
        count = source.type.size
        if count <= MOST_PASSES and count * sum(type_.size for type_ in types) <= MOST_NUMBERS:
            by_element = causes(self.point, source, [self.values[place] for place in places])
            rows = [
                [norm(found) for found in by_element(index)]
                for index in np.ndindex(source.type.shape)
            ]
            norms = [norm(column) for column in zip(*rows, strict=True)] if rows else norms
        return [
            Jacobian(type_.shape, source.type.shape, size)
            for type_, size in zip(types, norms, strict=True)
        ]


def expanded(study: Study) -> Study:
    """The same study with every array taken apart into scalars.

    Raises:
        ExplainError: If an array is too large, or an operation has no scalar form.
    """
    labels: list[str] = []
    for column in study.columns:
        if column.index is None:
            indices = np.ndindex(study.values[column.place].type.shape)
            labels += [element_name(column.label, index) for index in indices]
        else:
            labels.append(column.label)
    outputs = study.point.graph.outputs
    which = outputs.index(study.values[study.output])
    element = int(np.ravel_multi_index(study.element or (0,), outputs[which].type.shape or (1,)))
    before = sum(value.type.size for value in outputs[:which])
    return Study(expand(study.point), labels, before + element)


def _columns(study: Study, wrt: Any) -> tuple[Column, ...]:
    inputs = study.point.graph.inputs
    if wrt is None:
        chosen = [i for i, value in enumerate(inputs) if value.type.dtype.kind == "f"]
        return tuple(_column(study, i) for i in chosen)
    several = wrt if isinstance(wrt, (list, tuple)) else (wrt,)
    return tuple(_column(study, item) for item in several)


def _column(study: Study, item: int | str) -> Column:
    inputs = study.point.graph.inputs
    names = study.names[: len(inputs)]
    index: Index | None = None
    if isinstance(item, str) and item not in names:
        match = re.fullmatch(r"(.*)\[([\d,\s]+)\]", item)
        if match is not None and match[1] in names:
            item, index = match[1], tuple(int(part) for part in match[2].split(",") if part.strip())
    place = names.index(item) if item in names else item
    if not isinstance(place, int) or not 0 <= place < len(inputs):
        raise ArgumentError(f"there is no input {item!r}", remedy=f"There are {', '.join(names)}.")
    type_ = inputs[place].type
    if type_.dtype.kind != "f":
        raise ArgumentError(
            f"the input {names[place]} is of type {type_}, which has no derivative",
            remedy="Pass it as a float.",
        )
    if index is not None and not _fits(index, type_.shape):
        raise ArgumentError(f"{names[place]} of shape {type_.shape} has no element {list(index)}")
    if not type_.shape:
        index = ()
    return Column(element_name(names[place], index or ()), place, index)


def _output(study: Study, output: int | tuple[int, ...]) -> tuple[int, Index]:
    outputs = study.point.graph.outputs
    which, *index = output if isinstance(output, tuple) else (output,)
    if not 0 <= which < len(outputs):
        raise ArgumentError(f"there is no output {which}; the function has {len(outputs)}")
    value = outputs[which]
    if isinstance(value, Constant) or value not in study.places:
        raise ExplainError(
            f"the output of {study.point.name} is a constant: it depends on no argument",
            remedy="Ask cp.why(f, x) for the reason.",
        )
    if not _fits(index, value.type.shape):
        raise ExplainError(
            f"the output {study.names[study.places[value]]} has shape {value.type.shape}, and a "
            "derivative is explained of one number",
            remedy=f"Choose an element: output={(which, *[0] * value.type.ndim)}.",
        )
    return study.places[value], tuple(index)


def _fits(index: Sequence[int], shape: Sequence[int]) -> bool:
    return len(index) == len(shape) and all(
        0 <= i < length for i, length in zip(index, shape, strict=True)
    )
