"""What an explanation says of each node and of each edge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, final

import numpy as np

from clearprop.errors import ArgumentError, ShapeError
from clearprop.explain.numbers.formulas import expression, latex, latex_name, number_text
from clearprop.explain.numbers.jacobians import Jacobian, edge_element, norm
from clearprop.explain.numbers.local import local_of, operands_of
from clearprop.explain.numbers.scalars import element_name
from clearprop.explain.numbers.study import Study
from clearprop.explain.pictures.lettering import figure
from clearprop.graph import Constant, Location, Node, Value, location_of, scope_of

NO_PATH: Final = "–"
"""How text shows a derivative that is 0 because no path leads there."""

_WRITTEN_OUT: Final = 4  # elements of an array that a table shows
_LISTED: Final = 2_000  # elements of an array that plain data lists


@final
class Forward(Mapping[str, Any]):
    """The derivative of one node by each input, found when it is asked for; None is "no path"."""

    def __init__(self, study: Study, place: int) -> None:
        self._study = study
        self._place = place

    def __getitem__(self, label: str) -> Any:
        return tidy(self._study.forward(self._study.by_label[label])[self._place])

    def __iter__(self) -> Iterator[str]:
        return iter(self._study.by_label)

    def __len__(self) -> int:
        return len(self._study.by_label)

    def __repr__(self) -> str:
        return repr(dict(self))


@final
@dataclass(frozen=True, slots=True, eq=False)
class NodeEntry:
    """A value of the graph.

    Attributes:
        name: What it is called.
        expression: How it is computed: ``a + b``; empty for an input.
        latex: The same as LaTeX, with its name: ``c = a + b``.
        value: Its value at the point: a number or an array.
        location: The user's line; None for an input.
        scope: The name scopes in which it was made, joined by ``/``.
        forward: Its derivative by each input; None is "no path", a :class:`Jacobian` stands for a
            derivative by a whole array.
        reverse: The derivative of the output by it, of its shape; None is "no path".
    """

    name: str
    expression: str
    latex: str
    value: Any
    location: Location | None
    scope: str
    forward: Forward
    reverse: Any

    def to_dict(self) -> dict[str, Any]:
        """As plain data: "no path" is 0."""
        formula = {"expression": self.expression} if self.expression else {}
        forward = {label: plain(found) for label, found in self.forward.items()}
        head = {"name": self.name, **formula, "value": plain(self.value)}
        return {**head, "forward": forward, "reverse": plain(self.reverse)}


@final
@dataclass(frozen=True, slots=True)
class Element:
    """One element of the derivative on an edge, and its part in the chain rule.

    Attributes:
        source: The operand's element, ``x[2]``.
        target: The result's element, ``h[0]``.
        output: The output.
        partial: ∂target/∂source on this edge.
        behind: ∂output/∂target.
    """

    source: str
    target: str
    output: str
    partial: float
    behind: float

    @property
    def contribution(self) -> float:
        """What the edge adds to ∂output/∂source here."""
        return self.behind * self.partial

    def __str__(self) -> str:
        first = f"∂{self.output}/∂{self.target} · ∂{self.target}/∂{self.source}"
        numbers = f"{figure(self.behind)} · {figure(self.partial)}"
        return f"{first} = {numbers} = {figure(self.contribution)}"


@final
@dataclass(frozen=True, slots=True, eq=False)
class EdgeEntry:
    """An edge: one operand slot through which derivatives pass.

    Attributes:
        source: The operand's name.
        target: The name of the node that it enters.
        slot: Which operand of that node it is.
        partial: The derivative of target by source: a number between scalars, else a
            :class:`Jacobian`.
        location: The user's line of the target.
    """

    source: str
    target: str
    slot: int
    partial: Any
    location: Location | None
    _study: Study = field(repr=False)
    _place: int = field(repr=False)

    def element(self, row: Any = (), column: Any = ()) -> Element:
        """One element of the derivative.

        Args:
            row: Index of the element of the target; an int if it has one axis.
            column: Index of the element of the source.

        Raises:
            ShapeError: If an index does not fit.
        """
        edge = self._study.wiring.wires[self._place]
        node = self._study.values[edge.target]
        assert isinstance(node, Node), "edges lead into nodes"
        rows = _index(row, node.type.shape, self.target)
        columns = _index(column, node.operands[edge.slot].type.shape, self.source)
        operands = operands_of(node, self._study.point.values)
        result = self._study.number(edge.target)
        partial = edge_element(local_of(node), operands, result, edge.slot, (rows, columns))
        behind = self._study.reverse[edge.target]
        return Element(
            element_name(self.source, columns),
            element_name(self.target, rows),
            output_name(self._study),
            partial,
            0.0 if behind is None else float(np.asarray(behind)[rows]),
        )

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"from": self.source, "to": self.target, "partial": plain(self.partial)}


def node_entries(study: Study) -> tuple[NodeEntry, ...]:
    """Every input and node."""
    return tuple(_node_entry(study, place) for place in range(len(study.values)))


def edge_entries(study: Study) -> tuple[EdgeEntry, ...]:
    """Every edge, ordered by target and slot."""
    return tuple(
        EdgeEntry(
            study.names[edge.source],
            study.names[edge.target],
            edge.slot,
            study.partials[place],
            _location(study.values[edge.target]),
            study,
            place,
        )
        for place, edge in enumerate(study.wiring.wires)
    )


def output_name(study: Study) -> str:
    """The output, or the element of it, that is differentiated."""
    return element_name(study.names[study.output], study.element)


def _node_entry(study: Study, place: int) -> NodeEntry:
    value = study.values[place]
    name = study.names[place]

    def called(operand: Value) -> str:
        """The name; digits for a constant."""
        if operand in study.places:
            return study.names[study.places[operand]]
        known = operand.value if isinstance(operand, Constant) else study.point.values[operand]
        return number_text(known)

    formula = formula_latex = ""
    if isinstance(value, Node):
        formula = expression(value, called)
        formula_latex = f" = {latex(value, called)}"
    return NodeEntry(
        name,
        formula,
        latex_name(name) + formula_latex,
        tidy(study.number(place)),
        _location(value),
        scope_of(value) if isinstance(value, Node) else "",
        Forward(study, place),
        tidy(study.reverse[place]),
    )


def _location(value: Value) -> Location | None:
    return location_of(value) if isinstance(value, Node) else None


def _index(index: Any, shape: Sequence[int], name: str) -> tuple[int, ...]:
    found = tuple(index) if isinstance(index, (tuple, list)) else (index,)
    if not all(isinstance(i, (int, np.integer)) for i in found):
        raise ArgumentError(f"{index!r} is no index", remedy="Give an int or a tuple of ints.")
    if len(found) != len(shape) or not all(
        -length <= i < length for i, length in zip(found, shape, strict=True)
    ):
        raise ShapeError(f"{name} of shape {tuple(shape)} has no element {list(found)}")
    return tuple(int(i) % length for i, length in zip(found, shape, strict=True))


def tidy(value: Any) -> Any:
    """A NumPy scalar as a Python number; anything else as it is.

    >>> tidy(np.float64(2.0)), tidy(None)
    (2.0, None)
    """
    return value.item() if isinstance(value, np.generic) else value


def plain(value: Any) -> Any:
    """A value or derivative as plain data: numbers, nested lists, or shape and norm.

    >>> plain(None), plain(np.float32(0.5)), plain(np.eye(2)), plain(np.ones(5000))
    (0.0, 0.5, [[1.0, 0.0], [0.0, 1.0]], {'shape': [5000], 'norm': 70.71067811865476})
    """
    if value is None:
        return 0.0
    if isinstance(value, Jacobian):
        return value.to_dict()
    array = np.asarray(value)
    if array.size > _LISTED:
        return {"shape": list(array.shape), "norm": norm(array)}
    return array.tolist()


def brief(value: Any) -> str:
    """A value or derivative in a few characters.

    >>> brief(None), brief(1 / 3), brief(np.array([1.0, 2.0])), brief(np.ones((3, 4)))
    ('–', '0.333333', '[1, 2]', '3×4, norm 3.464')
    """
    if value is None:
        return NO_PATH
    if isinstance(value, Jacobian):
        return str(value)
    array = np.asarray(value)
    if array.ndim == 0:
        return str(array) if array.dtype.kind == "b" else figure(array.item() + 0)
    if array.ndim == 1 and array.size <= _WRITTEN_OUT:
        return f"[{', '.join(brief(item) for item in array)}]"
    size = "×".join(map(str, array.shape))
    return size if array.dtype.kind not in "fiu" else f"{size}, norm {figure(norm(array), 4)}"
