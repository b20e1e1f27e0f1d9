"""The whole file: prototype, helping functions, constants, and the function itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from clearprop.errors import UnsupportedError
from clearprop.execute.native.bodies import Branch, Scan, While
from clearprop.execute.native.fusing import Planned
from clearprop.execute.native.indexing.gather import Gather
from clearprop.execute.native.indexing.scatter import Scatter
from clearprop.execute.native.inlining import inlined
from clearprop.execute.native.layouts import Buffer
from clearprop.execute.native.machine import machine
from clearprop.execute.native.memory import ALIGNMENT, arena
from clearprop.execute.native.singles import Straight
from clearprop.execute.native.special import FLAG, WATCH
from clearprop.execute.native.steps import Fallback, Loop, Multiply
from clearprop.execute.source.c.control import write_branch, write_scan, write_while
from clearprop.execute.source.c.indexing import write_rows
from clearprop.execute.source.c.loops import write_loop, write_product
from clearprop.execute.source.c.terms import literal
from clearprop.execute.source.c.words import WORDS
from clearprop.execute.source.c.writer import Frame, Writer, type_name
from clearprop.execute.source.names import Names
from clearprop.graph import Graph, Guard, Node, location_of

WIDTH: Final = 100
"""Of the function's head."""

PER_LINE: Final = 8
"""How many numbers of a constant stand in a line."""


@final
@dataclass(frozen=True, slots=True)
class CSource:
    """A function of C.

    Attributes:
        name: The function's name.
        header: The text of a header with its prototype and the size of its scratch.
        text: The text of the file that defines it, without that of the header.
        scratch_bytes: The memory that it needs while it runs.
    """

    name: str
    header: str
    text: str
    scratch_bytes: int

    def __str__(self) -> str:
        return f"{self.header}\n{self.text}"


def c_source(graph: Graph, title: str = "f", caller: str = "") -> CSource:
    """The graph as a function of C99 that needs C's own library alone.

    It takes a pointer to each input, to a place for each output, and to its scratch. Numbers stand
    in C order; a number by itself is an array of one. It gives 0, or 1 where the values would have
    taken another branch of the Python code, a position lies outside of its array, or NumPy has to
    judge a matrix of a batch; if none of it can be, it gives nothing.

    Args:
        graph: The graph.
        title: The function's name.
        caller: The user's line from which the whole was called, of which no comment speaks.

    Raises:
        UnsupportedError: If an operation has no such form; the error names it.

    >>> import clearprop as cp, numpy as np
    >>> def twice(x):
    ...     return np.sin(x) * 2
    >>> source = c_source(cp.trace(twice)(np.ones(3)), "twice")
    >>> print(source.text[source.text.index("void"):])
    void twice(const double *restrict x, double *restrict out0, void *restrict scratch)
    {
        (void)scratch;
        /* 2: return np.sin(x) * 2 */
        for (ptrdiff_t i = 0; i < 3; ++i) {
            out0[i] = sin(x[i]) * 2.0;
        }
    }
    <BLANKLINE>
    """
    flat = inlined(graph)
    watched = [guard.value for guard in flat.guards]
    planned = Planned(flat, (*flat.outputs, *watched), machine("baseline"))
    names = Names(WORDS)
    function = names.take(_ascii(title) if title.isidentifier() else "f")
    inputs = [names.take(_ascii(x.name)) for x in graph.inputs]
    count = len(flat.outputs)
    results = list(dict.fromkeys(planned.outputs[:count]))
    outputs = {buffer: names.take(f"out{i}") for i, buffer in enumerate(results)}
    pointers = {**dict(zip(planned.inputs, inputs, strict=True)), **outputs}
    constants: list[str] = []
    for i, (buffer, value) in enumerate(planned.constants.items()):
        pointers[buffer] = names.take(f"constant{i}")
        constants.append(_constant(pointers[buffer], value.value))
    sizes = [x.scratch_bytes if isinstance(x, Scan | While | Branch) else 0 for x in planned.steps]
    kept = {FLAG, WATCH, *pointers, *planned.outputs}
    inside, places, size = arena(planned.steps, kept, sizes)
    for buffer in planned.outputs[count:]:  # what guards look at stays to the end
        inside[buffer] = size
        size += -(-max(buffer.bytes, 1) // ALIGNMENT) * ALIGNMENT
    writer = Writer(names, caller)
    frame = Frame(writer, pointers, inside, 0, places)
    _steps(frame, planned.steps)
    _guards(frame, flat.guards, planned.outputs[count:])
    frame.close()
    parameters = [
        *(_parameter("const ", buffer, pointers[buffer]) for buffer in planned.inputs),
        *(_parameter("", buffer, name) for buffer, name in outputs.items()),
        "void *restrict scratch",
    ]
    written = _needed(writer.lines)
    text = re.sub(r"/\*.*?\*/", "", "\n".join(written))
    unused = [x for x in (*inputs, *outputs.values(), "scratch") if not _stands_in(x, text)]
    lines = [*(f"    (void){name};" for name in unused), *written]
    checks = writer.checks or bool(flat.guards)
    if checks:
        lines.append("    return 0;")
    head = _head(f"{'int' if checks else 'void'} {function}", parameters)
    used = [x for x in constants if _stands_in(x.split("[")[0].split()[-1], text)]
    body = "\n".join([head, "{", *lines, "}"])
    whole = [_includes("\n".join([*writer.helpers.values(), *used, body])), *used]
    definition = "\n\n".join([*whole, *writer.helpers.values(), body])
    described = [
        *_described(inputs, [x.type.text for x in graph.inputs]),
        *_described(outputs.values(), [buffer.type.text for buffer in results]),
    ]
    header = _header(function, head, described, size, checks)
    return CSource(function, header, f"{definition}\n", size)


def _steps(frame: Frame, steps: Sequence[Any]) -> None:
    for at, step in enumerate(steps):
        scratch = frame.start + frame.scratch[at]
        _comment(frame.writer, step)
        match step:
            case Loop():
                write_loop(frame, step)
            case Straight():
                write_loop(frame, step.loop())
            case Multiply():
                write_product(frame, step)
            case Gather() | Scatter():
                write_rows(frame, step)
            case Scan():
                write_scan(frame, step, scratch, _steps)
            case While():
                write_while(frame, step, scratch, _steps)
            case Branch():
                write_branch(frame, step, scratch, _steps)
            case _:
                reason = step.reason if isinstance(step, Fallback) else "no loop of C's for it yet"
                raise UnsupportedError(
                    f"{step.node.primitive.name} has no form as C's text",
                    where=str(location_of(step.node) or ""),
                    why=f"There is {reason}." if reason.startswith("no ") else reason,
                    remedy='Look at source("python"), which has all operations.',
                )


def _guards(frame: Frame, guards: Sequence[Guard], buffers: Sequence[Buffer]) -> None:
    """End with 1 where a decision of the Python code would be another."""
    for guard, buffer in zip(guards, buffers, strict=True):
        where = location_of(guard.provenance)
        if where is not None:
            said = f"{where.line}: {_plain(where.source)}" if where.source else f"line {where.line}"
            frame.writer.line(f"/* {said} */")
        outcome = guard.outcome if isinstance(guard.outcome, tuple) else (guard.outcome,)
        for i, wanted in enumerate(outcome):
            text, _ = literal(wanted, buffer.type.dtype)
            frame.writer.line(f"if ({frame.pointer(buffer)}[{i}] != {text}) return 1;")


def _needed(lines: Sequence[str]) -> list[str]:
    """The lines without names that nothing uses, such as pointers to arrays of no elements."""
    kept, count = list(lines), -1
    while count != len(kept):
        count = len(kept)
        uses = Counter(word for line in kept for word in _WORD.findall(line))
        made = [_MADE.search(line) for line in kept]
        pairs = zip(kept, made, strict=True)
        kept = [line for line, found in pairs if found is None or uses[found[1]] > 1]
    return kept


_WORD: Final = re.compile(r"\w+")
_MADE: Final = re.compile(r"\bconst (?:\w+ )?(\w+) = ")


def _comment(writer: Writer, step: Any) -> None:
    """The user's lines behind a step, a few of them."""
    nodes: Sequence[Node] = step.nodes if isinstance(step, Loop | Straight) else [step.node]
    found = dict.fromkeys(location_of(node) for node in nodes)
    known = [x for x in found if x is not None and x.source and not x.is_on_line_of(writer.caller)]
    lines = [f"{x.line}: {_plain(x.source)}" for x in known]
    for line in lines[:3]:
        writer.line(f"/* {line} */")
    if len(lines) > 3:
        writer.line(f"/* and {len(lines) - 3} more */")


def _plain(text: str) -> str:
    """The text as a comment may hold it."""
    return text.replace("*/", "* /").replace("/*", "/ *").replace("??", "? ?")


def _parameter(const: str, buffer: Buffer, name: str) -> str:
    return f"{const}{type_name(buffer.type.dtype)} *restrict {name}"


def _head(start: str, parameters: Sequence[str]) -> str:
    """The function's head, in as many lines as it needs."""
    short = f"{start}({', '.join(parameters)})"
    if len(short) <= WIDTH:
        return short
    return f"{start}(\n    " + ",\n    ".join(parameters) + ")"


def _described(names: Any, types: Sequence[str]) -> list[str]:
    return [f"{name}: {type_}" for name, type_ in zip(names, types, strict=True)]


def _header(function: str, head: str, described: Sequence[str], size: int, checks: bool) -> str:
    guard = f"{function.upper()}_H"
    said = [*described, f"scratch: {function.upper()}_SCRATCH bytes, aligned to 64"]
    if checks:
        said.append("gives 0, or 1 where the values go another way than those that it was made at")
    return "\n".join(
        [
            f"#ifndef {guard}",
            f"#define {guard}",
            "",
            "#include <stdbool.h>",
            "#include <stdint.h>",
            "",
            f"#define {function.upper()}_SCRATCH {max(size, 1)}",
            "",
            "/* Arrays in C order, none of which overlaps an output.",
            *(f" * {line}" for line in said),
            " */",
            f"{head};",
            "",
            "#endif",
            "",
        ]
    )


def _includes(text: str) -> str:
    """What of C's library is used."""
    wanted = ["<math.h>", "<stddef.h>", "<string.h>"]
    if "memmove(" not in text:
        wanted.remove("<string.h>")
    return "\n".join(f"#include {name}" for name in wanted)


def _constant(name: str, value: Any) -> str:
    """An array of numbers that is part of the program."""
    array = np.ravel(value)
    numbers = [literal(x, array.dtype)[0] for x in array] or ["0"]
    rows = [numbers[at : at + PER_LINE] for at in range(0, len(numbers), PER_LINE)]
    inside = ",\n".join("    " + ", ".join(row) for row in rows)
    return f"static const {type_name(array.dtype)} {name}[{len(numbers)}] = {{\n{inside}\n}};"


def _ascii(name: str) -> str:
    """The name in letters that every compiler knows."""
    return "".join(c if c.isascii() else f"_{ord(c):x}" for c in name)


def _stands_in(name: str, text: str) -> bool:
    """Whether a name is used."""
    return re.search(rf"\b{re.escape(name)}\b", text) is not None
