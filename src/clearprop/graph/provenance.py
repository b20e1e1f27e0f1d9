"""From a node back to the user's source: which line made it, and what the line calls it."""

from __future__ import annotations

import dis
import functools
import linecache
from types import CodeType
from typing import Final

from clearprop.graph.node import Derived, Input, Location, Node, Provenance

_STORES: Final = ("STORE_FAST", "STORE_NAME", "STORE_GLOBAL", "STORE_DEREF")

_BETWEEN: Final = ("EXTENDED_ARG", "COPY")
"""What may stand between a result and its store: a wide operand, ``a = b = …``, ``(a := …)``."""

_UNIT: Final = 2
"""Bytes of an instruction, and of each of its inline caches."""


def location_of(thing: Node | Input | Provenance | Derived | None) -> Location | None:
    """The user's line behind a node, an input or a provenance; None if there is none.

    A derived node answers with the line of the node for which it was made.
    """
    found = written_at(thing)
    if found is None:
        return None
    if isinstance(found.code, CodeType):
        return _resolve(found.code, found.instruction)
    return found.code


def written_at(thing: Node | Input | Provenance | Derived | None) -> Provenance | None:
    """The user's instruction behind a node, an input or a provenance, through all derivatives."""
    while not isinstance(thing, Provenance):
        if isinstance(thing, Node):
            thing = thing.provenance
        elif isinstance(thing, Derived):
            thing = thing.origin
        else:
            return None
    return thing


def role_of(node: Node) -> str:
    """``"value"`` for what the user wrote, else the role the node plays in a derivative."""
    return node.provenance.role if isinstance(node.provenance, Derived) else "value"


def name_of(node: Node) -> str:
    """What the source calls the value: the given name or the variable it is assigned to."""
    provenance = node.provenance
    if not isinstance(provenance, Provenance):
        return ""
    if provenance.name or not isinstance(provenance.code, CodeType):
        return provenance.name
    return _assigned_names(provenance.code).get(provenance.instruction, "")


def scope_of(node: Node) -> str:
    """The name scopes in which the node was made, joined by ``/``."""
    return node.provenance.scope if isinstance(node.provenance, Provenance) else ""


@functools.lru_cache(maxsize=4096)
def _resolve(code: CodeType, instruction: int) -> Location:
    lines = list(code.co_positions())
    position = lines[instruction // _UNIT] if instruction // _UNIT < len(lines) else (None,)
    line = position[0] or code.co_firstlineno
    source = linecache.getline(code.co_filename, line).strip()
    return Location(code.co_filename, line, code.co_name, source)


@functools.lru_cache(maxsize=512)
def _assigned_names(code: CodeType) -> dict[int, str]:
    """Offset of each instruction whose result is stored in a variable right away → its name.

    The offsets of an instruction's inline caches count as its own: while a call runs, CPython
    points at the one or at the other, as the version and the callee will have it.
    """
    names: dict[int, str] = {}
    previous: int | None = None
    for instruction in dis.get_instructions(code):
        if instruction.opname in _BETWEEN:
            continue
        if previous is not None and instruction.opname.startswith(_STORES):
            stored = instruction.argval  # a tuple where CPython joins two instructions in one
            name = str(stored[0] if isinstance(stored, tuple) else stored)
            names.update(dict.fromkeys(range(previous, instruction.offset, _UNIT), name))
        previous = instruction.offset
    return names
