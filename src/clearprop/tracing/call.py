"""Running a function under a trace: arguments in, traced outputs out, and their graph."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import optree

from clearprop.errors import ArgumentError, DtypeError
from clearprop.graph import Input, Type, type_of
from clearprop.tracing.array import Traced, bottom
from clearprop.tracing.lift import lift
from clearprop.tracing.nested import refuse_subclass
from clearprop.tracing.trace import Trace, require_traceable, user_line


@final
@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of an argument: an array or number that is traced, or something that is not.

    Attributes:
        name: How the user would write it: ``x``, ``params['w']``.
        place: Its input of the graph; None if it is not traced (a string, a boolean, None).
        number: Its concrete value, a copy that nobody else can change.
        is_array: Whether it is an array, be it 0-d, and not a scalar.
    """

    name: str
    place: Input | None
    number: Any
    is_array: bool


@final
@dataclass(frozen=True, slots=True)
class Argument:
    """A traced argument: its leaves, and how they stand together (None: it is one leaf)."""

    leaves: list[Leaf]
    structure: Any

    def rebuild(self, values: Sequence[Any]) -> Any:
        """The argument's structure with other leaves."""
        if self.structure is None:
            return values[0]
        return optree.tree_unflatten(self.structure, values)


@final
@dataclass(frozen=True, slots=True)
class Recorded:
    """What a traced call left behind.

    Attributes:
        trace: The closed trace.
        arguments: The traced arguments.
        result: What the function returned, with traced values in it.
    """

    trace: Trace
    arguments: list[Argument]
    result: Any

    @property
    def leaves(self) -> list[Leaf]:
        """The traced leaves of all arguments, in the order of the graph's inputs."""
        return [leaf for a in self.arguments for leaf in a.leaves if leaf.place is not None]

    def values(self) -> list[Any]:
        """A value per input of the graph, captured ones last."""
        captured = [value for _, value in self.trace.captured]
        return [leaf.number for leaf in self.leaves] + captured


def record_call(
    trace: Trace,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    traced: Sequence[int],
    admit: Callable[[Argument], None] | None = None,
) -> Recorded:
    """Call a function with the leaves of some of its arguments traced.

    Args:
        trace: A new trace.
        function: The user's function.
        args: Its positional arguments.
        kwargs: Its keyword arguments, passed on as they are.
        traced: Positions of the arguments to trace; others are passed on as they are.
        admit: Looks at each traced argument before the call, and raises if it is of no use.
    """
    positional = list(args)
    arguments = []
    for position in traced:
        found, positional[position] = _trace_argument(
            trace, args[position], parameter_name(function, position)
        )
        if admit is not None:
            admit(found)
        arguments.append(found)
    return Recorded(trace, arguments, called(trace, function, positional, kwargs))


def called(
    trace: Trace, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """What the function returns under the trace, with traced values in it."""
    with trace.open():
        result = function(*args, **kwargs)
        for leaf in (result,) if result.__class__ is Traced else optree.tree_leaves(result):
            if leaf.__class__ is Traced and not leaf.owner.closed:
                leaf.current()  # a view of what was written into is made anew while it can be
    return result


def _trace_argument(trace: Trace, value: Any, name: str) -> tuple[Argument, Any]:
    """The argument's record, and what the function receives for it."""
    if value.__class__ in _PLAIN:
        leaf, handle = _leaf(trace, value, name)
        return Argument([leaf], None), handle
    paths, values, structure = optree.tree_flatten_with_path(value)
    pairs = [
        _leaf(trace, part, name + _path(path)) for path, part in zip(paths, values, strict=True)
    ]
    found = Argument([leaf for leaf, _ in pairs], structure)
    return found, found.rebuild([handle for _, handle in pairs])


def output(trace: Trace, value: Any, what: str) -> Traced:
    """A leaf of the function's result as a value of the trace."""
    if value.__class__ is Traced and value.owner is trace:
        value.current()
        return value
    try:
        return lift(trace, value)
    except DtypeError:
        raise DtypeError(
            f"{what} is of type {type(value).__name__}, not a number or an array",
            remedy="Return numbers or arrays; other results go out by has_aux=True.",
        ) from None


_PLAIN: Final = (float, int, complex, np.float64, np.float32, np.ndarray, Traced)

_WEAK_DTYPES: Final = {int: "int64", float: "float64", complex: "complex128"}


def _leaf(trace: Trace, value: Any, name: str) -> tuple[Leaf, Any]:
    """A leaf of an argument and its handle; strings, booleans and such stay what they are."""
    kind = value.__class__
    if kind is Traced:
        value.require_open()
        type_, number, is_array = value.type, value.snapshot(), value.is_array
    elif kind in _WEAK_DTYPES:
        type_ = type_of((), _WEAK_DTYPES[kind], weak=True)
        number, is_array = _number(value, type_, name), False
    elif isinstance(value, (np.ndarray, np.generic)):
        refuse_subclass(value)
        require_traceable(value.dtype, f"argument {name}")
        type_ = type_of(value.shape, value.dtype)
        number, is_array = np.array(value)[()], isinstance(value, np.ndarray)
    else:
        return Leaf(name, None, value, False), value
    seen = bottom(number) if trace.detached else number
    handle = argument(trace, name, type_, seen, is_array)
    return Leaf(name, trace.inputs[-1], number, is_array), handle


def argument(trace: Trace, name: str, type_: Type, number: Any, is_array: bool) -> Traced:
    """What the function receives for a number or array: a new input of the graph, read-only."""
    handle = Traced(trace, trace.input(name, type_), number, is_array)
    handle.read_only = f"argument {name}"
    return handle


def _number(value: Any, type_: Type, name: str) -> Any:
    """A Python number in the dtype that carries it."""
    try:
        return type_.dtype.type(value)
    except OverflowError:
        raise DtypeError(
            f"argument {name} is {value:.4g}",
            where=user_line(),
            why="Graphs carry Python's integers as int64, which ends at about 9.2e18.",
            remedy="Pass it as a float.",
        ) from None


def parameter_name(function: Callable[..., Any], position: int) -> str:
    """What the function calls its argument at that position."""
    code = getattr(function, "__code__", None)
    if code is not None and not inspect.ismethod(function) and position < code.co_argcount:
        return str(code.co_varnames[position])
    try:
        names = [
            parameter.name
            for parameter in inspect.signature(function).parameters.values()
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        names = []
    return names[position] if position < len(names) else f"arg{position}"


def _path(path: tuple[Any, ...]) -> str:
    return "".join(f"[{part!r}]" for part in path)


def require_callable(function: Any, who: str) -> None:
    """Raise if the first argument of a transformation is no function.

    Raises:
        ArgumentError: Naming what was given.
    """
    if not callable(function):
        raise ArgumentError(
            f"{who} wants a function, not {type(function).__name__}", where=user_line()
        )
