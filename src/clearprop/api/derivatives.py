"""``grad``, ``value_and_grad``, ``vjp`` and ``jvp``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

import optree

from clearprop.api.eager import derived_of, unwrap
from clearprop.api.leaves import (
    is_single,
    like_value,
    no_tangent,
    outputs_of,
    positions_of,
    rebuild,
    record,
    scalar_output,
    seeds_of,
    split_aux,
)
from clearprop.api.whole import (
    is_by_types,
    rolled_within,
    value_and_slopes,
    value_and_slopes_of,
)
from clearprop.derive import forward, reverse
from clearprop.errors import ArgumentError
from clearprop.tracing import (
    Traced,
    apply,
    require_callable,
    user_line,
)

P = ParamSpec("P")
R = TypeVar("R")


def grad(
    f: Callable[P, Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[P, Any]:
    """A function that returns the gradient of ``f``, by one reverse pass.

    Args:
        f: A function that returns one real number.
        argnums: Which positional argument to differentiate by, or several. Arguments may be
            nested containers (lists, tuples, dicts, …) of numbers and arrays. By a complex one,
            x + iy, the gradient is ∂f/∂x − i ∂f/∂y, whose conjugate points uphill.
        has_aux: Whether ``f`` returns ``(value, anything else)``.

    Returns:
        A function with f's signature. Its result has the structure, shapes and dtypes of the
        argument (a tuple of such if ``argnums`` is a sequence); with ``has_aux``, a pair of that
        and the auxiliary result.

    Raises:
        ShapeError: If ``f`` returns an array; use :func:`jacobian`.
        DtypeError: If the argument is not floating point, or the result is not real.

    >>> grad(lambda x: x**2)(3.0)
    6.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    >>> grad(lambda p: p["a"] * p["b"])({"a": 2.0, "b": 5.0})
    {'a': 5.0, 'b': 2.0}
    >>> grad(lambda z: abs(z) ** 2)(3 + 4j)
    (6-8j)
    """
    both = value_and_grad(f, argnums, has_aux)

    @functools.wraps(f)
    def gradient(*args: P.args, **kwargs: P.kwargs) -> Any:
        value, slopes = both(*args, **kwargs)
        return (slopes, value[1]) if has_aux else slopes

    return gradient


def value_and_grad(
    f: Callable[P, R], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[P, tuple[R, Any]]:
    """A function that returns both the value of ``f`` and its gradient.

    Arguments and errors are those of :func:`grad`.

    Returns:
        A function with f's signature that returns ``(value, gradient)``, with ``has_aux``
        ``((value, aux), gradient)``.

    >>> value_and_grad(lambda x: x**2)(3.0)
    (9.0, 6.0)
    """
    require_callable(f, "grad")

    @functools.wraps(f)
    def both(*args: P.args, **kwargs: P.kwargs) -> tuple[Any, Any]:
        positions = positions_of(argnums, len(args))
        if is_by_types([args[i] for i in positions]):
            found = value_and_slopes(f, args, kwargs, positions, has_aux)
            shaped = rebuild(found.arguments, found.slopes)
            gradient = shaped[0] if is_single(argnums) else tuple(shaped)
            return ((found.value, found.aux) if has_aux else found.value), gradient
        recorded = record(f, args, kwargs, positions)
        trace = recorded.trace
        aux: Any = None
        result, aux = split_aux(recorded.result) if has_aux else (recorded.result, None)
        answer = scalar_output(trace, result)
        rolled_up = rolled_within(trace, answer.node)
        if rolled_up is not None:
            value, slopes = value_and_slopes_of(rolled_up, recorded, answer)
        else:
            graph = trace.finish((answer.node,))
            run = derived_of(graph, reverse, tuple(range(len(recorded.leaves)))).run
            seed = answer.dtype.type(1)
            slopes = run(trace.nodes, trace.saved, [*recorded.values(), seed])
            value = unwrap(trace, answer)
        shaped = rebuild(recorded.arguments, slopes)
        gradient = shaped[0] if is_single(argnums) else tuple(shaped)
        if has_aux:
            passed: Any = optree.tree_map(lambda leaf: unwrap(trace, leaf), aux)
            return (value, passed), gradient
        return value, gradient

    return both


def vjp(f: Callable[..., R], *xs: Any) -> tuple[R, Callable[[Any], tuple[Any, ...]]]:
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
    recorded = record(f, xs, {}, range(len(xs)))
    value, results, structure = outputs_of(recorded)
    trace = recorded.trace
    graph = trace.finish([result.node for result in results])
    derived = derived_of(graph, reverse, tuple(range(len(recorded.leaves))))
    types = [result.type for result in results]

    def pull(cotangent: Any) -> tuple[Any, ...]:
        seeds = seeds_of(cotangent, structure, types, "cotangent")
        slopes = derived.run(trace.nodes, trace.saved, [*recorded.values(), *seeds])
        return tuple(rebuild(recorded.arguments, slopes))

    return value, pull


def jvp(f: Callable[..., R], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[R, R]:
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
    value, push = pushed(f, tuple(primals))
    return value, push(*tangents)


def pushed(f: Callable[..., R], primals: tuple[Any, ...]) -> tuple[R, Callable[..., R]]:
    """The value of ``f``, and the function that pushes tangents forward."""
    recorded = record(f, primals, {}, range(len(primals)))
    value, results, structure = outputs_of(recorded)
    trace = recorded.trace
    graph = trace.finish([result.node for result in results])
    derived = derived_of(graph, forward, tuple(range(len(recorded.leaves))))

    def push(*tangents: Any) -> Any:
        if len(tangents) != len(primals):
            raise ArgumentError(
                f"{len(primals)} primals and {len(tangents)} tangents were given",
                where=user_line(),
                remedy="Give one tangent per argument.",
            )
        seeds: list[Any] = []
        for argument, tangent in zip(recorded.arguments, tangents, strict=True):
            types = [None if leaf.place is None else leaf.place.type for leaf in argument.leaves]
            seeds += seeds_of(tangent, argument.structure, types, "tangent")
        slopes = iter(derived.run(trace.nodes, trace.saved, [*recorded.values(), *seeds]))
        shown = [
            like_value(next(slopes), result) if result.type.differentiable else no_tangent(result)
            for result in results
        ]
        return shown[0] if structure is None else optree.tree_unflatten(structure, shown)

    return value, push


def stop_gradient(x: R) -> R:
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

    nested: Any = x
    nested = stop(x) if x.__class__ is Traced else optree.tree_map(stop, nested)
    stopped: R = nested
    return stopped
