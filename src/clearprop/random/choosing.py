"""Orders and choices: permutation, choice and categorical.

What is chosen has derivatives by the things chosen from, none by the probabilities.
"""

from __future__ import annotations

import math
import operator
from typing import Any, Final

import numpy as np

from clearprop.errors import ArgumentError, ShapeError
from clearprop.random.arguments import (
    ShapeLike,
    as_key,
    as_shape,
    common_shape,
    known,
    numbers,
    refuse,
)
from clearprop.random.integers import randint
from clearprop.random.location_scale import gumbel
from clearprop.random.uniforms import bits, unit
from clearprop.tracing import Traced, apply, as_array, lift, user_line

_DOUBLE: Final = np.dtype(np.float64)


def permutation(key: Any, x: Any, axis: int = 0, independent: bool = False) -> Any:
    """The elements of x along an axis in a random order.

    Each gets 64 random bits, and they are sorted by those.

    Args:
        key: A key, uint32[2].
        x: An array, or a whole number n for the numbers 0 … n − 1.
        axis: The axis along which they change places.
        independent: Whether each line along the axis has an order of its own; else whole slices
            change places.

    Returns:
        A new array, as x.

    Raises:
        ArgumentError: If ``key`` is no key, or ``x`` or ``axis`` does not fit.

    >>> import clearprop as cp
    >>> cp.random.permutation(cp.random.key(0), 6)
    array([1, 5, 2, 0, 4, 3])
    """
    x = _collection(x, "x")
    axis = _axis(axis, x)
    shape = x.shape if independent else x.shape[axis : axis + 1]
    drawn = bits(as_key(key), shape, np.uint64)
    if independent:
        order = np.moveaxis(_ascending(np.moveaxis(drawn, axis, -1)), -1, axis)
        return np.take_along_axis(x, order, axis)
    return _taken(x, _ascending(drawn), axis)


def choice(
    key: Any,
    a: Any,
    shape: ShapeLike = (),
    replace: bool = True,
    p: Any = None,
    axis: int = 0,
) -> Any:
    """Elements of a, chosen at random.

    Args:
        key: A key, uint32[2].
        a: An array, or a whole number n for the numbers 0 … n − 1.
        shape: How many are chosen, as a shape.
        replace: Whether an element may be chosen again.
        p: The probability of each element, of shape (n,) and sum 1; None if all are equal. Without
            replacement the elements are taken one after the other, those that are left with
            probabilities in proportion to theirs (E. Efraimidis and P. Spirakis, *Weighted random
            sampling with a reservoir*, 2006).
        axis: The axis of ``a`` from which slices are chosen.

    Returns:
        An array in which ``shape`` stands in the place of that axis, with derivatives by ``a``.

    Raises:
        ArgumentError: If ``key`` is no key, ``shape`` no shape, ``p`` holds no probabilities, or
            there are too few elements.
        DtypeError, ShapeError: If ``p`` does not fit.

    >>> import clearprop as cp, numpy as np
    >>> cp.random.choice(cp.random.key(0), np.array([2.0, 3.0, 5.0]), 4)
    array([3., 2., 3., 5.])
    >>> cp.random.choice(cp.random.key(0), 5, 3, replace=False, p=[0.1, 0.4, 0.4, 0.1, 0.0])
    array([2, 1, 3])
    """
    a, size = _collection(a, "a"), as_shape(shape)
    axis, count = _axis(axis, a), math.prod(size)
    n = a.shape[axis]
    _require_enough(n, count, replace)
    if p is not None:
        p = _probabilities(p, n, count, replace)
    if count == 0:
        places: Any = np.zeros(size, np.int64)
    elif replace:
        places = randint(key, size, 0, n) if p is None else _by_probability(key, p, size)
    elif p is None:
        places = _ascending(bits(as_key(key), n, np.uint64))[:count]
    else:
        places = _ascending(-gumbel(key, n, loc=_logarithm(p)))[:count]
    return _taken(a, np.reshape(places, size), axis)


def categorical(key: Any, logits: Any, axis: int = -1, shape: ShapeLike | None = None) -> Any:
    """Numbers of classes, each with a probability in proportion to e to its logit.

    The class is where logit plus a Gumbel number is largest; there is no path to the logits.
    Source: C. J. Maddison, D. Tarlow and T. Minka, *A-star sampling*, NeurIPS 2014, section 2.

    Args:
        key: A key, uint32[2].
        logits: An array with the classes along one axis; −∞ is never chosen.
        axis: That axis.
        shape: Of the result; None for that of the logits without the axis, to which it must
            broadcast.

    Returns:
        Integers (int64) of that shape; a scalar for the shape ().

    Raises:
        ArgumentError: If ``key`` is no key, ``shape`` no shape, or there is no class.
        DtypeError, ShapeError: If the logits are no numbers, or shapes do not fit.

    >>> import clearprop as cp, numpy as np
    >>> cp.random.categorical(cp.random.key(1), np.log([0.1, 0.6, 0.3]), shape=5)
    array([1, 0, 2, 1, 1])
    """
    logits = numbers(logits, "logits", _DOUBLE)
    axis = _axis(axis, logits, "logits")
    moved = np.moveaxis(logits, axis, -1)
    if not moved.shape[-1]:
        raise ArgumentError(f"logits has shape {logits.shape}: no classes", where=user_line())
    size = common_shape(shape, logits=np.empty(moved.shape[:-1]))
    return np.argmax(moved + gumbel(key, (*size, moved.shape[-1])), axis=-1)


# What they share ---------------------------------------------------------------------------------


def _collection(a: Any, name: str) -> Any:
    """An array of things to choose from; a whole number stands for as many numbers."""
    a = as_array(a)
    if a.ndim:
        return a
    try:
        return np.arange(as_shape(operator.index(a), name)[0])
    except TypeError:
        raise ArgumentError(
            f"{name} is {a}, neither an array nor a whole number", where=user_line()
        ) from None


def _axis(axis: int, a: Any, name: str = "the array") -> int:
    try:
        return range(a.ndim)[axis]
    except IndexError:
        raise ArgumentError(f"axis is {axis}, and {name} has {a.ndim}", where=user_line()) from None


def _require_enough(n: int, count: int, replace: bool) -> None:
    if count > n and (not replace or n == 0):
        raise ArgumentError(
            f"{count} elements are to be chosen, and a has {n}",
            where=user_line(),
            remedy="" if replace else "With replace=True an element may be chosen again.",
        )


def _probabilities(p: Any, n: int, count: int, replace: bool) -> Any:
    p = numbers(p, "p", _DOUBLE)
    if p.shape != (n,):
        raise ShapeError(f"p has shape {p.shape}, and there are {n} elements", where=user_line())
    refuse("p", "at least 0", lambda x: x < 0, p)
    concrete = known(p)
    if concrete is None:
        return p
    if not abs(concrete.sum() - 1) <= 1e-6:  # nor NaN
        raise ArgumentError(
            f"p sums to {concrete.sum()}", where=user_line(), remedy="Write p / p.sum()."
        )
    if not replace and np.count_nonzero(concrete) < count:
        raise ArgumentError(
            f"{count} elements are to be chosen, and fewer have a probability above 0",
            where=user_line(),
        )
    return p


def _logarithm(p: Any) -> Any:
    return np.where(p > 0, np.log(np.where(p > 0, p, 1.0)), -np.inf)


def _by_probability(key: Any, p: Any, size: tuple[int, ...]) -> Any:
    """The places at which uniform numbers fall into the running sum of the probabilities."""
    reached = np.cumsum(p)
    drawn = unit(as_key(key), (math.prod(size),), _DOUBLE) * reached[-1]
    return apply("searchsorted", reached, drawn, right=True)


def _ascending(values: Any) -> Any:
    """The places of the elements along the last axis from the smallest to the largest."""
    return apply("argsort", values, axis=values.ndim - 1, kind="stable")


def _taken(a: Any, places: Any, axis: int) -> Any:
    """``np.take``, which by itself does not see that the places are traced."""
    if places.__class__ is Traced and a.__class__ is not Traced:
        a = lift(places.owner, a)
    return np.take(a, places, axis)
