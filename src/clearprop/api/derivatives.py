"""``grad``, ``value_and_grad``, ``vjp`` and ``jvp``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import optree

from clearprop.api.eager import derived_of, present, unwrap
from clearprop.derive import forward, reverse
from clearprop.errors import ArgumentError, DtypeError, ShapeError
from clearprop.graph import Type
from clearprop.numpy.namespace import NAMESPACE
from clearprop.tracing import (
    Argument,
    Recorded,
    Trace,
    Traced,
    apply,
    output,
    record_call,
    require_callable,
    user_line,
)


def grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """A function that returns the gradient of ``f``, by one reverse pass.

    Args:
        f: A function that returns one real number.
        argnums: Which positional argument to differentiate by, or several. Arguments may be
            nested containers (lists, tuples, dicts, …) of numbers and arrays.
        has_aux: Whether ``f`` returns ``(value, anything else)``.

    Returns:
        A function with f's signature. Its result has the structure, shapes and dtypes of the
        argument (a tuple of such if ``argnums`` is a sequence); with ``has_aux``, a pair of that
        and the auxiliary result.

    Raises:
        ShapeError: If ``f`` returns an array; use :func:`jacobian`.
        DtypeError: If the argument or the result is not real floating point.

    >>> grad(lambda x: x**2)(3.0)
    6.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    >>> grad(lambda p: p["a"] * p["b"])({"a": 2.0, "b": 5.0})
    {'a': 5.0, 'b': 2.0}
    """
    both = value_and_grad(f, argnums, has_aux)

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, slopes = both(*args, **kwargs)
        return (slopes, value[1]) if has_aux else slopes

    return gradient


def value_and_grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """A function that returns both the value of ``f`` and its gradient; see :func:`grad`.

    Returns:
        A function with f's signature that returns ``(value, gradient)``, with ``has_aux``
        ``((value, aux), gradient)``.

    >>> value_and_grad(lambda x: x**2)(3.0)
    (9.0, 6.0)
    """
    require_callable(f, "grad")

    @functools.wraps(f)
    def both(*args: Any, **kwargs: Any) -> Any:
        positions = positions_of(argnums, len(args))
        recorded = _record(f, args, kwargs, positions)
        trace = recorded.trace
        aux: Any = None
        result, aux = _split_aux(recorded.result) if has_aux else (recorded.result, None)
        answer = _scalar_output(trace, result)
        graph = trace.finish((answer.node,))
        run = derived_of(graph, reverse, tuple(range(len(recorded.leaves)))).run
        seed = answer.dtype.type(1)
        slopes = run(trace.nodes, trace.saved, [*recorded.values(), seed])
        shaped = rebuild(recorded.arguments, slopes)
        gradient = shaped[0] if isinstance(argnums, int) else tuple(shaped)
        value = unwrap(trace, answer)
        if has_aux:
            passed: Any = optree.tree_map(lambda leaf: unwrap(trace, leaf), aux)
            return (value, passed), gradient
        return value, gradient

    return both


def vjp(f: Callable[..., Any], *xs: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value of ``f`` at ``xs``, and the function that pulls cotangents back.

    Args:
        f: A function of numbers and arrays, or containers of them.
        xs: The point.

    Returns:
        ``(value, pull)``. ``pull(cotangent)`` takes a cotangent of the structure and shapes of the
        value and returns a tuple with a cotangent per argument. It can be called many times.

    >>> value, pull = vjp(lambda x, y: (x * y, x + y), 2.0, 5.0)
    >>> value, pull((1.0, 0.0)), pull((0.0, 1.0))
    ((10.0, 7.0), (5.0, 2.0), (1.0, 1.0))
    """
    require_callable(f, "vjp")
    recorded = _record(f, xs, {}, range(len(xs)))
    value, results, structure = _outputs(recorded)
    trace = recorded.trace
    graph = trace.finish([result.node for result in results])
    derived = derived_of(graph, reverse, tuple(range(len(recorded.leaves))))
    types = [result.type for result in results]

    def pull(cotangent: Any) -> tuple[Any, ...]:
        seeds = _seeds(cotangent, structure, types, "cotangent")
        slopes = derived.run(trace.nodes, trace.saved, [*recorded.values(), *seeds])
        return tuple(rebuild(recorded.arguments, slopes))

    return value, pull


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """The value of ``f`` and its derivative along a direction, by one forward pass.

    Args:
        f: A function of numbers and arrays, or containers of them.
        primals: Its arguments, as a tuple or list.
        tangents: The direction: one tangent per argument, of its structure and shapes.

    Returns:
        ``(value, tangent)``, both of the structure of f's result.

    >>> jvp(lambda x: x**3, (2.0,), (1.0,))
    (8.0, 12.0)
    """
    require_callable(f, "jvp")
    for what, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            raise ArgumentError(
                f"jvp wants {what} as a tuple, not {type(given).__name__}",
                where=user_line(),
                remedy="Write jvp(f, (x,), (dx,)), one entry per argument of f.",
            )
    if len(primals) != len(tangents):
        raise ArgumentError(
            f"jvp was given {len(primals)} primals and {len(tangents)} tangents",
            where=user_line(),
            remedy="Give one tangent per argument.",
        )
    recorded = _record(f, tuple(primals), {}, range(len(primals)))
    seeds: list[Any] = []
    for argument, tangent in zip(recorded.arguments, tangents, strict=True):
        types = [leaf.place.type for leaf in argument.leaves if leaf.place is not None]
        seeds += _seeds(tangent, argument.structure, types, "tangent")
    value, results, structure = _outputs(recorded)
    trace = recorded.trace
    graph = trace.finish([result.node for result in results])
    derived = derived_of(graph, forward, tuple(range(len(recorded.leaves))))
    slopes = iter(derived.run(trace.nodes, trace.saved, [*recorded.values(), *seeds]))
    shown = [
        _like_value(next(slopes), result) if result.type.differentiable else _no_tangent(result)
        for result in results
    ]
    return value, shown[0] if structure is None else optree.tree_unflatten(structure, shown)


def stop_gradient(x: Any) -> Any:
    """The same value, through which no derivative passes.

    Args:
        x: A number or array, or a nested container of them.

    Returns:
        The same. Inside a traced function, ``stop_gradient(x).value`` is the plain number or
        array: the way out of the trace.

    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """

    def stop(leaf: Any) -> Any:
        return apply("stop_gradient", leaf) if leaf.__class__ is Traced else leaf

    return stop(x) if x.__class__ is Traced else optree.tree_map(stop, x)


def positions_of(argnums: int | Sequence[int], count: int) -> list[int]:
    """``argnums`` as checked, non-negative positions."""
    asked = [argnums] if isinstance(argnums, int) else list(argnums)
    for position in asked:
        if position.__class__ is not int or not -count <= position < count:
            raise ArgumentError(
                f"argnums={argnums!r} names positional argument {position}; the call has {count}",
                where=user_line(),
                remedy="Pass the arguments to differentiate by position, not by keyword.",
            )
    return [position % count for position in asked]


def rebuild(arguments: Sequence[Argument], slopes: Sequence[Any]) -> list[Any]:
    """The derivatives in the structure of the arguments; None for leaves that are not numbers."""
    rest = iter(slopes)
    return [
        argument.rebuild(
            [None if leaf.place is None else present(next(rest), leaf) for leaf in argument.leaves]
        )
        for argument in arguments
    ]


def _record(
    f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], traced: Sequence[int]
) -> Recorded:
    trace = Trace(NAMESPACE, keep=True, lift=True)
    recorded = record_call(trace, f, args, kwargs, traced)
    for leaf in recorded.leaves:
        assert leaf.place is not None
        if not leaf.place.type.differentiable or leaf.place.type.dtype.kind == "c":
            raise DtypeError(
                f"argument {leaf.name} is of type {leaf.place.type}, which has no derivative",
                where=user_line(),
                why="Derivatives are taken by real floating-point arguments.",
                remedy="Pass a float (3.0 instead of 3, x.astype(float)), or leave the argument "
                "out of argnums.",
            )
    return recorded


def _split_aux(result: Any) -> tuple[Any, Any]:
    if not isinstance(result, tuple) or len(result) != 2:
        raise ArgumentError(
            "with has_aux=True the function must return a pair (value, aux)",
            where=user_line(),
        )
    return result


def _scalar_output(trace: Trace, result: Any) -> Traced:
    if optree.tree_structure(result).num_leaves != 1 or isinstance(result, (list, tuple, dict)):
        raise ArgumentError(
            f"grad wants a function that returns one number; this one returns a "
            f"{type(result).__name__}",
            where=user_line(),
            remedy="Return (value, aux) and pass has_aux=True, or use cp.jacobian.",
        )
    answer = output(trace, result, "the function's result")
    if answer.shape:
        raise ShapeError(
            f"grad wants a function that returns one number; this one returns shape {answer.shape}",
            where=user_line(),
            remedy="Sum it up, or use cp.jacobian or cp.vjp.",
        )
    if not answer.type.differentiable or answer.dtype.kind == "c":
        raise DtypeError(
            f"grad wants a real result; this function returns {answer.type}",
            where=user_line(),
            why="Integers, booleans and complex numbers have no gradient.",
        )
    return answer


def _outputs(recorded: Recorded) -> tuple[Any, list[Traced], Any]:
    """The function's value, its leaves as traced values, and its structure (None: one leaf)."""
    trace, result = recorded.trace, recorded.result
    if result.__class__ is Traced:
        return unwrap(trace, result), [output(trace, result, "the function's result")], None
    leaves, structure = optree.tree_flatten(result)
    if not leaves:
        raise ArgumentError(
            f"the function returns {result!r}, in which there is no number", where=user_line()
        )
    value = optree.tree_unflatten(structure, [unwrap(trace, leaf) for leaf in leaves])
    return value, [output(trace, leaf, "an output of the function") for leaf in leaves], structure


def _seeds(given: Any, structure: Any, types: Sequence[Type], what: str) -> list[Any]:
    """Tangents or cotangents as values of the right types, one per differentiable leaf."""
    if structure is None:
        leaves = [given]
    else:
        try:
            leaves = structure.flatten_up_to(given)
        except (ValueError, TypeError) as error:
            raise ArgumentError(
                f"the {what}'s structure does not match", where=user_line(), why=str(error)
            ) from None
    if len(leaves) != len(types):
        raise ArgumentError(
            f"the {what} has {len(leaves)} leaves; the value it belongs to has {len(types)}",
            where=user_line(),
        )
    return [
        _seed(leaf, type_, what)
        for leaf, type_ in zip(leaves, types, strict=True)
        if type_.differentiable
    ]


def _seed(leaf: Any, type_: Type, what: str) -> Any:
    shape = leaf.shape if leaf.__class__ is Traced else np.shape(leaf)
    if shape != type_.shape:
        raise ShapeError(
            f"a {what} has shape {shape}; the value it belongs to has {type_.shape}",
            where=user_line(),
        )
    if leaf.__class__ is Traced:
        same = leaf.dtype == type_.dtype
        return leaf.snapshot() if same else apply("cast", leaf, dtype=type_.dtype)
    array = np.asarray(leaf)
    if array.dtype.kind not in "biuf":
        raise DtypeError(f"a {what} of dtype {array.dtype} is not a real number", where=user_line())
    return array.astype(type_.dtype)[()]


def _like_value(slope: Any, result: Traced) -> Any:
    """A tangent in the form of the value it belongs to."""
    if slope.__class__ is Traced:
        slope.is_array = result.is_array
        return slope
    if result.is_array:
        return np.asarray(slope)
    return slope.item() if result.type.weak else slope[()]


def _no_tangent(result: Traced) -> Any:
    """Integers and booleans do not move."""
    return np.zeros(result.shape)[()]
