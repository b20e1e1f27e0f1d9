"""Whether a call fits a type rule's signature, by count, by name and by the kinds it annotates.

A rule such as ``result(x: Type, axes: Axes)`` says in its annotations what it takes. That is
checked here once for all rules, because a graph read from text may hold anything.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from types import GenericAlias
from typing import Any, get_args, get_origin

from clearprop.errors import ArgumentError


def check_call(
    name: str, rule: Callable[..., Any], types: Sequence[Any], params: Mapping[str, Any]
) -> None:
    """Raise if these operands' types and parameters are no call of the rule.

    Raises:
        ArgumentError: Naming the primitive and what is missing, unknown or of the wrong kind.

    >>> def result(x: int, axes: tuple[int, ...]) -> int: ...
    >>> check_call("sum", result, [1], {"axes": (0, 1)})
    >>> check_call("sum", result, [1], {"axes": 0})
    Traceback (most recent call last):
    clearprop.errors.ArgumentError: sum: axes=0 is no tuple[int, ...].
    """
    signature = _signature(rule)
    try:
        bound = signature.bind(*types, **params)
    except TypeError as error:
        raise ArgumentError(f"{name}: {error}") from None
    for key, value in bound.arguments.items():
        parameter = signature.parameters[key]
        kind: Any = parameter.annotation
        if kind is parameter.empty:
            continue
        if parameter.kind is parameter.VAR_POSITIONAL:
            kind = GenericAlias(tuple, (kind, ...))
        if not _is_a(value, kind):
            words = kind.__name__ if isinstance(kind, type) and not get_args(kind) else kind
            raise ArgumentError(f"{name}: {key}={value!r} is no {words}")


@functools.cache
def _signature(rule: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(rule, eval_str=True)


def _is_a(value: Any, kind: Any) -> bool:
    """``isinstance``, looking into tuples, and with ``bool`` and ``int`` kept apart."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        if inner[-1] is ...:
            return all(_is_a(item, inner[0]) for item in value)
        return len(value) == len(inner) and all(map(_is_a, value, inner))
    return isinstance(value, origin or kind) and (kind is bool) == isinstance(value, bool)
