"""NumPy's protocols: what plain ``numpy`` code does when it meets a traced array.

``__array_ufunc__`` (NEP 13) and ``__array_function__`` (NEP 18) lead to the functions of the same
name in the trace's namespace; what is missing there is an error that names the nearest.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from clearprop.errors import UnsupportedError
from clearprop.tracing.array import Traced
from clearprop.tracing.bind import apply
from clearprop.tracing.indexing import setitem
from clearprop.tracing.lift import fitted
from clearprop.tracing.promote import strengthened
from clearprop.tracing.trace import Trace, user_line
from clearprop.tracing.views import write

REDUCE: Final = {
    "add": "sum",
    "multiply": "prod",
    "maximum": "max",
    "minimum": "min",
    "logical_and": "all",
    "logical_or": "any",
}
"""``ufunc.reduce`` by the function that does the same."""

ACCUMULATE: Final = {"add": "cumsum", "multiply": "cumprod"}
"""``ufunc.accumulate`` by the function that does the same."""


def array_ufunc(
    x: Traced, ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """What a ufunc does with a traced operand."""
    trace = x.trace
    kwargs = {key: value for key, value in kwargs.items() if not _is_default(key, value)}
    out = kwargs.pop("out", None)
    if out is not None:
        out = out[0] if isinstance(out, tuple) else out
        if out.__class__ is not Traced:
            raise x.detached(f"np.{ufunc.__name__}(…, out=) into a plain array", "y = y + x")
    if method == "at":
        return _at(ufunc, inputs, trace)
    result = strengthened(_ufunc_method(ufunc, method, trace)(*inputs, **kwargs))
    if out is None:
        return result
    write(out, fitted(out.trace, result, out.shape, out.dtype))
    return out


def array_function(
    x: Traced, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """What a function of NumPy does with a traced argument."""
    module = function.__module__.removeprefix("numpy").lstrip(".")
    name = f"{module}.{function.__name__}" if module in ("linalg", "fft") else function.__name__
    if name == "copyto":
        return setitem(args[0], ..., args[1])
    ours = x.trace.namespace.get(name)
    if ours is None:
        raise unsupported(x.trace, name)
    out = kwargs.pop("out", None)
    if out is not None and out.__class__ is not Traced:
        raise x.detached(f"np.{name}(…, out=) into a plain array", f"y = np.{name}(…)")
    result = ours(*args, **kwargs)
    if out is None:
        return result
    write(out, fitted(out.trace, result, out.shape, out.dtype))
    return out


def unsupported(trace: Trace, name: str, option: str = "") -> UnsupportedError:
    """The error for a function or option that is not traced, with the nearest spelling."""
    near = difflib.get_close_matches(name, trace.namespace, n=3, cutoff=0.5)
    hint = f"Near it: {', '.join(near)}. " if near and not option else ""
    error = UnsupportedError(
        f"np.{name}{f' with {option}' if option else ''} is not traced",
        where=user_line(),
        remedy=f"{hint}Write it with the functions of clearprop.numpy, whose page lists them; on "
        "values that need no derivative, use cp.stop_gradient(x).value.",
    )
    trace.hide(error)
    return error


def _ufunc_method(ufunc: np.ufunc, method: str, trace: Trace) -> Callable[..., Any]:
    name = ufunc.__name__
    table = {"__call__": {name: name}, "reduce": REDUCE, "accumulate": ACCUMULATE}.get(method, {})
    function = trace.namespace.get(table.get(name, ""))
    if method == "outer" and name in trace.namespace:
        return lambda a, b: trace.namespace[name](_with_axes(a, np.ndim(b)), b)
    if function is None:
        raise unsupported(trace, name if method == "__call__" else f"{name}.{method}")
    if method == "reduce":  # NumPy's ufuncs reduce over the first axis by default
        return lambda a, axis=0, **options: function(a, axis=axis, **options)
    if method == "accumulate":
        return lambda a, axis=0: function(a, axis=axis)
    return function


def _with_axes(a: Any, count: int) -> Any:
    return a[(..., *[None] * count)] if count else a


def _at(ufunc: np.ufunc, inputs: tuple[Any, ...], trace: Trace) -> None:
    """``np.add.at``: add at the positions that the index picks, also where one is picked twice."""
    if ufunc is not np.add or inputs[0].__class__ is not Traced:
        raise unsupported(trace, f"{ufunc.__name__}.at")
    target, index, value = inputs
    positions = np.arange(target.size).reshape(target.shape)[index]
    update = fitted(target.trace, value, positions.shape, target.dtype)
    flat = apply("reshape", target.snapshot(), shape=(target.size,))
    flat_update = apply("reshape", update, shape=(positions.size,))
    added = apply("scatter_add", flat, flat_update, positions.ravel())
    write(target, apply("reshape", added, shape=target.shape))


def _is_default(key: str, value: Any) -> bool:
    return value is None or value is np._NoValue or (key == "where" and value is True)
