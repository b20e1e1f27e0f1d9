"""NumPy's protocols: what plain ``numpy`` code does when it meets a traced array.

``__array_ufunc__`` (NEP 13) and ``__array_function__`` (NEP 18) lead to the functions of the same
name in the trace's namespace; what is missing there is an error that names the nearest.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from clearprop.errors import UnsupportedError
from clearprop.primitives import CATALOGUE
from clearprop.tracing.array import Traced
from clearprop.tracing.indexing import require_same_kind, setitem, store
from clearprop.tracing.nested import as_array, cast, first_traced
from clearprop.tracing.promote import plain, strengthened, type_of_value
from clearprop.tracing.trace import CURRENT, user_line
from clearprop.tracing.views import require_writable

REDUCE: Final = {
    "add": "sum",
    "multiply": "prod",
    "maximum": "max",
    "minimum": "min",
    "logical_and": "all",
    "logical_or": "any",
}
"""``ufunc.reduce`` by the function that does the same."""

ACCUMULATE: Final = {
    "add": "cumsum",
    "multiply": "cumprod",
    "maximum": "cummax",
    "minimum": "cummin",
}
"""``ufunc.accumulate`` by the function that does the same."""

ATTRIBUTES: Final = frozenset(("real", "imag"))
"""Functions that give what the attribute gives: for a number of Python's, such a number."""

_DEFAULTS: Final = {"casting": "same_kind", "order": "K", "subok": True, "where": True}


def array_ufunc(
    x: Traced, ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """What a ufunc does with a traced operand."""
    options = {key: value for key, value in kwargs.items() if not _is_default(key, value)}
    targets = options.pop("out", ())
    targets = targets if isinstance(targets, tuple) else (targets,)
    name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
    for target in targets:
        _require_traced(target, name, x)
    if method == "at":
        return _at(ufunc, *inputs)
    function = _ufunc_method(x, ufunc, method, name)
    for option in options.keys() - {"axis"} if method != "reduce" else ():
        raise unsupported(name, f"{option}=")
    result = function(*inputs, **options)
    if not targets:
        return strengthened(result)
    results = result if isinstance(result, tuple) else (result,)
    stored = [
        value if target is None else _store_ufunc(target, value, ufunc.__name__)
        for target, value in zip(targets, results, strict=True)
    ]
    return tuple(stored) if isinstance(result, tuple) else stored[0]


def array_function(
    x: Traced, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """What a function of NumPy does with a traced argument."""
    module = function.__module__.removeprefix("numpy").lstrip(".")
    name = f"{module}.{function.__name__}" if module else function.__name__
    namespace = x.owner.namespace
    ours = namespace.get(f"numpy.{name}") or namespace.get(name)
    if ours is None or name in _MACHINERY:
        raise unsupported(name)
    return with_out(name, ours, args, kwargs)


def with_out(
    name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Call a function whose result goes into the array ``out=``, if there is one."""
    target = kwargs.pop("out", None)
    _require_traced(target, name, *args, *kwargs.values())
    result = function(*args, **kwargs)
    result = result if name in ATTRIBUTES else strengthened(result)
    return result if target is None else store(target, result, name)


def unsupported(name: str, option: str = "", remedy: str = "") -> UnsupportedError:
    """The error for a function or option that is not traced, with what to write instead."""
    trace = CURRENT.get()
    near = []
    if trace is not None and not option:
        near = difflib.get_close_matches(name, trace.namespace.keys() - _MACHINERY, 3, 0.7)
    hint = f"Near it: {', '.join(near)}. " if near else ""
    error = UnsupportedError(
        f"np.{name}{f' with {option}' if option else ''} is not traced",
        where=user_line(),
        remedy=remedy
        or f"{hint}Write it with the functions of clearprop.numpy, whose page lists them; on "
        "values that need no derivative, use cp.stop_gradient(x).value.",
    )
    if trace is not None:
        trace.hide(error)
    return error


_MACHINERY: Final = frozenset(
    (
        *("array_function", "array_ufunc", "cummax", "cummin", "getitem", "guard_bool"),
        *("guard_index", "guard_int", "in_place", "refresh", "setitem"),
    )
)
"""What a namespace holds beside functions of NumPy."""


def _ufunc_method(x: Traced, ufunc: np.ufunc, method: str, name: str) -> Callable[..., Any]:
    namespace = x.owner.namespace
    called = namespace.get(f"numpy.{ufunc.__name__}") or namespace.get(ufunc.__name__)
    if method == "__call__" and called is not None:
        return called
    if method == "outer" and called is not None:
        return functools.partial(_outer, called)
    if method == "reduce" and ufunc.__name__ in REDUCE:
        return _reducer(namespace[REDUCE[ufunc.__name__]], name)
    if method == "accumulate" and ufunc.__name__ in ACCUMULATE:
        function = namespace[ACCUMULATE[ufunc.__name__]]
        return lambda a, axis=0, dtype=None: function(a, axis, dtype)
    raise unsupported(name)


def _reducer(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """A reduction with the signature of ``ufunc.reduce``, by default over the first axis."""

    def reduce(
        a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, *rest: Any, **options: Any
    ) -> Any:
        if out is not None:
            raise unsupported(name, "a positional out", "Write out=.")
        options.update(zip(("keepdims", "initial", "where"), rest, strict=False))
        if dtype is not None:
            if name not in ("add.reduce", "multiply.reduce"):
                raise unsupported(name, "dtype=", "Write x.astype(dtype) first.")
            options["dtype"] = dtype
        if "initial" in options and name.startswith("logical"):
            raise unsupported(name, "initial=")
        return function(a, axis=axis, **options)

    return reduce


def _outer(function: Callable[..., Any], a: Any, b: Any) -> Any:
    a, b = as_array(a), as_array(b)
    return function(_with_axes(a, b.ndim), b)


def _with_axes(a: Any, count: int) -> Any:
    """The operand with further axes of length 1, as an outer product wants it."""
    return a[(..., *[None] * count)] if count else a


def _at(ufunc: np.ufunc, target: Any, index: Any, value: Any = None) -> None:
    """``np.add.at``: add at the positions that the index picks, also where one is picked twice."""
    if ufunc not in (np.add, np.subtract):
        raise unsupported(f"{ufunc.__name__}.at")
    _require_traced(target, f"{ufunc.__name__}.at", index, value)
    require_writable(target)
    value = plain(value)
    sum_dtype = ufunc.resolve_dtypes((target.dtype, type_of_value(value).dtype, None))[2]
    if sum_dtype.kind in "iu" and target.dtype.kind in "iu":
        sum_dtype = target.dtype  # here NumPy lets integers wrap around
    require_same_kind(ufunc.__name__, sum_dtype, target.dtype)
    if ufunc is np.subtract:  # converted first: an unsigned number has no negative
        value = -cast(as_array(value), sum_dtype)
    setitem(target, index, value, "scatter_add")


def _store_ufunc(target: Traced, result: Any, name: str) -> Traced:
    """``out=`` of a ufunc: the result broadcasts to it."""
    if result.shape != target.shape and target.shape == np.broadcast_shapes(
        result.shape, target.shape
    ):
        result = target.owner.namespace["broadcast_to"](result, target.shape)
    return store(target, result, name)


def _require_traced(target: Any, name: str, *operands: Any) -> None:
    """Raise unless ``out=`` is a traced array, which can hold a derivative."""
    if target is None or (target.__class__ is Traced and target.is_array):
        return
    x = first_traced(operands)
    if x is None or target.__class__ is Traced:
        raise TypeError("return arrays must be of ArrayType")
    primitive = CATALOGUE.get(name)
    symbol = primitive.symbol if primitive is not None else ""
    plain = f", or y = y {symbol} x for y {symbol}= x" if symbol else ""
    raise x.detached(
        f"np.{name}(…, out=) into a plain array", f"write y = np.{name}(…) without out={plain}"
    )


def _is_default(key: str, value: Any) -> bool:
    if value is np._NoValue or (value is None and key != "axis"):
        return True
    return key in _DEFAULTS and value.__class__ in (str, bool) and value == _DEFAULTS[key]
