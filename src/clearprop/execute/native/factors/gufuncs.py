"""NumPy's own loops over stacks of matrices, called by pointer.

An eigenvector has two signs, and which of them comes out hangs on the last digit of what was
rounded on the way. So what has such vectors is done by the very code that NumPy runs, not by
another build of LAPACK: the results are NumPy's to the bit.

A generalized universal function of NumPy (gufunc) holds one C function per kind of numbers, which
goes along a stack of matrices of any strides, and needs neither Python nor its lock. Where it does
not converge it writes NaN. As NumPy does, it is always asked for doubles. The layout of the object
is that of NumPy's interface in C; it is compared with what Python says of the object, and where
anything differs nothing here is used.
"""

from __future__ import annotations

import ctypes
import functools
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.loops.writer import Writer

PREFIX: Final = "numpy."
"""With which the names of the loops begin in the text."""

ROOM: Final = 512
"""The bytes for a call's arguments."""

_NAMES: Final = ("eigh_lo", "eigh_up", "svd_s")

DOUBLE: Final = np.dtype(np.float64)
"""What the loops compute with."""


@final
@dataclass(frozen=True, slots=True)
class Stack:
    """Where the matrices of a stack lie, or its vectors.

    Attributes:
        start: The address of the first one.
        step: How far one is from the next, in elements.
        shape: That of one.
        strides: Its strides, in elements.
    """

    start: str
    step: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def call(writer: Writer, name: str, count: int, stacks: Sequence[Stack], room: str) -> None:
    """Write a call.

    Args:
        writer: Where to.
        name: The gufunc's.
        count: How many matrices there are.
        stacks: The operands, and the results.
        room: Where :data:`ROOM` bytes are.
    """
    size, sizes = DOUBLE.itemsize, [length for x in stacks for length in x.shape]
    axes = re.findall(r"\w+", _gufunc(name).signature)
    counts = [count, *dict(zip(axes, sizes, strict=True)).values()]
    steps = [size * x.step for x in stacks]
    steps += [size * stride for x in stacks for stride in x.strides]
    entries = [f"ptr {x.start}" for x in stacks] + [f"i64 {x}" for x in (*counts, *steps)]
    places = []
    for k, entry in enumerate(entries):
        places.append(writer.put(f"getelementptr i64, ptr {room}, i64 {k}"))
        writer.do(f"store {entry}, ptr {places[k]}, align 8")
    first = len(stacks)
    given = (places[0], places[first], places[first + len(counts)], "null")
    routine = f"{PREFIX}{name}"
    writer.declare(routine, "void", *["ptr"] * len(given))
    writer.do(f"call void @{routine}({', '.join(f'ptr {x}' for x in given)})")


@functools.cache
def imports() -> Mapping[str, int]:
    """The addresses of the loops, by the names that the texts declare; none if they are unknown."""
    found = {f"{PREFIX}{name}": _address(name) for name in _NAMES}
    return {} if 0 in found.values() else found


class _Head(ctypes.Structure):
    """The first parts of a universal function, behind those that all objects have."""

    _fields_ = (
        ("nin", ctypes.c_int),
        ("nout", ctypes.c_int),
        ("nargs", ctypes.c_int),
        ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("ntypes", ctypes.c_int),
    )


def _address(name: str) -> int:
    """Where the C function is; 0 if that cannot be told."""
    gufunc = _gufunc(name)
    if gufunc is None or sys.implementation.name != "cpython" or sys.maxsize != 2**63 - 1:
        return 0
    head = _Head.from_address(id(gufunc) + object.__basicsize__)
    counts = gufunc.nin, gufunc.nout, gufunc.nargs, gufunc.ntypes
    kinds = "d->" + "d" * gufunc.nout
    if (head.nin, head.nout, head.nargs, head.ntypes) != counts or kinds not in gufunc.types:
        return 0
    place = gufunc.types.index(kinds)
    takes_data = bool(head.data) and head.data[place] is not None
    return 0 if takes_data else head.functions[place] or 0


def _gufunc(name: str) -> Any:
    return getattr(np.linalg._umath_linalg, name, None)
