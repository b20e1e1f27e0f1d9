"""The namespace handed to every trace: what operators, methods and NumPy's protocols call."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from types import MappingProxyType, ModuleType
from typing import Any, Final

from clearprop import tracing
from clearprop.numpy import (
    choosing,
    comparing,
    complexes,
    creation,
    cumulative,
    einstein,
    fft,
    fitting,
    grids,
    joining,
    kinds,
    linalg,
    methods,
    moving,
    numerics,
    positions,
    products,
    reductions,
    shapes,
    sorting,
    statistics,
    writing,
)
from clearprop.numpy.public import BY_UFUNC

MODULES: Final[tuple[ModuleType, ...]] = (
    choosing,
    comparing,
    complexes,
    creation,
    cumulative,
    einstein,
    fitting,
    grids,
    joining,
    kinds,
    moving,
    numerics,
    positions,
    products,
    reductions,
    shapes,
    sorting,
    statistics,
    writing,
)
"""The modules of functions that are composed of primitives."""

_MACHINERY: Final[dict[str, Callable[..., Any]]] = {
    "array_function": tracing.array_function,
    "array_ufunc": tracing.array_ufunc,
    "cummax": cumulative.cummax,
    "cummin": cumulative.cummin,
    "getitem": tracing.getitem,
    "guard_bool": tracing.guard_bool,
    "guard_index": tracing.guard_index,
    "guard_int": tracing.guard_int,
    "in_place": tracing.in_place,
    "refresh": tracing.refresh,
    "setitem": tracing.setitem,
}

_OPERATIONS: Final[dict[str, Callable[..., Any]]] = {
    ufunc.__name__: functools.partial(tracing.elementwise, primitive)
    for ufunc, primitive in BY_UFUNC.items()
}

_METHODS: Final[dict[str, Callable[..., Any]]] = {
    name: getattr(methods, name) for name in methods.__all__
}


def _functions(module: ModuleType, prefix: str = "") -> dict[str, Callable[..., Any]]:
    """The implementations behind a module's public functions, by NumPy's own names."""
    return {prefix + name: getattr(module, name).traced for name in module.__all__}


_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    name: function for module in MODULES for name, function in _functions(module).items()
}

NAMESPACE: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {
        **_MACHINERY,
        **_OPERATIONS,
        **_FUNCTIONS,
        **_functions(linalg, "linalg."),
        **_functions(fft, "fft."),
        **_METHODS,
        **{f"numpy.{name}": _FUNCTIONS[name] for name in _METHODS.keys() & _FUNCTIONS.keys()},
    }
)
"""NumPy functions by name on traced values, with the machinery behind indexing and guards."""
