"""The whole program: what it imports and brings along, and the function itself."""

from __future__ import annotations

import base64
import textwrap
import zlib
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from clearprop.execute.source.python import (
    control,
    elementwise,
    indexing,
    linalg,
    products,
    reductions,
    shapes,
)
from clearprop.execute.source.python.expression import (
    ATOM,
    Expression,
    dtype_name,
    name,
    number,
    shape_text,
)
from clearprop.execute.source.python.lifting import lifted
from clearprop.execute.source.python.writer import Line, Printer, Writer
from clearprop.graph import Constant, Graph, Input, Value, location_of
from clearprop.primitives import CATALOGUE

WIDTH: Final = 100
"""Of a line with its comment."""

COMMENTS: Final = 56
"""Where comments begin, if there is room."""

PLAIN: Final = 64
"""Arrays with more elements are written packed."""

PRINTERS: Final = MappingProxyType[str, Printer](
    {
        **dict.fromkeys(CATALOGUE, lifted),
        **elementwise.PRINTERS,
        **shapes.PRINTERS,
        **reductions.PRINTERS,
        **indexing.PRINTERS,
        **products.PRINTERS,
        **linalg.PRINTERS,
        **control.PRINTERS,
    }
)
"""How each operation is written; what no file speaks of, by its own line of the catalogue."""


def python_source(graph: Graph, title: str = "f", caller: str = "") -> str:
    '''The graph as a program of NumPy, and of SciPy where it must be, that runs by itself.

    Args:
        graph: The graph.
        title: The function's name.
        caller: The user's line from which the whole was called, of which no comment speaks.

    Returns:
        The text of a module that defines the function. It takes the graph's inputs, in order and
        by their names, and gives its outputs: one, or a tuple.

    Raises:
        UnsupportedError: If an operation has no such form; the error names it.

    >>> import clearprop as cp, numpy as np
    >>> def f(x, y):
    ...     z = x[1:] * np.sin(y)
    ...     return np.sum(z)
    >>> print(python_source(cp.trace(f)(np.ones(3), 2.0), "f"))
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def f(x, y):
        """
        x: float64[3]
        y: float
        returns: float64
        """
        y = np.float64(y)  # a plain number
        z = x[1:] * np.sin(y)                                 # 2: z = x[1:] * np.sin(y)
        return np.sum(z)                                      # 3: return np.sum(z)
    '''
    writer = Writer(PRINTERS, caller)
    function = writer.names.take(title if title.isidentifier() else "f")
    inputs = [name(writer.names.take(x.name), x.type.shape) for x in graph.inputs]
    writer.depth = 1
    for x, place in zip(inputs, graph.inputs, strict=True):
        if place.type.weak:
            writer.line(f"{x.text} = {dtype_name(place.type.dtype)}({x.text})  # a plain number")
    with writer.block(graph, inputs) as outputs:
        _guards(writer)
        _result(writer, outputs)
    head = f"def {function}({', '.join(x.text for x in inputs)}):"
    body = [_shown(line) for line in _without_repeats(writer.lines)]
    lines = [head, *_documentation(graph, inputs), *body]
    constants = [_constant(x, value) for x, value in writer.constants.values()]
    if any("b85decode" in text for text in constants):
        writer.modules = {"import base64": None, "import zlib": None, **writer.modules}
    parts = ["\n".join(writer.modules), "\n".join(constants), *writer.helpers.values()]
    parts = [part for part in parts if part]
    return "\n\n\n".join([*parts, "\n".join(lines)]) + "\n"


def _guards(writer: Writer) -> None:
    """Refuse values that would have taken another way through the user's code."""
    for guard in writer.guards:
        value = writer.build([guard.value], lambda x: x)
        if guard.kind == "bool":
            condition = f"not {value.text}" if guard.outcome else value.text
        elif isinstance(guard.outcome, tuple):
            condition = f"{value.within(ATOM)}.ravel().tolist() != {list(guard.outcome)}"
        else:
            condition = f"{value.text} != {guard.outcome!r}"
        writer.line(f"if {condition}:", guard.provenance)
        with writer.indented():
            where = location_of(guard.provenance)
            place = f" at line {where.line}" if where else ""
            writer.line(f'raise ValueError("these values take another branch{place}")')


def _result(writer: Writer, outputs: Sequence[Value]) -> None:
    """The last line; nothing that it gives shares memory with an argument or a constant."""
    shown = []
    for value in outputs:
        found = writer.build([value], lambda x: x)
        text = found.text
        if value.type.weak:
            text = f"{found.within(ATOM)}.item()"
        elif value.type.shape and (isinstance(value, Input | Constant) or found.part):
            text = f"{found.within(ATOM)}.copy()"
        shown.append(text)
    result = ", ".join(shown) if shown else "()"
    plain = len(outputs) != 1 or result.isidentifier()
    writer.line(f"return {result}", None if plain else outputs[0])


def _documentation(graph: Graph, inputs: Sequence[Expression]) -> list[str]:
    """What goes in and what comes out."""
    lines = []
    for x, place in zip(inputs, graph.inputs, strict=True):
        origin = f", {place.name}" if place.name and x.text != place.name else ""
        lines.append(f"    {x.text}: {place.type.text}{origin}")
    results = ", ".join(value.type.text for value in graph.outputs) or "nothing"
    return ['    """', *lines, f"    returns: {results}", '    """']


def _without_repeats(lines: Sequence[Line]) -> list[Line]:
    """The lines, each with a comment only where it says something new."""
    found = []
    last = ""
    for line in lines:
        found.append(replace(line, comment="" if line.comment == last else line.comment))
        last = line.comment
    return found


def _shown(line: Line) -> str:
    """A line with its comment, cut to the width where need be."""
    text = "    " * line.depth + line.text
    if not line.comment:
        return text
    room = WIDTH - max(len(text), COMMENTS) - 4
    if room < 12:
        return text
    comment = textwrap.shorten(line.comment, room, placeholder=" …")
    if len(line.comment) <= room:
        comment = line.comment
    return f"{text:<{COMMENTS}}  # {comment}"


def _constant(name_: str, value: Constant) -> str:
    """An array of numbers as Python writes it, packed if there are many."""
    array: Any = np.asarray(value.value)
    dtype = dtype_name(array.dtype)
    if not array.size:
        return f"{name_} = np.zeros({shape_text(array.shape)}, {dtype})"
    steps = np.arange(array.size)
    if array.ndim == 1 and array.dtype.kind == "i" and np.array_equal(array, steps):
        given = "" if array.dtype == np.int64 else f", dtype={dtype}"
        return f"{name_} = np.arange({array.size}{given})"
    if array.size <= PLAIN:
        return f"{name_} = np.array({_nested(array)}, {dtype})"
    packed = base64.b85encode(zlib.compress(array.tobytes())).decode("ascii")
    pieces = "\n".join(f'        "{packed[at : at + 80]}"' for at in range(0, len(packed), 80))
    return (
        f"{name_} = np.frombuffer(\n    zlib.decompress(base64.b85decode(\n{pieces}\n    )),\n    "
        f"{dtype}\n).reshape({array.shape})"
    )


def _nested(array: Any) -> str:
    if array.ndim == 0:
        return number(array[()]).text
    return f"[{', '.join(map(_nested, array))}]"
