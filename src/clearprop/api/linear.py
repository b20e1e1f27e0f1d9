"""``hvp`` and ``linearize``: Hessians times directions, and a derivative as a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from clearprop.api.derivatives import grad, jvp, pushed
from clearprop.errors import ArgumentError
from clearprop.tracing import require_callable, user_line

R = TypeVar("R")


def hvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The Hessian of ``f`` times a direction, at the cost of a few gradients.

    Forward mode over reverse mode; the Hessian itself is never built. Source: B. Pearlmutter, *Fast
    exact multiplication by the Hessian*, Neural Computation 6 (1994).

    Args:
        f: A function that returns one real number.
        primals: Its arguments, as a tuple or list.
        tangents: The direction: one tangent per argument, of its structure and shapes.

    Returns:
        The product, of the structure of the argument; a tuple of such if there are several
        arguments.

    Raises:
        ShapeError: If f returns an array, or a tangent does not fit its argument.
        DtypeError: If an argument or the result is not real floating point.

    >>> import numpy as np
    >>> hvp(lambda x: np.sum(x**3), (np.array([1.0, 2.0]),), (np.array([1.0, 0.0]),))
    array([6., 0.])
    """
    require_callable(f, "hvp")
    if not isinstance(primals, (tuple, list)):
        raise ArgumentError(
            f"hvp wants primals as a tuple, not {type(primals).__name__}",
            where=user_line(),
            remedy="Write hvp(f, (x,), (dx,)), one entry per argument of f.",
        )
    argnums = 0 if len(primals) == 1 else tuple(range(len(primals)))
    return jvp(grad(f, argnums), primals, tangents)[1]


def linearize(f: Callable[..., R], *primals: Any) -> tuple[R, Callable[..., R]]:
    """The value of ``f`` at a point, and its derivative there as a function of the direction.

    What the derivative needs of the values is computed once, however many directions follow.

    Args:
        f: A function of numbers and arrays, or containers of them.
        primals: The point.

    Returns:
        ``(value, push)``; ``push(*tangents)`` takes one tangent per argument and returns the
        tangent of the value, of its structure.

    Raises:
        ArgumentError: If push is given another number of tangents.

    >>> value, push = linearize(lambda x, y: x * y, 2.0, 5.0)
    >>> value, push(1.0, 0.0), push(0.0, 1.0)
    (10.0, 5.0, 2.0)
    """
    require_callable(f, "linearize")
    return pushed(f, primals)
