"""Elements in order, places in an order, and quantiles.

The derivative follows the elements to their places; equal ones share theirs equally.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any, Final

import numpy as np

from clearprop.numpy.public import choice, follows
from clearprop.numpy.reductions import axis_tuple, single_axis
from clearprop.numpy.shapes import ravel
from clearprop.numpy.statistics import mean
from clearprop.primitives.axes import keep_ones
from clearprop.tracing import (
    apply,
    apply_several,
    as_array,
    bottom,
    cast,
    plain,
    type_of_value,
    unsupported,
)

__all__ = ["argsort", "median", "percentile", "quantile", "searchsorted", "sort"]


@follows(np.sort, ordered=True)
def sort(a: Any, axis: Any = -1, kind: Any = None, *, stable: Any = None) -> Any:
    """The elements in ascending order along one axis, or all of them in a vector."""
    _kind_of_sort(kind, stable)
    a, axis = _along(a, axis)
    return apply_several("sort", a, axis=single_axis(axis, a.ndim))[0]


@follows(np.argsort)
def argsort(a: Any, axis: Any = -1, kind: Any = None, *, stable: Any = None) -> Any:
    """The positions that sort along one axis; integers, which have no derivative."""
    kind = _kind_of_sort(kind, stable)
    a, axis = _along(a, axis)
    if not a.ndim:
        a, axis = apply("reshape", a, shape=(1,)), single_axis(axis, 1)
    return apply("argsort", a, axis=single_axis(axis, a.ndim), kind=kind)


@follows(np.searchsorted)
def searchsorted(a: Any, v: Any, side: Any = "left", sorter: Any = None) -> Any:
    """Where numbers belong in a sorted vector; integers, which have no derivative."""
    if side not in ("left", "right"):
        raise ValueError(f"search side must be 'left' or 'right' (got {side!r})")
    a = as_array(a)
    if a.ndim != 1:
        raise ValueError("object too deep for desired array")
    v = as_array(v)
    dtype = np.result_type(a.dtype, v.dtype)
    a = a if sorter is None else a[sorter]
    flat = apply("reshape", cast(v, dtype), shape=(v.size,))
    found = apply("searchsorted", cast(a, dtype), flat, right=side == "right")
    return apply("reshape", found, shape=v.shape)


@follows(np.median, ordered=True)
def median(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The middle element over axes, or the mean of the middle two; NaN if there is any NaN."""
    a = as_array(a)
    values = _sorted_first(a, axis)
    half, odd = divmod(values.shape[0], 2)
    middle = mean(values[half - (not odd and half > 0) : half + 1], 0)
    return _shaped(_unless_nan(values, middle), a, axis, keepdims)


@follows(np.quantile, ordered=True)
def quantile(
    a: Any, q: Any, axis: Any = None, *, method: Any = "linear", keepdims: Any = False
) -> Any:
    """The numbers under which the parts q of the elements lie; q has a derivative, too."""
    return _quantile(a, q, 1, axis, method, keepdims)


@follows(np.percentile, ordered=True)
def percentile(
    a: Any, q: Any, axis: Any = None, *, method: Any = "linear", keepdims: Any = False
) -> Any:
    """As :func:`quantile`, with q from 0 to 100."""
    return _quantile(a, q, 100, axis, method, keepdims)


# What sorting shares -----------------------------------------------------------------------------


def _kind_of_sort(kind: Any, stable: Any) -> str:
    if kind is not None and stable is not None:
        raise ValueError("`kind` and keyword parameters can't be provided at the same time.")
    if stable or kind == "mergesort":
        return "stable"
    if kind not in (None, "quicksort", "heapsort", "stable"):
        raise ValueError(f"sort kind must be one of 'quick', 'heap', or 'stable' (got {kind!r})")
    return kind or "quicksort"


def _along(a: Any, axis: Any) -> tuple[Any, Any]:
    """The array and the axis; the flattened array if there is none."""
    return (ravel(a), 0) if axis is None else (as_array(a), axis)


# What quantiles share ----------------------------------------------------------------------------


def _place_in(n: int, q: Any, alpha: float, beta: float) -> Any:
    """Where in n sorted numbers a quantile lies.

    Source: R. J. Hyndman and Y. Fan, *Sample quantiles in statistical packages*, The American
    Statistician 50 (1996).
    """
    return n * q + (alpha + q * (1 - alpha - beta)) - 1


_PLACES: Final[dict[str, Callable[[int, Any], Any]]] = {
    "averaged_inverted_cdf": lambda n, q: n * q - 1,
    "hazen": lambda n, q: _place_in(n, q, 0.5, 0.5),
    "interpolated_inverted_cdf": lambda n, q: _place_in(n, q, 0, 1),
    "linear": lambda n, q: (n - 1) * q,
    "median_unbiased": lambda n, q: _place_in(n, q, 1 / 3.0, 1 / 3.0),
    "midpoint": lambda n, q: 0.5 * (np.floor((n - 1) * q) + np.ceil((n - 1) * q)),
    "normal_unbiased": lambda n, q: _place_in(n, q, 3 / 8.0, 3 / 8.0),
    "weibull": lambda n, q: _place_in(n, q, 0, 0),
}
"""The methods that look between two elements."""

_CHOICES: Final[dict[str, Callable[[int, Any], Any]]] = {
    "higher": lambda n, q: np.ceil((n - 1) * q),
    "inverted_cdf": lambda n, q: np.maximum(np.ceil(n * q - 1), 0),
    "lower": lambda n, q: np.floor((n - 1) * q),
    "nearest": lambda n, q: np.around((n - 1) * q),
}
"""The methods that take an element."""


def _quantile(a: Any, q: Any, whole: int, axis: Any, method: Any, keepdims: Any) -> Any:
    """The elements at the places of the method, or between two of them in proportion."""
    a, is_number, q = as_array(a), type_of_value(plain(q)).weak, as_array(q)
    if not np.all((bottom(q) >= 0) & (bottom(q) <= whole)):
        name = "Quantiles" if whole == 1 else "Percentiles"
        raise ValueError(f"{name} must be in the range [0, {whole}]")
    if method not in _PLACES.keys() | _CHOICES.keys():
        raise unsupported("quantile", f"method={method!r}")
    part = q if whole == 1 else q / whole
    values = _sorted_first(a, axis)
    if method in _CHOICES:
        found = _at(values, _CHOICES[method](values.shape[0], part))
    else:
        place = _PLACES[method](values.shape[0], part)
        found = _between(values, place, _share(place, method), is_number)
    return _shaped(_unless_nan(values, found), a, axis, keepdims, q.shape)


def _share(place: Any, method: str) -> Any:
    """How far from the element before to the one behind a place lies."""
    share = place - np.floor(place)
    if method == "midpoint":
        return choice(np.equal(share, 0), 0.0, 0.5)
    if method == "averaged_inverted_cdf":
        return choice(np.equal(share, 0), 0.5, 1.0)
    return share


def _between(values: Any, place: Any, share: Any, is_number: bool) -> Any:
    """From one element towards the next, reckoned from the nearer of the two."""
    before, behind = (_at(values, np.floor(place) + i) for i in (0, 1))
    if is_number and values.dtype.kind == "f":  # one that gives way to the elements' dtype
        share = cast(as_array(share), values.dtype)
    share = apply("reshape", as_array(share), shape=(*np.shape(place), *[1] * (values.ndim - 1)))
    step = behind - before
    near = np.greater_equal(share, 0.5)
    return choice(near, behind - step * (1 - share), before + step * share)


def _at(values: Any, places: Any) -> Any:
    """The elements at whole places along the first axis; the ends stand for what lies beyond."""
    return values[cast(as_array(np.clip(places, 0, values.shape[0] - 1)), np.int64)]


def _sorted_first(a: Any, axis: Any) -> Any:
    """The elements over axes as one sorted axis, the first; the other axes behind it."""
    axes = axis_tuple(axis, a.ndim)
    others = tuple(i for i in range(a.ndim) if i not in axes)
    shape = (prod(a.shape[i] for i in axes), *[a.shape[i] for i in others])
    rows = apply("reshape", apply("transpose", a, axes=(*axes, *others)), shape=shape)
    return apply_several("sort", rows, axis=0)[0]


def _unless_nan(values: Any, found: Any) -> Any:
    """What was found, but NaN where the sorted elements end with one."""
    if values.dtype.kind != "f" or not values.shape[0]:
        return found
    return choice(np.isnan(values[-1]), values[-1], found)


def _shaped(found: Any, a: Any, axis: Any, keepdims: Any, lead: tuple[int, ...] = ()) -> Any:
    if not keepdims:
        return found
    return apply("reshape", found, shape=(*lead, *keep_ones(a.shape, axis_tuple(axis, a.ndim))))
