"""The namespace handed to every trace: what operators, methods and NumPy's protocols call."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from clearprop import tracing
from clearprop.numpy import products, reductions, shapes
from clearprop.primitives import CATALOGUE, Elementwise

_MACHINERY: Final[dict[str, Callable[..., Any]]] = {
    "array_function": tracing.array_function,
    "array_ufunc": tracing.array_ufunc,
    "getitem": tracing.getitem,
    "guard_bool": tracing.guard_bool,
    "guard_index": tracing.guard_index,
    "guard_int": tracing.guard_int,
    "in_place": tracing.in_place,
    "refresh": tracing.refresh,
    "setitem": tracing.setitem,
}

_OPERATIONS: Final[dict[str, Callable[..., Any]]] = {
    primitive.ufunc.__name__: functools.partial(tracing.elementwise, primitive)
    for primitive in CATALOGUE.values()
    if isinstance(primitive, Elementwise) and primitive.ufunc is not None
}

_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    name: function.traced
    for module in (products, reductions, shapes)
    for name, function in vars(module).items()
    if hasattr(function, "traced")
}

NAMESPACE: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {**_MACHINERY, **_OPERATIONS, **_FUNCTIONS}
)
"""NumPy functions by name on traced values, with the machinery behind indexing and guards."""
