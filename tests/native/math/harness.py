"""Calls of the native functions on arrays, mpmath's values, and the distance between the two."""

from __future__ import annotations

import ctypes
import functools
import math
from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np

from clearprop.execute.native.library import load
from clearprop.execute.native.machine import Level, machine
from clearprop.execute.native.math import NAMES, definition, symbol

Array = np.ndarray[Any, Any]

_LOOP = """
define void @run(ptr %x, ptr %y, ptr %o, i64 %n) nounwind {{
entry:
  br label %head
head:
  %i = phi i64 [ 0, %entry ], [ %next, %tail ]
{loads}
  %r = call {vector} {symbol}({arguments})
  br label %tail
tail:
  %p = getelementptr {scalar}, ptr %o, i64 %i
  store {vector} %r, ptr %p, align {size}
  %next = add i64 %i, {lanes}
  %more = icmp ult i64 %next, %n
  br i1 %more, label %head, label %done
done:
  ret void
}}
"""


def text(name: str, dtype: str, lanes: int, level: Level) -> str:
    """A loop over arrays around one function."""
    scalar, size = ("double", 8) if dtype == "float64" else ("float", 4)
    vector = scalar if lanes == 1 else f"<{lanes} x {scalar}>"
    letters = "xy"[: NAMES[name]]
    loads = "\n".join(
        f"  %p{a} = getelementptr {scalar}, ptr %{a}, i64 %i\n"
        f"  %v{a} = load {vector}, ptr %p{a}, align {size}"
        for a in letters
    )
    return definition(name, dtype, lanes, machine(level)) + _LOOP.format(
        loads=loads,
        vector=vector,
        scalar=scalar,
        symbol=symbol(name, dtype, lanes),
        arguments=", ".join(f"{vector} %v{a}" for a in letters),
        size=size,
        lanes=lanes,
    )


@functools.cache
def native(name: str, dtype: str, lanes: int, level: Level) -> Callable[..., Array]:
    """The function on arrays of one length."""
    library = load(text(name, dtype, lanes, level), ["run"], machine(level))
    prototype = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3, ctypes.c_int64)
    function = prototype(library.addresses["run"])

    def call(*operands: Array) -> Array:
        length = -(-operands[0].size // lanes) * lanes
        arrays = [np.ones(length, dtype) for _ in range(3)]
        for array, operand in zip(arrays, operands, strict=False):
            array[: operand.size] = operand
        function(*(array.ctypes.data for array in arrays), length)
        assert library
        return arrays[2][: operands[0].size]

    return call


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def _logaddexp(x: Any, y: Any) -> Any:
    return max(x, y) + mp.log1p(mp.exp(-abs(x - y)))


def _cbrt(x: Any) -> Any:
    return mp.sign(x) * mp.cbrt(abs(x))


def _log_ndtr(x: Any) -> Any:
    tail = mp.erfc(abs(x) / mp.sqrt(2)) / 2
    return mp.log1p(-tail) if x > 0 else mp.log(tail)


EXACT: dict[str, Callable[..., Any]] = {
    "exp": mp.exp,
    "exp2": lambda x: mp.power(2, x),
    "expm1": mp.expm1,
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "tanh": mp.tanh,
    "sigmoid": _sigmoid,
    "log": mp.log,
    "log1p": mp.log1p,
    "log2": lambda x: mp.log(x) / mp.log(2),
    "log10": lambda x: mp.log(x) / mp.log(10),
    "logaddexp": _logaddexp,
    "arcsinh": mp.asinh,
    "arccosh": mp.acosh,
    "arctanh": mp.atanh,
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "arcsin": mp.asin,
    "arccos": mp.acos,
    "arctan": mp.atan,
    "arctan2": mp.atan2,
    "power": mp.power,
    "cbrt": _cbrt,
    "hypot": mp.hypot,
    "erf": mp.erf,
    "erfinv": mp.erfinv,
    "log_ndtr": _log_ndtr,
    "gammaln": mp.loggamma,
    "digamma": lambda x: mp.psi(0, x),
    "trigamma": lambda x: mp.psi(1, x),
    "tetragamma": lambda x: mp.psi(2, x),
}
"""The functions that round, in mpmath."""


def reference(name: str, *operands: Array) -> list[Any]:
    """mpmath's values, with 200 bits and more where terms cancel."""
    function = EXACT[name]
    lists = [x.tolist() for x in operands]
    with mp.workprec(400 if name in {"arcsinh", "arctanh", "arccosh", "tanh"} else 200):
        return [mp.re(function(*map(mp.mpf, row))) for row in zip(*lists, strict=True)]


def errors(got: Array, exact: list[Any], at_least: Array | None = None) -> Array:
    """The distances in units of the last place of the exact value rounded to the format.

    Args:
        got: The computed numbers.
        exact: mpmath's.
        at_least: Where given, the unit is not smaller than that of these numbers.
    """
    with mp.workprec(200), np.errstate(all="ignore"):
        rounded = np.array([float(value) for value in exact]).astype(got.dtype)
        size = np.abs(rounded)
        if at_least is not None:
            size = np.maximum(size, np.abs(at_least))
        found = np.zeros(got.size)
        rows = zip(got.tolist(), rounded.tolist(), np.spacing(size).tolist(), exact, strict=True)
        for index, (number, near, unit, value) in enumerate(rows):
            if math.isfinite(number) and math.isfinite(near):
                found[index] = abs((mp.mpf(number) - value) / unit)
            elif number != near and not (math.isnan(number) and math.isnan(near)):
                found[index] = math.inf
        return found
