"""How a NumPy function becomes one of this namespace.

Each function here has the name and the signature of NumPy's. Called with plain values it *is*
NumPy's; called with a traced value it runs the implementation that stands below its decorator. An
implementation names only the options that it takes: ``out=`` is done here, for all of them, and any
other option is an error that names it. Type checkers see NumPy's own signature.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast

import numpy as np
import optree

from clearprop.primitives import CATALOGUE, Elementwise
from clearprop.tracing import (
    ATTRIBUTES,
    CURRENT,
    Traced,
    apply,
    bottom,
    elementwise,
    holds_traced,
    is_usual,
    new_array,
    owned,
    strengthened,
    unsupported,
    with_out,
)

Original = TypeVar("Original", bound=Callable[..., Any])

BY_UFUNC: Final[Mapping[np.ufunc, Elementwise]] = MappingProxyType(
    {
        primitive.ufunc: primitive
        for primitive in CATALOGUE.values()
        if isinstance(primitive, Elementwise) and primitive.ufunc is not None
    }
)
"""The elementwise primitives that are ufuncs of NumPy."""


def follows(
    original: Original, *, ordered: bool = False
) -> Callable[[Callable[..., Any]], Original]:
    """Let plain values go to NumPy's own function, and traced ones to the decorated one.

    Args:
        original: NumPy's function.
        ordered: Whether NumPy is asked how its results lie in memory, where operands are not in C
            order: what the decorated function computes lies as its last step happens to leave it.
    """

    def decorate(function: Callable[..., Any]) -> Original:
        function = _laid_out_as(original, function) if ordered else function
        return _public(original, function, holds_traced)

    return decorate


def _laid_out_as(original: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def ordered(*args: Any, **kwargs: Any) -> Any:
        found = function(*args, **kwargs)
        arguments: Any = (args, kwargs)
        leaves, structure = optree.tree_flatten(arguments, none_is_leaf=True)
        given = [bottom(leaf) for leaf in leaves]
        if all(map(is_usual, given)):
            return optree.tree_map(_laid_out_like, found)
        plain_args, plain_kwargs = optree.tree_unflatten(structure, given)
        with np.errstate(all="ignore"):
            theirs = original(*plain_args, **plain_kwargs)
        return optree.tree_map(_laid_out_like, found, theirs)

    return ordered


def _laid_out_like(value: Any, like: Any = None) -> Any:
    """A traced value with the memory layout of an array, or in C order."""
    if value.__class__ is not Traced or value.ndim < 2:
        return value
    return owned(value, like if like is None else np.empty_like(like, value.dtype))


def creates(original: Original) -> Callable[[Callable[..., Any]], Original]:
    """As :func:`follows`, for functions that make arrays: in a trace they make traced ones."""

    def needed(values: Any) -> bool:
        return CURRENT.get() is not None or holds_traced(values)

    def decorate(function: Callable[..., Any]) -> Original:
        return _public(original, function, needed)

    return decorate


def of_ufunc(original: Original) -> Original:
    """The public function of an elementwise primitive that is a NumPy ufunc."""
    ufunc = cast(np.ufunc, original)
    primitive, count = BY_UFUNC[ufunc], ufunc.nin

    def public(*operands: Any, **kwargs: Any) -> Any:
        if kwargs or len(operands) != count or not holds_traced(operands):
            return original(*operands, **kwargs)  # options go through NumPy's protocol
        return strengthened(elementwise(primitive, *operands))

    public.__name__ = public.__qualname__ = ufunc.__name__
    public.__doc__ = f"{ufunc.__name__}: as ``numpy.{ufunc.__name__}``, with derivatives."
    return cast(Original, _like_ufunc(public, ufunc))


def choice(mask: Any, a: Any, b: Any) -> Any:
    """``where(mask, a, b)`` with promotion and broadcasting; a scalar if all are."""
    return elementwise(_WHERE, mask, a, b)


def as_0d(result: Any) -> Any:
    """The result as an array, also where it is 0-d: of functions that never return scalars."""
    if result.__class__ is not Traced:
        return np.asarray(result)
    return result if result.is_array else owned(strengthened(result))


def uniform(number: Any, shape: tuple[int, ...]) -> Any:
    """A new array with that number, a NumPy scalar or a traced one, everywhere."""
    result = apply("broadcast", number, shape=shape)
    return owned(result) if result.__class__ is Traced else new_array(result.copy())


_WHERE: Final = cast(Elementwise, CATALOGUE["where"])


def _public(
    original: Original, function: Callable[..., Any], needed: Callable[[Any], bool]
) -> Original:
    code = inspect.unwrap(function).__code__
    count = code.co_argcount if not code.co_flags & inspect.CO_VARARGS else 1_000
    names = frozenset(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])

    def traced(*args: Any, **kwargs: Any) -> Any:
        kwargs = {key: value for key, value in kwargs.items() if value is not np._NoValue}
        if len(args) <= count and kwargs.keys() <= names:
            return function(*args, **kwargs)
        return _with_options(original, function, names, args, kwargs)

    @functools.wraps(function)
    def public(*args: Any, **kwargs: Any) -> Any:
        if needed(args) or (kwargs and needed(kwargs.values())):
            result = traced(*args, **kwargs)
            return result if original.__name__ in ATTRIBUTES else strengthened(result)
        return original(*args, **kwargs)

    public.traced = traced  # type: ignore[attr-defined]
    if isinstance(original, np.ufunc):
        _like_ufunc(public, original)
    return cast(Original, public)


def _like_ufunc(public: Callable[..., Any], ufunc: np.ufunc) -> Callable[..., Any]:
    """With the methods and attributes of the ufunc, which go through NumPy's protocol."""
    for name in ("accumulate", "at", "nargs", "nin", "nout", "outer", "reduce", "reduceat"):
        setattr(public, name, getattr(ufunc, name))
    return public


def _with_options(
    original: Callable[..., Any],
    function: Callable[..., Any],
    names: frozenset[str],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """A call with more than the implementation takes: ``out=``, defaults, or an error."""
    if isinstance(original, np.ufunc):
        return original(*args, **kwargs)
    signature = _signature(original)
    if signature is not None:
        args, kwargs = _sorted_out(signature, names, args, kwargs)
    for name in kwargs.keys() - names - {"out"}:
        raise unsupported(original.__name__, f"{name}=")
    return with_out(original.__name__, function, args, kwargs)


def _sorted_out(
    signature: inspect.Signature,
    names: frozenset[str],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments by NumPy's signature, those left out that say what is the default anyway."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for name, value in signature.bind(*args, **kwargs).arguments.items():
        parameter = signature.parameters[name]
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional.extend(value)
        elif parameter.kind is parameter.VAR_KEYWORD:
            named.update(value)
        elif parameter.kind is parameter.POSITIONAL_ONLY:
            positional.append(value)
        elif name in names or not _says_nothing(value, parameter.default):
            named[name] = value
    return tuple(positional), named


def _says_nothing(value: Any, default: Any) -> bool:
    if value is None or value is np._NoValue or value is default:
        return True
    return value.__class__ in (bool, int, float, str) and bool(value == default)


@functools.cache
def _signature(original: Callable[..., Any]) -> inspect.Signature | None:
    try:
        return inspect.signature(original)
    except ValueError:  # functions in C, in older versions of NumPy
        return None
