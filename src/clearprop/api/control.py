"""Branches and loops as operations: ``cond``, ``scan``, ``while_loop``, ``fori_loop``.

Python's own ``if``, ``for`` and ``while`` work too, and are unrolled into the graph. These here
stay one node, whose body is a graph of its own: traced once, whatever the number of trips.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import optree

from clearprop.api.bodies import Values, body_of, require_function, require_same, values_of
from clearprop.api.eager import in_c_order
from clearprop.derive import PASSES
from clearprop.errors import ArgumentError, DtypeError, ShapeError
from clearprop.primitives import CATALOGUE
from clearprop.primitives.control.scan import Loop as Scan
from clearprop.primitives.control.while_loop import Loop, saving
from clearprop.tracing import Traced, apply, bind, items, user_line, zeros

R = TypeVar("R")


def cond(pred: Any, true_fn: Callable[..., R], false_fn: Callable[..., Any], *operands: Any) -> R:
    """``true_fn(*operands)`` if ``pred`` else ``false_fn(*operands)``, as one operation.

    Both functions are traced, only the chosen one is evaluated, in derivatives too.

    Args:
        pred: One truth value or number, traced or not.
        true_fn: What to do if it is true (not 0).
        false_fn: What to do else; must return the same structure, shapes and dtypes.
        operands: Numbers, arrays, or nested containers of them.

    Returns:
        What the chosen function returns, with scalars and arrays of NumPy's.

    Raises:
        ShapeError: If the functions return different shapes or structures.
        TraceError: If one of them decides on a traced value.

    >>> import clearprop as cp
    >>> f = lambda x: cp.cond(x > 0, lambda x: x * x, lambda x: -x, x)
    >>> f(3.0), cp.grad(f)(3.0), cp.grad(f)(-3.0)
    (np.float64(9.0), 6.0, -1.0)
    """
    choice = _truth(pred)
    given = values_of(operands, "operands")
    arguments = [(given.structure, given.types)]
    called = (_called(true_fn, "true_fn"), _called(false_fn, "false_fn"))
    yes = body_of(called[0], arguments, "true_fn", may_be_skipped=True)
    no = body_of(called[1], arguments, "false_fn", may_be_skipped=True)
    require_same(no, (no.structure, no.types), yes, "what true_fn returns")
    results = _bind(
        "cond",
        [choice, *yes.captured, *no.captured, *given.leaves],
        on_true=yes.arranged(after=no.captured_types),
        on_false=no.arranged(before=yes.captured_types),
    )
    chosen: R = _nested(yes.structure, results)
    return chosen


def scan(
    f: Callable[[R, Any], tuple[Any, Any]],
    init: R,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
) -> tuple[R, Any]:
    """A loop that carries a value from trip to trip and collects another from each.

    ``carry, y = f(carry, x)`` for each slice x of xs along its first axis.

    Args:
        f: The body; returns ``(carry, y)``. The carry keeps structure, shapes and dtypes.
        init: The first carry: numbers, arrays, or nested containers of them.
        xs: What to go over: arrays with one first length, or containers of them; None for nothing.
        length: The number of trips; needed if xs has no arrays.
        reverse: Whether to go from the last slice to the first.

    Returns:
        ``(carry, ys)``: the last carry, and the y's stacked along a first axis (in the order of
        xs, whatever the direction).

    Raises:
        ShapeError: If the carry changes its type, or lengths differ.
        TraceError: If the body decides on a traced value.

    >>> scan(lambda total, x: (total + x, total + x), 0.0, np.array([1.0, 2.0, 3.0]))
    (np.float64(6.0), array([1., 3., 6.]))
    """
    carry, slices = values_of(init, "init"), values_of(xs, "xs")
    count = _length(slices, length)
    of_slices = [type_.with_shape(type_.shape[1:]) for type_ in slices.types]
    arguments = [(carry.structure, carry.types), (slices.structure, of_slices)]
    body = body_of(_pairs(f), arguments, "f", may_be_skipped=not count)
    inner, outer = body.structure.children()
    middle = len(carry.leaves)
    require_same(body, (inner, body.types[: inner.num_leaves]), carry, "init")
    loop = Scan(body.arranged(), count, len(body.captured), middle, bool(reverse))
    operands = [*body.captured, *carry.leaves, *slices.leaves]
    if _any_traced(operands):
        loop = loop.with_history()
    results = _bind("scan", operands, **vars(loop))[: len(body.types)]
    return _nested(carry.structure, results[:middle]), _nested(outer, results[middle:])


def while_loop(cond_fn: Callable[[R], Any], body_fn: Callable[[R], Any], init: R) -> R:
    """``while cond_fn(value): value = body_fn(value)``, as one operation.

    Args:
        cond_fn: Returns one truth value.
        body_fn: Returns the next value, of the same structure, shapes and dtypes.
        init: The first value: numbers, arrays, or nested containers of them.

    Returns:
        The last value. Both modes differentiate it; reverse mode keeps the value that entered each
        trip.

    Raises:
        ShapeError: If the body changes the value's type.
        DtypeError: If the condition is no truth value.
        TraceError: If a function decides on a traced value.

    >>> import clearprop as cp
    >>> newton = lambda x: while_loop(
    ...     lambda y: abs(y * y - x) > 1e-12, lambda y: 0.5 * (y + x / y), x
    ... )
    >>> round(cp.grad(newton)(4.0), 12)
    0.25
    """
    carry = values_of(init, "init")
    arguments = [(carry.structure, carry.types)]
    goes_on = body_of(cond_fn, arguments, "cond_fn")
    trip = body_of(body_fn, arguments, "body_fn", may_be_skipped=True)
    if [str(type_) for type_ in goes_on.types] != ["bool"]:
        raise DtypeError(
            f"cond_fn returns {', '.join(map(str, goes_on.types)) or 'nothing'}",
            where=user_line(),
            remedy="Return one truth value, such as x < 3 or np.all(x < 3).",
        )
    require_same(trip, (trip.structure, trip.types), carry, "init")
    consts = [*goes_on.captured, *trip.captured]
    loop = Loop(
        goes_on.arranged(after=trip.captured_types),
        trip.arranged(before=goes_on.captured_types),
        len(consts),
        saves=False,
    )
    operands = [*consts, *carry.leaves]
    if _any_traced(operands):
        loop = saving(PASSES.builder(), loop)
        operands += [zeros(type_) for type_ in loop.types[1][len(carry.leaves) :]]
    results = _bind("while_loop", operands, **vars(loop))[: len(carry.leaves)]
    last: R = _nested(carry.structure, results)
    return last


def fori_loop(lower: Any, upper: Any, body_fn: Callable[[Any, R], Any], init: R) -> R:
    """``for i in range(lower, upper): value = body_fn(i, value)``, as one operation.

    Args:
        lower: The first i; an integer, traced or not.
        upper: The i at which to stop.
        body_fn: Returns the next value, of the same structure, shapes and dtypes.
        init: The first value: numbers, arrays, or nested containers of them.

    Returns:
        The last value.

    Raises:
        ArgumentError: If a bound is no integer.
        ShapeError: If the body changes the value's type.

    >>> fori_loop(1, 5, lambda i, product: product * i, 1.0)
    np.float64(24.0)
    """
    bounds = [_bound(lower, "lower"), _bound(upper, "upper")]
    if not _any_traced(bounds):
        counts = np.arange(*bounds)
        return scan(lambda value, i: (body_fn(i, value), None), init, counts)[0]

    def trip(state: Any) -> Any:
        i, value = state
        return i + 1, body_fn(i, value)

    return while_loop(lambda state: state[0] < bounds[1], trip, (bounds[0], init))[1]


def _bind(name: str, operands: list[Any], **params: Any) -> list[Any]:
    """The results of an operation that holds graphs; arrays in C order, as bodies get them."""
    results = items(bind(CATALOGUE[name], operands, tuple(params.items())))
    return [in_c_order(value) for value in results]


def _nested(structure: Any, leaves: list[Any]) -> Any:
    """The leaves as the user nests them."""
    return optree.tree_unflatten(structure, leaves)


def _any_traced(values: list[Any]) -> bool:
    return any(value.__class__ is Traced for value in values)


def _called(function: Any, who: str) -> Callable[..., Any]:
    """The function of a tuple of arguments."""
    require_function(function, who)
    return lambda arguments: function(*arguments)


def _pairs(f: Any) -> Callable[..., Any]:
    """The body of a scan, held to return a pair."""

    def pair(carry: Any, x: Any) -> Any:
        result = f(carry, x)
        if not isinstance(result, tuple) or len(result) != 2:
            raise ArgumentError(
                "f returns no pair",
                where=user_line(),
                remedy="Return (carry, y); y may be None.",
            )
        return result

    require_function(f, "f")
    return pair


def _truth(pred: Any) -> Any:
    """The condition as one truth value."""
    if pred.__class__ is not Traced:
        pred = np.asarray(pred)[()]
    given = f"{getattr(pred, 'dtype', type(pred).__name__)}{list(np.shape(pred)) or ''}"
    if np.shape(pred) or getattr(pred, "dtype", np.dtype("O")).kind not in "biuf":
        raise ShapeError(
            f"pred is of type {given}, not one truth value",
            where=user_line(),
            remedy="Use np.where to choose element by element, or np.all(pred), np.any(pred).",
        )
    if pred.dtype.kind == "b":
        return pred
    zero = pred.dtype.type(0)
    return apply("not_equal", pred, zero) if pred.__class__ is Traced else pred != zero


def _length(slices: Values, length: int | None) -> int:
    """The number of trips."""
    counts = {} if length is None else {"length": _count(length)}
    for leaf, name in zip(slices.leaves, slices.names, strict=True):
        if not leaf.shape:
            raise ShapeError(
                f"{name} is a single number; scan goes over a first axis",
                where=user_line(),
                remedy="Pass arrays; of a list of numbers make one with np.array.",
            )
        counts[name] = leaf.shape[0]
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name}: {count}" for name, count in counts.items())
        raise ShapeError(f"scan over different lengths: {told}", where=user_line())
    if not counts:
        raise ArgumentError(
            "the number of trips is not known",
            where=user_line(),
            remedy="Pass xs, or length=….",
        )
    return next(iter(counts.values()))


def _count(length: Any) -> int:
    """A number of trips that the user gave."""
    try:
        count = operator.index(length)
    except TypeError:
        count = -1
    if count < 0:
        raise ArgumentError(f"length is {length!r}, not a number of trips", where=user_line())
    return count


def _bound(value: Any, name: str) -> Any:
    """A bound as an integer scalar."""
    found = value if value.__class__ is Traced else np.asarray(value)
    if found.shape or found.dtype.kind not in "iu":
        raise ArgumentError(
            f"{name} is of type {found.dtype}{list(found.shape) or ''}, not an integer of 64 bits",
            where=user_line(),
        )
    return (
        apply("cast", found, dtype=np.dtype("int64")) if found.__class__ is Traced else int(found)
    )


__all__ = ["cond", "fori_loop", "scan", "while_loop"]
