"""How a NumPy function becomes one of this namespace.

Each function here has the name and the signature of NumPy's. Called with plain values it *is*
NumPy's; called with a traced value it runs the implementation that stands below its decorator.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from clearprop.primitives import Elementwise
from clearprop.tracing import Traced, elementwise, strengthened

Function = TypeVar("Function", bound=Callable[..., Any])


def follows(original: Callable[..., Any]) -> Callable[[Function], Function]:
    """Let plain values go to NumPy's own function, and traced ones to the decorated one."""

    def decorate(function: Function) -> Function:
        @functools.wraps(function)
        def public(*args: Any, **kwargs: Any) -> Any:
            if any_traced(args) or (kwargs and any_traced(kwargs.values())):
                return function(*args, **kwargs)
            return original(*args, **kwargs)

        public.traced = function  # type: ignore[attr-defined]
        return public  # type: ignore[return-value]

    return decorate


def any_traced(values: Any) -> bool:
    """Whether a traced value is among them, lists and tuples looked through."""
    for value in values:
        kind = value.__class__
        if kind is Traced or (kind in (list, tuple) and any_traced(value)):
            return True
    return False


def ufunc_of(primitive: Elementwise) -> Callable[..., Any]:
    """The public function of an elementwise primitive that is a NumPy ufunc."""
    original = primitive.ufunc
    assert original is not None

    def public(*operands: Any, **kwargs: Any) -> Any:
        if kwargs or not any_traced(operands):
            return original(*operands, **kwargs)  # options go through NumPy's protocol
        return strengthened(elementwise(primitive, *operands))

    public.__name__ = public.__qualname__ = primitive.name
    public.__doc__ = f"{primitive.name}: as ``numpy.{original.__name__}``, differentiable."
    return public


def axis_tuple(axis: Any, ndim: int) -> tuple[int, ...]:
    """NumPy's ``axis`` argument as sorted, non-negative axes.

    Raises:
        numpy.exceptions.AxisError: As NumPy does.
    """
    if axis is None:
        return tuple(range(ndim))
    return tuple(sorted(np.lib.array_utils.normalize_axis_tuple(axis, ndim)))
