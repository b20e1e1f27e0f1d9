"""Where a derivative is lost, spoiled or blown up: the edges at which it happens.

Lost: the tangent that leaves the input element is followed until it is 0. Spoiled: the adjoint that
arrives as NaN or ∞ is followed back towards the output until it was still finite. Blown up: the
largest part of the tangent is followed back from the output, and its gains are compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from clearprop.explain.diagnosis import reasons
from clearprop.explain.diagnosis.finding import Finding, Kind
from clearprop.explain.numbers.entries import brief
from clearprop.explain.numbers.flow import Flow
from clearprop.explain.numbers.jacobians import norm
from clearprop.explain.numbers.scalars import element_name
from clearprop.explain.numbers.wiring import Wire
from clearprop.explain.pictures.lettering import figure
from clearprop.graph import Node, location_of

_CANCELLED: Final = 1e-12  # what remains of terms that cancel, in parts of them
_TINY: Final = 1e-150  # factors below this underflow when they meet
_MOST_TRIED: Final = 256  # elements that are looked at one by one


def cuts(flow: Flow) -> list[Finding]:
    """Where the paths from the element end: operand slots without a derivative."""
    study = flow.study
    needed = flow.data_needed()
    wired = {(edge.target, edge.slot) for edge in study.wiring.wires}
    found = []
    for target, node in enumerate(study.values):
        if not isinstance(node, Node) or not needed[target]:
            continue
        for slot, operand in enumerate(node.operands):
            source = study.places.get(operand, -1)
            if source < 0 or flow.tangents[source] is None or (target, slot) in wired:
                continue
            because = reasons.no_path(node)
            found.append(_finding(flow, "no path", source, target, slot, 0.0, because))
    return found


def losses(flow: Flow) -> list[Finding]:
    """Where the effect of the element becomes 0, though paths go on."""
    study = flow.study
    found: list[Finding] = []
    for place, value in enumerate(study.values):
        if not isinstance(value, Node) or not study.counts[place]:
            continue
        edges = [study.wiring.wires[edge] for edge in study.wiring.entering[place]]
        edges = [edge for edge in edges if flow.alive(edge.source)]
        pushed = [flow.push(edge) for edge in edges]
        found += [
            _loss(flow, edge)
            for edge, part in zip(edges, pushed, strict=True)
            if not np.any(part != 0)
        ]
        total = flow.tangents[place]
        size = max((norm(part) for part in pushed), default=0.0)
        if len(pushed) > 1 and size and norm(total) <= _CANCELLED * size:
            terms = " and ".join(brief(part[()]) for part in pushed)
            found.append(_at_node(flow, "cancels", edges[-1], f"the terms {terms} cancel"))
    return found


def closures(flow: Flow) -> list[Finding]:
    """Where nothing comes back from the output, though the effect of the element goes there."""
    study = flow.study
    found = []
    for edge in study.wiring.wires:
        if flow.tangents[edge.source] is None or not _open(flow, edge.target):
            continue
        if not np.any(flow.pull(edge) != 0):
            first = (0,) * study.values[edge.source].type.ndim
            because = reasons.zero(flow.node(edge.target), edge.slot, flow.operands(edge, first))
            found.append(_element(flow, "zero", edge, first, 0.0, because))
    return found


def origins(flow: Flow) -> list[Finding]:
    """Where the adjoint of the element stopped to be finite; the first cause comes last."""
    place, index = flow.column.place, flow.column.index or ()
    found: list[Finding] = []
    while True:
        adjoint = float(np.asarray(flow.adjoints[place])[index])
        parts = [(edge, float(flow.pull(edge)[index])) for edge in flow.onward(place)]
        bad = [(edge, part) for edge, part in parts if not math.isfinite(part)]
        if not bad:
            if parts:
                found.append(_at_node(flow, "creates", parts[-1][0], "the sum overflows"))
            return found
        # NaN behind a gate that is closed does not arrive, so it is no cause of ∞.
        alike = [pair for pair in bad if math.isnan(pair[1]) == math.isnan(adjoint)]
        edge, part = (alike or bad)[0]
        if math.isnan(adjoint) and not math.isnan(part):
            found.append(_at_node(flow, "creates", edge, "∞ − ∞ is not a number"))
        arriving = np.asarray(flow.adjoints[edge.target])
        finite = np.isfinite(arriving)
        masked = flow.pull(edge, np.where(finite, arriving, 0))[index]
        if not math.isfinite(masked) or finite.all():
            found += _creation(flow, edge, index)
        row = _responsible(flow, edge, index, finite)
        if row is None:
            return found
        if math.isnan(part) and math.isinf(arriving[row]) and math.isfinite(masked):
            because = f"{figure(float(arriving[row]))} arrives and the partial is 0: 0 · ∞ is NaN"
            found.append(_element(flow, "creates", edge, index, math.nan, because))
        place, index = edge.target, row


def gains(flow: Flow) -> list[Finding]:
    """The edges of the heaviest way to the output, each with its gain, in order."""
    study = flow.study
    place = study.output
    found: list[Finding] = []
    while study.wiring.entering[place]:
        edges = [study.wiring.wires[edge] for edge in study.wiring.entering[place]]
        sized = [(norm(flow.push(edge)), edge) for edge in edges if flow.alive(edge.source)]
        if not sized:
            break
        size, edge = max(sized, key=lambda pair: pair[0])
        gain = size / norm(flow.tangents[edge.source])
        found.append(_finding(flow, "gain", edge.source, edge.target, edge.slot, gain, ""))
        place = edge.source
    return found[::-1]


def _loss(flow: Flow, edge: Wire) -> Finding:
    """What happens on an edge along which nothing comes: a zero, a cancellation, an underflow."""
    tangent = np.asarray(flow.tangents[edge.source])
    sizes = np.abs(tangent)
    index = np.unravel_index(int(np.argmax(sizes)), sizes.shape) if sizes.shape else ()
    place = tuple(int(i) for i in index)
    # Numbers without a common pattern: if they come through, the partials are not what is 0.
    probe = np.where(
        sizes != 0, 1 + np.modf(np.sqrt(2 + np.arange(sizes.size)))[0].reshape(sizes.shape), 0
    )
    if not np.any(flow.push(edge, probe) != 0):
        because = reasons.zero(flow.node(edge.target), edge.slot, flow.operands(edge, place))
        return _element(flow, "zero", edge, place, 0.0, because)
    if sizes.max() < _TINY:
        return _element(flow, "underflow", edge, place, 0.0, "the product is below every float")
    return _at_node(flow, "cancels", edge, "its terms cancel")


def _creation(flow: Flow, edge: Wire, index: tuple[int, ...]) -> Iterator[Finding]:
    """NaN or ∞ where the adjoint was finite; and the value that is none, if there is one."""
    node = flow.node(edge.target)
    operands = flow.operands(edge, index)
    elementwise = node.primitive.family == "elementwise"
    unit = np.zeros(node.type.shape)
    unit[index if elementwise else ...] = 1
    partial = float(flow.pull(edge, unit)[index])
    coming = float(np.asarray(flow.adjoints[edge.target])[index]) if elementwise else math.nan
    if math.isfinite(partial):
        because = f"{figure(coming)} · {figure(partial)} is too large for a float"
    else:
        because = reasons.singular(node, operands, partial, "slope")
        if coming == 0 and math.isinf(partial):
            because += "; the 0 that arrives there meets it, and 0 · ∞ is NaN"
    yield _element(flow, "creates", edge, index, partial, because)
    spoiled = _value_origin(flow, edge.target)
    if spoiled is not None:
        yield spoiled


def _value_origin(flow: Flow, place: int) -> Finding | None:
    """The first value on the way that is NaN or ∞ though its operands are finite."""
    study = flow.study
    while True:
        node = study.values[place]
        if not isinstance(node, Node):
            return None
        before = [study.places[x] for x in node.operands if x in study.places]
        spoiled = [i for i in before if not np.all(np.isfinite(study.number(i)))]
        if not spoiled:
            break
        place = spoiled[0]
    value = np.asarray(study.number(place))
    if np.all(np.isfinite(value)):
        return None
    index = tuple(int(i) for i in np.argwhere(~np.isfinite(value))[0]) if value.ndim else ()
    edge = Wire(before[0] if before else place, place, 0)
    number = float(value[index])
    because = reasons.singular(node, flow.operands(edge, index), number, "value")
    name = element_name(study.names[place], index)
    return Finding("value", "", name, number, because, location_of(node), (place, 0))


def _responsible(
    flow: Flow, edge: Wire, index: tuple[int, ...], finite: Any
) -> tuple[int, ...] | None:
    """The element of the target whose adjoint, not finite, spoils that of the source's element."""
    if finite.all():
        return None
    arriving = np.asarray(flow.adjoints[edge.target])
    rows = [tuple(int(i) for i in row) for row in np.argwhere(~finite)]
    if index in rows:  # where an operation works element by element, this is the one
        rows.insert(0, index)
    for row in rows[:_MOST_TRIED]:
        single = np.zeros(arriving.shape)
        single[row] = arriving[row]
        if not math.isfinite(float(flow.pull(edge, single)[index])):
            return row
    return None


def _finding(
    flow: Flow, kind: Kind, source: int, target: int, slot: int, number: float, because: str
) -> Finding:
    study = flow.study
    node = flow.node(target)
    return Finding(
        kind,
        study.names[source],
        study.names[target],
        number,
        because,
        location_of(node),
        (target, slot),
        _open(flow, target),
    )


def _element(
    flow: Flow, kind: Kind, edge: Wire, index: tuple[int, ...], number: float, because: str
) -> Finding:
    """A finding about the element of the source, and of the target where it is the same."""
    study = flow.study
    node = flow.node(edge.target)
    same = node.primitive.family == "elementwise"
    return Finding(
        kind,
        element_name(study.names[edge.source], index),
        element_name(study.names[edge.target], index if same else ()),
        number,
        because,
        location_of(node),
        (edge.target, edge.slot),
        _open(flow, edge.target),
    )


def _at_node(flow: Flow, kind: Kind, edge: Wire, because: str) -> Finding:
    return _finding(flow, kind, edge.source, edge.target, edge.slot, 0.0, because)


def _open(flow: Flow, place: int) -> bool:
    """Whether the way from a value on to the output is open."""
    adjoint = flow.adjoints[place]
    return adjoint is not None and bool(np.any(adjoint != 0))
