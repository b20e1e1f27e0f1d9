"""What a user's function returns, as solvers want it: one vector of float64, or one number."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import optree

from clearprop.errors import ArgumentError, DtypeError, ShapeError, UnsupportedError
from clearprop.numpy.namespace import NAMESPACE
from clearprop.tracing import Traced


def as_vector(f: Callable[..., Any], where: str = "") -> Callable[..., Any]:
    """The function with its result as one vector of float64, leaf after leaf.

    Raises:
        ArgumentError: There is no number in the result.
        DtypeError: There is something in it that is no real number.

    >>> as_vector(lambda x: {"a": x, "b": [[3, 4]]})(2.0)
    array([2., 3., 4.])
    """

    @functools.wraps(f)
    def vector(*args: Any, **kwargs: Any) -> Any:
        result = f(*args, **kwargs)
        parts = [_flat(leaf, where) for leaf in optree.tree_leaves(result)]
        if not parts:
            raise ArgumentError(
                f"the function returns {result!r}, in which there is no number", where=where
            )
        return parts[0] if len(parts) == 1 else NAMESPACE["concatenate"](parts)

    return vector


def as_number(f: Callable[..., Any], where: str = "") -> Callable[..., Any]:
    """The function with its result as one number; an array of one element is taken for it.

    Raises:
        ArgumentError: There is no number in the result.
        ShapeError: The result has another number of elements.
        DtypeError: It is no real number, or an integer or truth value found from the argument.

    >>> as_number(lambda x: x**2)(np.array([3.0]))
    np.float64(9.0)
    """

    @functools.wraps(f)
    def number(*args: Any, **kwargs: Any) -> Any:
        result = f(*args, **kwargs)
        if result.__class__ is Traced and result.dtype.kind in "biu":
            raise _no_slope(result, where)
        if result.__class__ is Traced and not result.shape and result.dtype == np.float64:
            return result
        vector = as_vector(lambda: result, where)()
        if vector.shape != (1,):
            raise ShapeError(
                f"the function must return one number; this one returns {vector.size}",
                where=where,
                remedy="Sum them up; residuals to be squared and summed go to least_squares.",
            )
        return vector[0]

    return number


def first_of(f: Callable[..., Any]) -> Callable[..., Any]:
    """The first of the results of a function that returns several: the value, before its slopes."""

    @functools.wraps(f)
    def first(*args: Any, **kwargs: Any) -> Any:
        return f(*args, **kwargs)[0]

    return first


def inside_a_derivative(what: str, where: str) -> UnsupportedError:
    """The error for a solver that is called while a derivative is being taken."""
    return UnsupportedError(
        f"{what} depends on a value that is being differentiated outside this call",
        where=where,
        why="Derivatives are not carried through SciPy's solvers.",
        remedy="Take the value out with cp.stop_gradient(x).value first.",
    )


def _no_slope(result: Traced, where: str) -> DtypeError:
    return DtypeError(
        f"the function returns {result.type}, which has no derivative",
        where=where,
        why="It changes in jumps, so its slope is 0 wherever there is one.",
        remedy="Return a float, or use a method without derivatives: Nelder-Mead, brentq, …",
    )


def _flat(leaf: Any, where: str) -> Any:
    """One leaf of a result as a vector of float64."""
    array = leaf if leaf.__class__ is Traced else np.asarray(leaf)
    if array.dtype.kind not in "biuf":
        raise DtypeError(
            f"the function returns a value of type {array.dtype}",
            where=where,
            why="Only real numbers have the derivatives that are taken here.",
        )
    flat = array if array.ndim == 1 else array.reshape(-1)
    return flat if flat.dtype == np.float64 else flat.astype(np.float64)
