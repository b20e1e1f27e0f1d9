"""The printer of the text form; ``parse.py`` is its inverse. Specified in ``docs/text-form.md``.

Large constants print as a hash; their bits stand in a side table at the foot of the text. Graphs
that are parameters, the bodies of loops and branches, print as ``@0``, ``@1``, … and stand below
the graph that uses them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol

import numpy as np

from clearprop.graph.node import Constant, Guard, Input, Node, Value

INLINE_ELEMENTS: Final = 16
"""Constants with more elements than this go to the side table."""


class Body(Protocol):
    """A graph, as far as the printer looks at it."""

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The inputs in order."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The operations in order."""

    @property
    def outputs(self) -> tuple[Value, ...]:
        """The results."""

    @property
    def guards(self) -> tuple[Guard, ...]:
        """The decisions."""


def to_text(graph: Body) -> str:
    """The text form of a graph."""
    table: dict[str, Constant] = {}
    bodies = _bodies(graph)
    lines = _block(graph, table, bodies)
    for body, name in bodies.items():
        block = _block(body, table, bodies)
        lines += [f"{name} = {block[0]}", *block[1:]]
    for digest, value in table.items():
        lines.append(f"{digest} = {_pack(value.value)}")
    return "\n".join(lines)


def _bodies(graph: Body) -> dict[Any, str]:
    """The names of all bodies, each one below all that use it, however many those are."""
    levels: dict[Any, int] = {}
    waiting: deque[tuple[Body, int]] = deque([(graph, 1)])
    while waiting:
        user, level = waiting.popleft()
        for node in user.nodes:
            for body in bodies_in(node.params):
                if levels.get(body, 0) < level:
                    levels[body] = level
                    waiting.append((body, level + 1))
    ordered = sorted(levels, key=levels.__getitem__)
    return {body: f"@{place}" for place, body in enumerate(ordered)}


def bodies_in(value: Any) -> Iterator[Any]:
    """The graphs in a static parameter, or in nested tuples of them."""
    if value.__class__ is tuple:
        for item in value:
            yield from bodies_in(item)
    elif is_body(value):
        yield value


def _block(graph: Body, table: dict[str, Constant], bodies: dict[Any, str]) -> list[str]:
    """The lines from a graph's head to its closing brace."""
    inputs, outputs = graph.inputs, graph.outputs
    names: dict[Value, str] = dict(zip(inputs, input_names(inputs), strict=True))

    def show(value: Value) -> str:
        name = names.get(value)
        return _constant(value, table) if name is None else name  # type: ignore[arg-type]

    head = ", ".join(f"{names[value]}: {value.type}" for value in inputs)
    lines = [f"graph({head}) {{"]
    for index, node in enumerate(graph.nodes):
        arguments = [show(operand) for operand in node.operands]
        arguments += [f"{key}={literal(value, bodies)}" for key, value in node.params]
        names[node] = name = f"%{index}"
        lines.append(f"  {name}: {node.type} = {node.primitive.name}({', '.join(arguments)})")
    for guard in graph.guards:
        lines.append(f"  guard {guard.kind} {show(guard.value)} == {literal(guard.outcome)}")
    lines.append("  return " + ", ".join(map(show, outputs)) if outputs else "  return")
    lines.append("}")
    return lines


def input_names(inputs: Iterable[Input]) -> list[str]:
    """The inputs' names, made unique and fit to print."""
    taken: set[str] = set()
    names = []
    for value in inputs:
        stem = "".join(c if c.isalnum() or c in "_." else "_" for c in value.name) or "x"
        if not (stem[0].isalpha() or stem[0] == "_") or stem in _RESERVED:
            stem = f"_{stem}"
        name, count = stem, 1
        while name in taken:
            count += 1
            name = f"{stem}_{count}"
        taken.add(name)
        names.append(name)
    return names


_RESERVED: Final = {"nan", "inf", "True", "False", "None", "guard", "return", "graph"}


def is_body(value: Any) -> bool:
    """Whether a static parameter is a graph."""
    return hasattr(value, "nodes") and hasattr(value, "outputs")


def literal(value: Any, bodies: dict[Any, str] | None = None) -> str:
    """A static parameter or a guard's outcome as text; graphs have a name in ``bodies``."""
    if bodies is not None and is_body(value):
        return bodies.get(value, "@")  # no name where none is asked for: by the checker
    match value:
        case np.dtype():
            return value.name
        case str():
            return json.dumps(value)
        case tuple():
            inside = ", ".join(literal(item, bodies) for item in value)
            return f"({inside},)" if len(value) == 1 else f"({inside})"
        case None | bool() | int() | float():
            return repr(value)
    raise TypeError(f"a static parameter of type {type(value).__name__} has no text form")


def _constant(value: Constant, table: dict[str, Constant]) -> str:
    """As ``2.0`` if weak, else ``float32(2.0)``, ``float64[2](1.0, 2.0)``, ``float64[99]#…``."""
    array = value.value
    if array.size > INLINE_ELEMENTS or _has_unusual_nan(array):
        digest = "#" + hashlib.sha256(repr(value.type).encode() + array.tobytes()).hexdigest()[:16]
        table[digest] = value
        return f"{value.type}{digest}"
    elements = ", ".join(map(repr, _real_parts(array).tolist()))
    return elements if value.type.text in ("int", "float") else f"{value.type}({elements})"


def _real_parts(array: Any) -> Any:
    """The elements in one row; a complex number as its real part, then its imaginary part."""
    row = np.ravel(array)
    return row.view(row.real.dtype) if row.dtype.kind == "c" else row


def _has_unusual_nan(array: Any) -> bool:
    """Whether a NaN has other bits than the one that ``nan`` reads back as."""
    if array.dtype.kind not in "fc" or not np.isnan(array).any():
        return False
    parts = _real_parts(array)
    nans = parts[np.isnan(parts)]
    return bool(nans.tobytes() != np.full_like(nans, np.nan).tobytes())


def _pack(array: Any) -> str:
    return base64.b85encode(zlib.compress(array.tobytes())).decode("ascii")
