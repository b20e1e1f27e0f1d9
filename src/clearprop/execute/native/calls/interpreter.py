"""What native code has to know of CPython and NumPy: where the parts of objects lie, and functions.

Offsets are counted from the start of an object. The layouts have been the same since Python 3.8 and
NumPy 1.7; still they are looked at once on objects whose parts are known, and where anything
differs (free-threaded builds, other Pythons) nothing here is used.
"""

from __future__ import annotations

import ctypes
import functools
import sys
import sysconfig
from typing import Any, Final

import numpy as np

from clearprop.execute.native.library import address_of

HEAD: Final = object.__basicsize__
CLASS: Final = HEAD - 8

DATA: Final = HEAD
NDIM: Final = HEAD + 8
SHAPE: Final = HEAD + 16
DTYPE: Final = HEAD + 40
FLAGS: Final = HEAD + 48
"""Of an array: the pointer to its elements, its axes, the pointer to their lengths, …"""

BYTE_ORDER: Final = HEAD + 10
"""Of a dtype: a character."""

VALUE: Final = HEAD
"""Of a float, and of NumPy's scalars: the number."""

LENGTH: Final = HEAD
ITEMS: Final = HEAD + 8
"""Of a tuple: the items; of a list: the pointer to them."""

ORDERLY: Final = 0x1 | 0x100
"""The flags of arrays in C order, and of aligned ones."""

_PYTHON: Final = (
    *("PyObject_Vectorcall", "Py_IncRef", "Py_DecRef", "PyContextVar_Get", "PyErr_NoMemory"),
    "PyErr_Restore",
    "PyUnicode_Compare",
    *("PyFloat_FromDouble", "PyLong_FromLongLong", "PyBool_FromLong"),
    *("PyLong_AsLongLongAndOverflow", "PyDict_Next", "PyDict_Size", "PyDict_New"),
    *("PyDict_SetItem", "PyTuple_New", "PyTuple_SetItem", "PyList_New", "PyList_SetItem"),
    *("PyEval_SaveThread", "PyEval_RestoreThread", "PyMem_RawMalloc", "PyMem_RawFree"),
)
_NUMPY: Final = {"PyArray_Scalar": 60, "PyArray_NewCopy": 85, "PyArray_New": 93}


@functools.cache
def functions() -> dict[str, int]:
    """The addresses of the functions of CPython's and NumPy's interfaces in C."""
    found = {name: address_of(getattr(ctypes.pythonapi, name)) for name in _PYTHON}
    table = _numpy_table()
    found.update((name, table[place]) for name, place in _NUMPY.items())
    found["memcmp"] = address_of(ctypes.CDLL(None).memcmp)
    return found


@functools.cache
def is_known() -> bool:
    """Whether objects lie in memory as this file says."""
    if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        return False
    if sys.maxsize != 2**63 - 1 or sys.byteorder != "little" or HEAD != 16:
        return False
    return _arrays_are_known() and _others_are_known() and _interface_is_known()


def _arrays_are_known() -> bool:
    a = np.arange(6.0).reshape(2, 3)
    swapped = a.dtype.newbyteorder()
    shape = _read(a, SHAPE, ctypes.c_int64)
    return (
        _read(a, CLASS) == id(np.ndarray)
        and _read(a, DATA) == a.ctypes.data
        and _read(a, NDIM, ctypes.c_int32) == 2
        and tuple((ctypes.c_int64 * 2).from_address(shape)) == (2, 3)
        and _read(a, DTYPE) == id(a.dtype)
        and _read(a, FLAGS, ctypes.c_int32) & ORDERLY == ORDERLY
        and not _read(a.T, FLAGS, ctypes.c_int32) & 1
        and _read(a.dtype, CLASS) == id(type(a.dtype))
        and _read(a.dtype, BYTE_ORDER, ctypes.c_char) == b"="
        and _read(swapped, BYTE_ORDER, ctypes.c_char) == b">"
    )


def _others_are_known() -> bool:
    parts = (1.5, "x")
    listed = [*parts, None]
    items = _read(listed, ITEMS)
    return (
        _read(2.5, VALUE, ctypes.c_double) == 2.5
        and _read(np.float64(2.5), VALUE, ctypes.c_double) == 2.5
        and _read(np.float32(2.5), VALUE, ctypes.c_float) == 2.5
        and _read(np.int64(-7), VALUE, ctypes.c_int64) == -7
        and _read(np.uint8(7), VALUE, ctypes.c_uint8) == 7
        and _read(np.bool(True), VALUE, ctypes.c_uint8) == 1
        and _read(parts, LENGTH, ctypes.c_int64) == 2
        and _read(parts, ITEMS + 8) == id(parts[1])
        and _read(listed, LENGTH, ctypes.c_int64) == 3
        and tuple((ctypes.c_int64 * 3).from_address(items)) == tuple(map(id, listed))
    )


def _interface_is_known() -> bool:
    table = _numpy_table()
    version = ctypes.CFUNCTYPE(ctypes.c_uint)(table[0])()
    return bool(version >> 24 == 2 and table[2] == id(np.ndarray))


def _read(thing: Any, offset: int, kind: Any = ctypes.c_int64) -> Any:
    return kind.from_address(id(thing) + offset).value


@functools.cache
def _numpy_table() -> Any:
    """NumPy's interface in C: a table of pointers."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    multiarray: Any = np._core._multiarray_umath  # type: ignore[attr-defined]
    return (ctypes.c_int64 * 100).from_address(pointer(multiarray._ARRAY_API, None))
