"""Why a derivative is zero, NaN, infinite, huge or tiny: the edge and the line that made it so."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Final, Literal, final

import numpy as np
from rich.text import Text

from clearprop.errors import ArgumentError, ExplainError
from clearprop.explain.diagnosis import telling
from clearprop.explain.diagnosis.edges import closures, cuts, gains, losses, origins
from clearprop.explain.diagnosis.finding import Finding
from clearprop.explain.functions.drawing import around, picture
from clearprop.explain.numbers.entries import edge_entries, node_entries, output_name
from clearprop.explain.numbers.flow import Flow
from clearprop.explain.numbers.naming import names_of
from clearprop.explain.numbers.point import Function, Point, point_of
from clearprop.explain.numbers.scalars import element_name, operations
from clearprop.explain.numbers.study import Study, expanded
from clearprop.explain.pictures.lettering import figure
from clearprop.explain.pictures.page import fragment, paragraph
from clearprop.explain.pictures.svg import draw
from clearprop.graph import Graph, Guard

Verdict = Literal["no path", "zero", "nan", "infinite", "huge", "tiny", "ordinary"]

HUGE: Final = 1e6
"""A derivative of this size or more is called huge, one of its inverse or less tiny."""

_MOST_OPERATIONS: Final = 20_000  # scalar operations of a graph that is taken apart to be diagnosed
_MOST_DRAWN: Final = 40
_MOST_MARKED: Final = 12


@final
@dataclass(frozen=True, eq=False)
class Why:
    """What is behind one derivative.

    Attributes:
        output: What is differentiated.
        element: What it is differentiated by.
        derivative: The derivative.
        verdict: ``"no path"`` (0 because nothing leads there), ``"zero"``, ``"nan"``,
            ``"infinite"``, ``"huge"``, ``"tiny"`` or ``"ordinary"``.
        findings: Where it comes from, the most telling first.
        others: How many other elements of the gradient share the verdict.
    """

    output: str
    element: str
    derivative: float
    verdict: Verdict
    findings: tuple[Finding, ...]
    others: int
    _story: str = field(repr=False)
    _study: Study | None = field(repr=False)

    def text(self) -> str:
        """The answer in one paragraph."""
        return self._story

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "output": self.output,
            "element": self.element,
            "derivative": self.derivative,
            "verdict": self.verdict,
            "others": self.others,
            "findings": [finding.to_dict() for finding in self.findings],
            "text": self._story,
        }

    def svg(self) -> str:
        """The graph around the findings, with their edges marked.

        Raises:
            ExplainError: If the output does not depend on the input at all.
        """
        study = self._study
        if study is None:
            raise ExplainError(f"there is nothing to draw: {self._story}")
        marked = {finding.mark for finding in self.findings[:_MOST_MARKED]}
        drawn = picture(
            study,
            node_entries(study),
            edge_entries(study),
            only=around(study, [target for target, _ in marked], _MOST_DRAWN),
            marked=marked,
        )
        return draw(drawn, title=f"∂{self.output}/∂{self.element} = {figure(self.derivative)}")

    def __repr__(self) -> str:
        return f"<Why {self._story}>"

    def __str__(self) -> str:
        return self.text()

    def __rich__(self) -> Text:
        return Text(self.text())

    def _repr_html_(self) -> str:
        return fragment(self.svg() if self._study else "", [paragraph(self._story)])


def why(
    f: Function, x: Any, element: int | tuple[int, ...] | str | None = None, *, output: Any = 0
) -> Why:
    """Why the derivative of a function is zero, NaN, infinite, huge or tiny.

    Args:
        f: A function or a graph.
        x: Its argument; a tuple of them if it takes several.
        element: Which element of the gradient: an index into x, or a name such as ``"w[0,1]"``. By
            default the most remarkable one: NaN before ∞ before huge before zero.
        output: Which output, as for :func:`clearprop.explain.function`.

    Returns:
        The answer: ``print`` it, look at its picture with ``.svg()``, or take its ``.verdict`` and
        ``.findings``.

    Raises:
        ArgumentError: If there is no such element.

    >>> answer = why(lambda x: (x - x) * 3.0, 2.0)
    >>> answer.verdict, answer.findings[0].because
    ('zero', 'the terms 1 and −1 cancel')
    >>> print(answer)
    ∂v2/∂x = 0: at v1 the terms 1 and −1 cancel (<doctest ...>:1: ...). Nothing else stands
    between x and the output.
    """
    arguments = x if isinstance(x, tuple) and _takes_several(f, x) else (x,)
    point = point_of(f, arguments)
    constant = _constant_output(point, element, output)
    if constant is not None:
        return constant
    label, others = _chosen(Study(point, None, output), element)
    return _answer(_flow(Study(point, [label], output)), point, label, output, others)


def _flow(study: Study) -> Flow:
    """The flow among scalars where that is feasible and shows the same, else among arrays.

    It shows something else where an element that is not taken meets an infinite slope: among
    arrays that is 0 · ∞, NaN, among scalars no path at all.
    """
    flow = Flow(study)
    if operations(study.point.graph) > _MOST_OPERATIONS:
        return flow
    try:
        finer = Flow(expanded(study))
    except ExplainError:  # an operation has no scalar form
        return flow
    return finer if _size(finer.derivative) == _size(flow.derivative) else flow


def _answer(flow: Flow, point: Point, label: str, output: Any, others: int) -> Why:
    """The findings for a verdict, and their story."""
    derivative = flow.derivative
    verdict = _verdict(flow, derivative)
    if verdict == "no path" and not cuts(flow):
        # The element is left out by what only moves elements: that is seen among the arrays.
        flow = Flow(Study(point, [label], output))
    element, name = flow.column.label, output_name(flow.study)
    findings: list[Finding] = []
    if verdict == "no path":
        findings = cuts(flow) or losses(flow)
        if not findings:
            story = telling.unused(element, name, _guards(flow))
        elif findings[0].kind == "no path":
            story = telling.no_path(findings, element, name)
        else:
            story = telling.zero(findings, element)
    elif verdict == "zero":
        findings = losses(flow) or closures(flow)
        story = telling.zero(findings, element)
    elif verdict in ("nan", "infinite"):
        findings = origins(flow)[::-1]
        story = telling.not_finite(findings)
    else:
        lost = [found for found in losses(flow) if found.kind == "cancels" and found.decisive]
        findings = lost if verdict == "tiny" and lost else gains(flow)
        story = telling.size(findings, verdict, flow.study.counts[flow.column.place])
        findings.sort(key=lambda found: -abs(math.log(found.number or 1)))
    story = f"∂{name}/∂{element} = {figure(derivative)}: {story}{telling.others(others, verdict)}"
    return Why(name, element, derivative, verdict, tuple(findings), others, story, flow.study)


def _verdict(flow: Flow, derivative: float) -> Verdict:
    if flow.adjoints[flow.column.place] is None:
        return "no path"
    return _size(derivative)


def _size(derivative: float) -> Verdict:
    if math.isnan(derivative):
        return "nan"
    if math.isinf(derivative):
        return "infinite"
    if derivative == 0:
        return "zero"
    if abs(derivative) >= HUGE:
        return "huge"
    return "tiny" if abs(derivative) <= 1 / HUGE else "ordinary"


_RANK: Final = {"nan": 0, "infinite": 1, "huge": 2, "zero": 3}


def _chosen(study: Study, element: int | tuple[int, ...] | str | None) -> tuple[str, int]:
    """The element's name, and how many other elements are as remarkable for the same reason."""
    slopes = []
    for column in study.columns:
        shape = study.values[column.place].type.shape
        found = study.reverse[column.place]
        numbers = np.zeros(shape) if found is None else np.asarray(found)
        slopes += [
            (element_name(column.label, index), float(numbers[index]))
            for index in np.ndindex(shape)
        ]
    if not slopes:
        raise ArgumentError(
            "the argument has no elements", remedy="Pass an array that is not empty."
        )
    named = dict(slopes)
    label = (
        _label(study, element)
        if element is not None
        else min(slopes, key=lambda pair: (_RANK.get(_size(pair[1]), 4), -abs(pair[1])))[0]
    )
    if label not in named:
        some = ", ".join(list(named)[:8])
        raise ArgumentError(f"there is no element {label}", remedy=f"There are {some}, ….")
    verdict = _size(named[label])
    return label, sum(_size(slope) == verdict for slope in named.values()) - 1


def _label(study: Study, element: int | tuple[int, ...] | str) -> str:
    """The element by its name, or by its index into the only input."""
    if isinstance(element, str):
        return element
    if len(study.columns) != 1:
        names = ", ".join(column.label for column in study.columns)
        raise ArgumentError(
            f"{element!r} may be an element of {names}",
            remedy=f'Name it: element="{study.columns[0].label}[…]".',
        )
    column = study.columns[0]
    shape = study.values[column.place].type.shape
    index = element if isinstance(element, tuple) else (element,)
    if len(index) == len(shape):
        index = tuple(i + length if i < 0 else i for i, length in zip(index, shape, strict=True))
    return element_name(column.label, index)


def _constant_output(
    point: Point, element: int | tuple[int, ...] | str | None, output: Any
) -> Why | None:
    """The answer where the output depends on no input at all."""
    which = output[0] if isinstance(output, tuple) else output
    outputs = point.graph.outputs
    if not 0 <= which < len(outputs):
        return None
    value = outputs[which]
    if value in names_of(point.graph):
        return None
    label = element if isinstance(element, str) else names_of(point.graph)[point.graph.inputs[0]]
    story = telling.unused(label, f"the output of {point.name}", point.graph.guards)
    story = f"∂{point.name}/∂{label} = 0: {story}"
    return Why(point.name, label, 0.0, "no path", (), 0, story, None)


def _guards(flow: Flow) -> list[Guard]:
    """The guards that looked at what depends on the element."""
    reached = flow.data_reach()
    places = flow.study.places
    return [
        guard
        for guard in flow.study.point.graph.guards
        if guard.value in places and reached[places[guard.value]]
    ]


def _takes_several(f: Function, x: tuple[Any, ...]) -> bool:
    """Whether a tuple holds the arguments, one each, rather than being the only one."""
    if isinstance(f, Graph):
        return len(f.inputs) == len(x)
    code = getattr(f, "__code__", None)
    return len(x) != 1 if code is None else code.co_argcount > 1 or len(x) == 1
