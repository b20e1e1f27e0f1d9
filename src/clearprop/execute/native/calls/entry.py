"""A program's entry from Python: a built-in function for arguments of one kind.

The function checks its arguments, makes the results, calls the program's segment and compares what
the guards saw. Whenever something is not as it was compiled for, it asks another: its ``self``, the
entry of another kind or, last, Python's way. So entries form a chain, and each keeps alive what
comes after it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.cache import ObjectCache
from clearprop.execute.native.calls.interpreter import is_known
from clearprop.execute.native.calls.signature import NotDirect, Signature
from clearprop.execute.native.calls.writing import Writing
from clearprop.execute.native.library import load
from clearprop.execute.native.program import Program

_FASTCALL: Final = 0x0080 | 0x0002
"""METH_FASTCALL | METH_KEYWORDS: arguments in an array, names of the last ones in a tuple."""


class _Method(ctypes.Structure):
    """PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


@final
class Entry:
    """The entry to a program.

    Args:
        program: The program.
        signature: What it is called with, and what it gives.
        unless: A context variable; where it is set to anything but None, Python is asked.
        cache: Where compiled objects are kept.

    Raises:
        NotDirect: If calls of this kind have to go by Python.
    """

    def __init__(
        self,
        program: Program,
        signature: Signature,
        unless: Any,
        cache: ObjectCache | None = None,
    ) -> None:
        if not is_known():
            raise NotDirect("this Python is not known well enough")
        if program.segment is None:
            raise NotDirect("parts of the program are left to NumPy")
        writing = Writing(program, signature, unless)
        self.text = writing.text
        # More effort would make a call a twelfth faster, and compiling take three times as long.
        library = load(self.text, ["entry", "known"], program.machine, cache=cache, level=0)
        writing.body.fill(library.addresses["known"])
        method = _Method(b"compiled", library.addresses["entry"], _FASTCALL, None)
        self._method = method
        # The garbage collector does not look into arrays of objects. What is in this one is freed
        # with the last function that needs it, and not before other garbage that may yet call it.
        self._holder = np.empty(1, object)
        self._holder[0] = (method, library, writing.kept, program.code)

    def before(self, other: Callable[..., Any]) -> Any:
        """A function that asks another one for what is not of its kind."""
        make = ctypes.pythonapi.PyCFunction_NewEx
        make.restype = ctypes.py_object
        make.argtypes = [ctypes.c_void_p, ctypes.py_object, ctypes.py_object]
        return make(ctypes.addressof(self._method), other, self._holder)


def chained(entries: Sequence[Entry], last: Callable[..., Any]) -> Any:
    """A function that asks the entries one after the other, and at last Python."""
    function: Any = last
    for entry in reversed(entries):
        function = entry.before(function)
    return function
