"""A graph of arrays as an equal graph of scalars, so that every edge is a number.

Operations element by element become a node per element, sums, products and dot products chains of
binary nodes, and what only moves elements (``reshape``, ``gather``, …) no node at all: its
primitive is run on NumPy arrays of *symbols*, objects that record a node where numbers would be
added or multiplied. Elements are named after their array: ``h[0,1]``.

The expansion holds around a point: integer and boolean results that are not found element by
element (``argmax``, ``any``), and positions used as indices, are the constants that they are there.
Where an element is not taken by what follows, arrays hand a cotangent of 0 back, scalars have no
path; the two differ only if that 0 meets an infinite slope: 0 · ∞ is NaN, no path is 0.
"""

from __future__ import annotations

import functools
import math
import operator
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, final

import numpy as np

from clearprop.errors import ExplainError
from clearprop.explain.numbers.naming import dependent_nodes, names_of
from clearprop.explain.numbers.point import Point
from clearprop.explain.numbers.symbols import Maker, Symbol
from clearprop.graph import (
    Constant,
    Graph,
    Guard,
    Input,
    Node,
    Type,
    Value,
    location_of,
    name_of,
    scope_of,
    type_of,
)
from clearprop.primitives import CATALOGUE

MOST_ELEMENTS: Final = 2_000
"""Larger arrays are not expanded."""


def expand(point: Point) -> Point:
    """The graph with every array taken apart, at the same point.

    Args:
        point: A graph with numbers in it.

    Returns:
        A graph whose inputs and nodes are all scalars, and their values. It has an input per
        element of each input and an output per element of each output, in C order.

    Raises:
        ExplainError: If an array has more than :data:`MOST_ELEMENTS` elements, or an operation has
            no scalar form.

    >>> from clearprop.explain.numbers.point import point_of
    >>> print(expand(point_of(lambda x: (x * x).sum(), [np.array([3.0, 4.0])])).graph)
    graph(x_0_: float64, x_1_: float64) {
      %0: float64 = multiply(x_0_, x_0_)
      %1: float64 = multiply(x_1_, x_1_)
      %2: float64 = add(%0, %1)
      return %2
    }
    """
    _refuse_large(point)
    return _Expansion(point).result()


def element_name(name: str, index: Sequence[int]) -> str:
    """What an element is called: ``h[0,1]``; a scalar keeps its name.

    >>> element_name("h", (0, 1)), element_name("a", ())
    ('h[0,1]', 'a')
    """
    return f"{name}[{','.join(map(str, index))}]" if index else name


@final
class _Expansion:
    """The work of :func:`expand`."""

    def __init__(self, point: Point) -> None:
        self.point = point
        self.names = names_of(point.graph)
        self.maker = Maker()
        self.arrays: dict[Value, Any] = {}

    def result(self) -> Point:
        """The expanded graph with its values."""
        graph, maker = self.point.graph, self.maker
        inputs: list[Input] = []
        for place in graph.inputs:
            inputs += self._inputs(place)
        dependent = set(dependent_nodes(graph))
        for node in graph.nodes:
            maker.line, maker.scope = location_of(node), scope_of(node)
            self.arrays[node] = self._expanded(node) if node in dependent else self._fixed(node)
            if name_of(node) and node in self.names:
                self._label(node)
        outputs = [s.value for value in graph.outputs for s in self.array(value).flat]
        expanded = Graph(inputs, maker.nodes, outputs, self._guards())
        known: list[Value] = [*inputs, *maker.nodes]
        values = {value: maker.numbers[value] for value in known}
        return Point(self.point.name, expanded, values)

    def array(self, value: Value) -> Any:
        """The symbols of a value."""
        if isinstance(value, Constant):
            return self._constants(value.value, value.type)
        return self.arrays[value]

    def number(self, value: Value) -> Any:
        """A value's number or numbers at the point."""
        return value.value if isinstance(value, Constant) else self.point.values[value]

    def _inputs(self, place: Input) -> Iterator[Input]:
        """A new input per element."""
        numbers = np.asarray(self.point.values[place])
        self.arrays[place] = np.empty(place.type.shape, object)
        for index in np.ndindex(place.type.shape):
            single = Input(element_name(self.names[place], index), _element_type(place.type))
            self.arrays[place][index] = self.maker.symbol(single, numbers[index])
            yield single

    def _constants(self, numbers: Any, type_: Type) -> Any:
        elements = np.empty(type_.shape, object)
        for index in np.ndindex(type_.shape):
            elements[index] = self.maker.constant(np.asarray(numbers)[index], _element_type(type_))
        return elements

    def _fixed(self, node: Node) -> Any:
        """The elements as constants."""
        return self._constants(self.point.values[node], node.type)

    def _expanded(self, node: Node) -> Any:
        elements = np.empty(node.type.shape, object)
        found = np.asarray(_rule(node)(self, node), object).reshape(node.type.shape)
        for index in np.ndindex(node.type.shape):
            element: Any = found[index]
            if isinstance(element, np.ndarray):  # how NumPy stores a 0-d array of objects
                element = element[()]
            if not isinstance(element, Symbol):  # NumPy's own zero, where nothing was summed
                element = self.maker.constant(element, _element_type(node.type))
            elements[index] = element
        return elements

    def _label(self, node: Node) -> None:
        """Name the elements after their array, unless they have a name by an earlier one."""
        for index, element in np.ndenumerate(self.arrays[node]):
            provenance = getattr(element.value, "provenance", None)
            if provenance is not None and not provenance.name:
                provenance.name = element_name(self.names[node], index)

    def _guards(self) -> list[Guard]:
        """The guards that still look at values of the graph; a mask is one per element."""
        found = []
        for guard in self.point.graph.guards:
            outcomes = guard.outcome if guard.kind == "mask" else (guard.outcome,)
            kind = "bool" if guard.kind == "mask" else guard.kind
            for element, outcome in zip(self.array(guard.value).flat, outcomes, strict=True):
                if isinstance(element.value, Node):
                    found.append(Guard(element.value, kind, outcome, guard.provenance))
        return found


# How each operation is taken apart -------------------------------------------------------------

_Rule = Callable[[_Expansion, Node], Any]
"""From a node to its elements: an array of symbols, in which NumPy may have left plain zeros."""


def _element_by_element(expansion: _Expansion, node: Node) -> Any:
    operands = [expansion.array(operand) for operand in node.operands]
    elements = np.empty(node.type.shape, object)
    for index in np.ndindex(node.type.shape):
        parts = [operand[index if operand.shape else ()] for operand in operands]
        elements[index] = expansion.maker.apply(node.primitive, parts, node.params)
    return elements


def _on_symbols(expansion: _Expansion, node: Node) -> Any:
    """The primitive's own line of NumPy, on symbols; indices are numbers."""
    count = _BEFORE_INDICES.get(node.primitive.name, len(node.operands))
    symbols = [expansion.array(operand) for operand in node.operands[:count]]
    indices = [expansion.number(operand) for operand in node.operands[count:]]
    return node.primitive.evaluator(node.params)(*symbols, *indices)


def _extreme(expansion: _Expansion, node: Node) -> Any:
    """A chain of ``maximum`` or ``minimum``; more than two that tie share as one, by their mean."""
    axes = dict(node.params)["axes"]
    x = expansion.array(node.operands[0])
    kept = [axis for axis in range(x.ndim) if axis not in axes]
    count = math.prod(x.shape[axis] for axis in axes)
    rows = np.transpose(x, (*kept, *axes)).reshape(-1, count)
    best = np.asarray(expansion.point.values[node]).reshape(-1)
    chained = CATALOGUE[{"max": "maximum", "min": "minimum"}[node.primitive.name]]
    maker = expansion.maker
    elements = []
    for row, extreme in zip(rows, best, strict=True):
        hits = [element for element in row if maker.numbers[element.value] == extreme]
        others = list(row)
        if len(hits) > 2 and node.type.dtype.kind == "f":
            others = [element for element in row if element not in hits]
            number = maker.constant(len(hits), _element_type(node.type))
            total = functools.reduce(operator.add, hits)
            others.append(maker.apply(CATALOGUE["divide"], (total, number)))
        elements.append(functools.reduce(lambda a, b: maker.apply(chained, (a, b)), others))
    return np.array([*elements, None], object)[:-1]


def _running(expansion: _Expansion, node: Node) -> Any:
    """A chain of ``maximum`` or ``minimum``, all its links kept."""
    (axis,) = [value for key, value in node.params if key == "axis"]
    rows = np.moveaxis(expansion.array(node.operands[0]), axis, -1)
    chained = CATALOGUE[{"cummax": "maximum", "cummin": "minimum"}[node.primitive.name]]
    elements = np.empty(rows.shape, object)
    for index in np.ndindex(rows.shape):
        elements[index] = rows[index]
        if index[-1]:
            before = elements[(*index[:-1], index[-1] - 1)]
            elements[index] = expansion.maker.apply(chained, (before, rows[index]))
    return np.moveaxis(elements, -1, axis)


def _as_at_the_point(expansion: _Expansion, node: Node) -> Any:
    return expansion.point.values[node]


_BEFORE_INDICES: Final[Mapping[str, int]] = MappingProxyType(
    {"gather": 1, "scatter": 2, "scatter_add": 2}
)

_RULES: Final[Mapping[str, _Rule]] = MappingProxyType(
    {
        **dict.fromkeys(("sum", "prod", "cumsum", "cumprod", "dot"), _on_symbols),
        **dict.fromkeys(("cummax", "cummin"), _running),
        **dict.fromkeys(("reshape", "transpose", "broadcast", "concatenate"), _on_symbols),
        **dict.fromkeys(("pad", "slice", "flip", "assign"), _on_symbols),
        **dict.fromkeys(("gather", "scatter", "scatter_add"), _on_symbols),
        **dict.fromkeys(("max", "min"), _extreme),
        **dict.fromkeys(("cast", "stop_gradient"), _element_by_element),
        **dict.fromkeys(("complex", "conj", "imag", "real"), _element_by_element),
    }
)


def _rule(node: Node) -> _Rule:
    primitive = node.primitive
    if primitive.name in _RULES:
        return _RULES[primitive.name]
    if primitive.family == "elementwise":
        return _element_by_element
    if primitive.family == "discrete":
        return _as_at_the_point
    raise ExplainError(
        f"{primitive.name} has no scalar form",
        where=str(location_of(node) or ""),
        remedy="Explain the function without expanding it.",
    )


def _element_type(type_: Type) -> Type:
    """The type of an element; that of a scalar stays as it is, weak ones too."""
    return type_of((), type_.dtype) if type_.shape else type_


def operations(graph: Graph) -> int:
    """About how many scalar operations the graph has.

    Returns:
        The number; ``sys.maxsize`` if an array is too large to be taken apart.
    """
    count = 0
    for node in graph.nodes:
        largest = max(node.type.size, *(x.type.size for x in node.operands))
        if largest > MOST_ELEMENTS:
            return sys.maxsize
        count += largest
        if node.primitive.name == "dot":
            contracted = dict(node.params)["contract"][0]
            depth = math.prod(node.operands[0].type.shape[axis] for axis in contracted)
            count += 2 * node.type.size * depth
    return count


def _refuse_large(point: Point) -> None:
    nodes = dependent_nodes(point.graph)
    values = [*point.graph.inputs, *nodes, *(x for node in nodes for x in node.operands)]
    for value in values:
        if value.type.size > MOST_ELEMENTS:
            name = names_of(point.graph).get(value, "a constant")
            raise ExplainError(
                f"{name} has {value.type.size:,} elements, too many to take apart",
                where=str(location_of(value) or "") if isinstance(value, Node) else "",
                why=f"Arrays are expanded to scalars up to {MOST_ELEMENTS:,} elements.",
                remedy="Try it on smaller arrays, or ask for single elements of an edge with "
                "explanation.edge(source, target).element(i, j).",
            )
