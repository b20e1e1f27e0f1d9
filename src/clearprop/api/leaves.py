"""Arguments and results of differentiated functions, leaf by leaf: checked, named, put together."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import optree

from clearprop.api.eager import formed, unwrap
from clearprop.errors import ArgumentError, DtypeError, ShapeError
from clearprop.graph import Type
from clearprop.numpy.namespace import NAMESPACE
from clearprop.tracing import (
    Argument,
    Recorded,
    Trace,
    Traced,
    apply,
    as_array,
    output,
    record_call,
    user_line,
)


def positions_of(argnums: int | Sequence[int], count: int) -> list[int]:
    """``argnums`` as checked, non-negative positions."""
    positions = []
    for position in _asked(argnums):
        if not -count <= position < count:
            raise ArgumentError(
                f"argnums={argnums!r} names positional argument {position}; the call has {count}",
                where=user_line(),
                remedy="Pass the arguments to differentiate by position, not by keyword.",
            )
        positions.append(position % count)
    if len(set(positions)) < len(positions):
        raise ArgumentError(
            f"argnums={argnums!r} names an argument twice",
            where=user_line(),
            remedy="Name each argument once, and use its derivative twice.",
        )
    return positions


def is_single(argnums: Any) -> bool:
    """Whether ``argnums`` names one argument, and not a sequence of them."""
    return not isinstance(argnums, (list, tuple, range))


def _asked(argnums: Any) -> list[int]:
    """``argnums`` as a list of integers; a bool is none."""
    several = (argnums,) if is_single(argnums) else argnums
    try:
        if not any(isinstance(position, (bool, np.bool_)) for position in several):
            return [operator.index(position) for position in several]
    except TypeError:
        pass
    raise ArgumentError(
        f"argnums={argnums!r} is no integer and no sequence of integers",
        where=user_line(),
        remedy="Write argnums=0 for the first positional argument, argnums=(0, 1) for two.",
    )


def rebuild(arguments: Sequence[Argument], slopes: Sequence[Any]) -> list[Any]:
    """The derivatives in the structure of the arguments; None for leaves that are not numbers."""
    rest = iter(slopes)
    return [
        argument.rebuild(
            [
                None
                if leaf.place is None
                else formed(next(rest), is_array=leaf.is_array, weak=leaf.place.type.weak)
                for leaf in argument.leaves
            ]
        )
        for argument in arguments
    ]


def record(
    f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], traced: Sequence[int]
) -> Recorded:
    """Call a function with some of its arguments traced, and what derivatives will need kept."""
    trace = Trace(NAMESPACE, keep=True, lift=True)
    return record_call(trace, f, args, kwargs, traced, admit=require_floating)


def require_floating(argument: Argument) -> None:
    """Raise if an argument holds what cannot be differentiated by, or no number at all."""
    for leaf in argument.leaves:
        place = leaf.place
        if place is not None and not place.type.differentiable:
            raise DtypeError(
                f"argument {leaf.name} is of type {place.type}, which has no derivative",
                where=user_line(),
                why="Derivatives are taken by floating-point arguments, real or complex.",
                remedy="Pass a float (3.0 instead of 3, x.astype(float)), or leave the argument "
                "out of argnums.",
            )
    if argument.leaves and all(leaf.place is None for leaf in argument.leaves):
        leaf = argument.leaves[0]
        raise DtypeError(
            f"argument {leaf.name} is of type {type(leaf.number).__name__}, in which there is no "
            "number to differentiate by",
            where=user_line(),
            why="Numbers and arrays are looked for in lists, tuples, dicts and the classes that "
            "are registered with optree.",
            remedy="Pass its numbers in a dict, or leave the argument out of argnums.",
        )


def split_aux(result: Any) -> tuple[Any, Any]:
    """The value and the auxiliary result of a function with ``has_aux=True``."""
    if not isinstance(result, tuple) or len(result) != 2:
        raise ArgumentError(
            "with has_aux=True the function must return a pair (value, aux)",
            where=user_line(),
        )
    return result


def scalar_output(trace: Trace, result: Any) -> Traced:
    """The function's result as one real number, or an error that says what it is instead."""
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
    if answer.dtype.kind == "c":
        raise DtypeError(
            f"grad wants a real result; this function returns {answer.type}",
            where=user_line(),
            why="A complex number does not grow or shrink, so it has no gradient.",
            remedy="Return np.real(z), np.imag(z) or np.abs(z); or use cp.vjp or cp.jvp, which "
            "take complex cotangents and tangents.",
        )
    if not answer.type.differentiable:
        raise DtypeError(
            f"grad wants a real result; this function returns {answer.type}",
            where=user_line(),
            why="Integers and booleans have no gradient.",
        )
    return answer


def outputs_of(recorded: Recorded) -> tuple[Any, list[Traced], Any]:
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


def seeds_of(given: Any, structure: Any, types: Sequence[Type | None], what: str) -> list[Any]:
    """Tangents or cotangents as values of the right types, one per differentiable leaf.

    Leaves that are no numbers have no type, and what is given for them is passed over.
    """
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
        if type_ is not None and type_.differentiable
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
    array = as_array(leaf)
    if array.dtype.kind not in ("biufc" if type_.dtype.kind == "c" else "biuf"):
        raise DtypeError(
            f"a {what} of dtype {array.dtype} is not a "
            f"{'' if type_.dtype.kind == 'c' else 'real '}number",
            where=user_line(),
            why=f"The value that it belongs to is of type {type_}.",
        )
    return array.astype(type_.dtype)[()]


def like_value(slope: Any, result: Traced) -> Any:
    """A tangent in the form of the value it belongs to."""
    return formed(slope, is_array=result.is_array, weak=result.type.weak)


def no_tangent(result: Traced) -> Any:
    """Integers and booleans do not move."""
    return np.zeros(result.shape)[()]
