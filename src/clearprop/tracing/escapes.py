"""What the user's code was doing when it asked a traced value for its plain numbers.

Python and NumPy ask in two ways, ``__float__`` and ``__array__``, and many programs lead there. The
instruction that is running tells them apart, so that an error speaks of what was written.
"""

from __future__ import annotations

import dis
import functools
import linecache
import re
from collections.abc import Container
from types import CodeType
from typing import Final

_UNIT: Final = 2
"""Bytes of an instruction, and of each of its inline caches."""

_HOLD: Final = "make that array with clearprop.numpy (zeros, array, stack), so that it can hold x"


def as_float(step: tuple[str, str], known: Container[str]) -> tuple[str, str]:
    """What wanted a float, and what to write instead.

    Args:
        step: The instruction that is running; see :func:`step_of`.
        known: The names of the functions that can be traced.
    """
    operation, source = step
    if operation == "store":
        return "storing x in a plain NumPy array", _HOLD
    if source.startswith("float("):
        return "float(x)", "leave x as it is, which computes as a float does"
    function = re.match(r"math\.(\w+)\(", source)
    if function is None:
        return "asking x for a plain float", "write np.sin(x) for math.sin(x) and x for float(x)"
    name = function[1]
    spelling = f"np.{name}(x)" if name in known else "it with the functions of NumPy"
    return f"math.{name}(x)", f"write {spelling}"


def as_array(step: tuple[str, str], is_index: bool) -> tuple[str, str]:
    """What wanted an array, and what to write instead.

    Args:
        step: The instruction that is running; see :func:`step_of`.
        is_index: Whether x could be an index.
    """
    operation, _ = step
    if operation == "load" and is_index:
        return "indexing a plain NumPy array by x", "write clearprop.numpy.array(a)[x] for a[x]"
    if operation == "store":
        return f"storing x{', or at x,' if is_index else ''} in a plain NumPy array", _HOLD
    return "turning x into a plain NumPy array", (
        "write clearprop.numpy.array, clearprop.numpy.stack or the function's name in "
        "clearprop.numpy"
    )


def step_of(code: CodeType, instruction: int) -> tuple[str, str]:
    """What an instruction does, and the source of it.

    Returns:
        ``"load"`` for ``a[i]``, ``"store"`` for ``a[i] = …``, or nothing; and the text.
    """
    return _operations(code).get(instruction, ""), _source(code, instruction)


@functools.lru_cache(maxsize=64)
def _operations(code: CodeType) -> dict[int, str]:
    """What the instructions that take elements or put them do, by offset.

    While one of them runs, CPython points at it or at one of its inline caches.
    """
    found: dict[int, str] = {}
    instructions = list(dis.get_instructions(code))
    ends = [following.offset for following in instructions[1:]] + [len(code.co_code)]
    for each, end in zip(instructions, ends, strict=True):
        if each.opname in ("STORE_SUBSCR", "STORE_SLICE"):
            operation = "store"
        elif each.opname == "BINARY_SUBSCR" or each.argrepr == "[]":
            operation = "load"
        else:
            continue
        found.update(dict.fromkeys(range(each.offset, end, _UNIT), operation))
    return found


def _source(code: CodeType, instruction: int) -> str:
    """The text of an expression on one line; empty for others."""
    positions = list(code.co_positions())
    place = instruction // _UNIT
    line, last, start, end = positions[place] if place < len(positions) else (None,) * 4
    if line is None or line != last:
        return ""
    text = linecache.getline(code.co_filename, line).encode()
    return text[start:end].decode(errors="replace")
