"""``implicit``: derivatives of a solution by its equation, and not by how it was found."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import optree

from clearprop.api.custom import custom_derivative
from clearprop.api.derivatives import jvp
from clearprop.api.jacobians import jacobian
from clearprop.errors import ShapeError
from clearprop.numpy import linalg
from clearprop.numpy.namespace import NAMESPACE
from clearprop.tracing import Traced, require_callable, user_line

R = TypeVar("R")


def implicit(solver: Callable[..., R], residual: Callable[..., Any]) -> Callable[..., R]:
    """A solver whose solution is differentiated through the equation that it solves.

    Where ``residual(y, *args) = 0`` defines y as a function of the arguments, its derivative is
    that of the implicit function theorem: with F for the residual, ∂F/∂y dy = −∂F/∂args dargs. How
    the solver found y does not matter: neither the number of steps nor their derivatives, and the
    memory is that of one step. Source: B. Christianson, *Reverse accumulation and implicit
    functions*, Optimization Methods and Software 9 (1998).

    Args:
        solver: ``solver(*args)`` returns y: a number, an array, or a nested container of them; any
            Python and NumPy code.
        residual: ``residual(y, *args)`` is 0 at the solution; of y's structure and shapes.

    Returns:
        A function with the solver's signature and values, with derivatives in both modes and of
        any order.

    Raises:
        ShapeError: If the residual has another number of elements than y.
        numpy.linalg.LinAlgError: If ∂F/∂y is singular, so that y is no function of the arguments.

    >>> import clearprop as cp
    >>> def newton(a):
    ...     y = a
    ...     while abs(y * y - a) > 1e-12:
    ...         y = 0.5 * (y + a / y)
    ...     return y
    >>> root = implicit(newton, lambda y, a: y * y - a)
    >>> [round(f(4.0), 9) for f in (root, cp.grad(root), cp.grad(cp.grad(root)))]
    [2.0, 0.25, -0.03125]
    """
    require_callable(residual, "implicit")
    solution: custom_derivative[Any] = custom_derivative(solver)

    def rule(primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Any, Any]:
        y = solution(*primals)
        flat, restore = _flattened(y)

        def at(vector: Any) -> Any:
            return _flattened(residual(restore(vector), *primals))[0]

        moving, rebuild = _moving(primals, tangents)

        def along(*values: Any) -> Any:
            return _flattened(residual(y, *rebuild(values)))[0]

        _, drift = jvp(along, *(tuple(side) for side in zip(*moving, strict=True)))
        matrix = jacobian(at)(flat)
        if drift.shape != flat.shape:
            raise ShapeError(
                f"the residual has {drift.shape[0]} elements, the solution {flat.shape[0]}",
                where=user_line(),
                remedy="Return one number for each number of y, which is 0 at the solution.",
            )
        return y, restore(linalg.solve(matrix, -drift))

    solution.defjvp(rule)

    @functools.wraps(solver)
    def solved(*args: Any) -> Any:
        return solution(*args)

    return solved


def _flattened(value: Any) -> tuple[Any, Callable[[Any], Any]]:
    """All numbers of a nested value as one vector, and the way back."""
    leaves, structure = optree.tree_flatten(value)
    shapes = [np.shape(leaf) if leaf.__class__ is not Traced else leaf.shape for leaf in leaves]
    reshape, concatenate = NAMESPACE["reshape"], NAMESPACE["concatenate"]
    rows = [reshape(leaf, -1) if leaf.__class__ is Traced else np.ravel(leaf) for leaf in leaves]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes]).tolist()

    def restore(vector: Any) -> Any:
        starts = [0, *ends[:-1]]
        parts = [
            reshape(vector[start:end], shape)
            for start, end, shape in zip(starts, ends, shapes, strict=True)
        ]
        return optree.tree_unflatten(structure, parts)

    return concatenate(rows), restore


def _moving(
    primals: tuple[Any, ...], tangents: tuple[Any, ...]
) -> tuple[list[tuple[Any, Any]], Callable[[Sequence[Any]], tuple[Any, ...]]]:
    """The leaves that have tangents, with them; and the arguments with other values for those."""
    nested: Any = primals
    given: Any = tangents
    leaves, structure = optree.tree_flatten(nested, none_is_leaf=True)
    slopes: list[Any] = structure.flatten_up_to(given)
    pairs: list[tuple[Any, Any]] = list(zip(leaves, slopes, strict=True))
    moves = [slope is not None and slope is not leaf for leaf, slope in pairs]

    def rebuild(values: Sequence[Any]) -> tuple[Any, ...]:
        rest = iter(values)
        parts = [next(rest) if m else leaf for leaf, m in zip(leaves, moves, strict=True)]
        rebuilt: Any = optree.tree_unflatten(structure, parts)
        return tuple(rebuilt)

    return [pair for pair, m in zip(pairs, moves, strict=True) if m], rebuild
