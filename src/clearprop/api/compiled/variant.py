"""Machine code for arguments of one kind that take one way through the Python code."""

from __future__ import annotations

import copy
import inspect
import time
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import optree

from clearprop.api.compiled.collecting import uncollected
from clearprop.api.compiled.kinds import Arguments, numbers_of, templates
from clearprop.derive import PASSES
from clearprop.errors import DtypeError, UnsupportedError
from clearprop.execute.native.cache import default_cache
from clearprop.execute.native.calls import Entry, Fixed, NotDirect, Output, Signature
from clearprop.execute.native.library import return_memory
from clearprop.execute.native.polling import Progress
from clearprop.execute.native.program import Program
from clearprop.execute.native.threads import available
from clearprop.graph import Type, location_of
from clearprop.numpy.namespace import NAMESPACE
from clearprop.rewrite import rolled, simplify
from clearprop.tracing import (
    CURRENT,
    Recorded,
    Trace,
    Traced,
    output,
    record_call,
    user_line,
)


@final
@dataclass(frozen=True, slots=True)
class Found:
    """A result, which may be None itself."""

    result: Any


@final
@dataclass(frozen=True, slots=True)
class _Leaf:
    """A leaf of the result: an output of the program, or what was no number of the trace."""

    place: int | None
    is_array: bool
    weak: bool
    value: Any


@final
@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for.

    Attributes:
        static: The positions of arguments that are part of the code.
        donated: The positions of arguments whose memory results may have.
        flush_denormals: Whether numbers too small to be normal count as 0.
        threads: At most how many threads work on a step; None for as many as there may be.
        progress: What is told how far a long call is; None for nothing.
        bfloat16: Whether products of float32 round their operands to bfloat16.
    """

    static: frozenset[int]
    donated: frozenset[int]
    flush_denormals: bool
    threads: int | None
    progress: Progress | None
    bfloat16: bool


@final
class Variant:
    """The code, and what it needs to know of Python's side.

    Attributes:
        program: The machine code.
        entry: The way in without Python's help; None if there is none.
        seconds: How long tracing and compiling took.
        by_types: Whether types alone were enough to trace the function.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        given: Arguments,
        options: Options,
        by_types: bool,
    ) -> None:
        start = time.perf_counter()
        with uncollected():
            self._make(function, given, options, by_types)
        return_memory()  # what tracing took, which is more than most functions do when they run
        self.seconds = time.perf_counter() - start

    def _make(
        self, function: Callable[..., Any], given: Arguments, options: Options, by_types: bool
    ) -> None:
        recorded = _recorded(function, given, by_types)
        trace = recorded.trace
        leaves, self._structure = optree.tree_flatten(recorded.result)
        outputs: list[Any] = []
        self._leaves: list[_Leaf] = []
        for leaf in leaves:
            if leaf.__class__ is Traced and leaf.owner is trace:
                found = output(trace, leaf, "an output of the function")
                self._leaves.append(_Leaf(len(outputs), found.is_array, found.type.weak, None))
                outputs.append(found.node)
            else:
                self._leaves.append(_Leaf(None, False, False, _kept(leaf)))
        self.by_types = trace.sketch is not None
        graph = trace.finish(outputs)
        self._types = [place.type for place in graph.inputs]
        simplified = simplify(rolled(graph, PASSES.builder))
        args, kwargs = templates(given, self._types)
        self.program = Program(
            simplified,
            cache=default_cache(),
            flush_denormals=options.flush_denormals,
            donated=numbers_of(args, options.donated),
            threads=available() if options.threads is None else options.threads,
            progress=options.progress,
            bfloat16=options.bfloat16,
        )
        self._guards = [guard.outcome for guard in graph.guards]
        self._lines = [str(location_of(guard.provenance) or "") for guard in graph.guards]
        takes_c_order = self.by_types or not given.orders  # as entries do
        can_enter = takes_c_order and not self.program.reused
        self.entry = self._entry(args, kwargs) if can_enter else None

    @property
    def where(self) -> str:
        """The line of the last decision."""
        return f"(at {self._lines[-1]})" if self._lines and self._lines[-1] else ""

    def suits(self, given: Arguments) -> bool:
        """Whether the Python code would take this way at these arguments."""
        return not self._guards or self.run(given) is not None

    def run(self, given: Arguments) -> Found | None:
        """The result at these arguments; None if the Python code would take another way."""
        values = [
            _fitted(value, type_) for value, type_ in zip(given.numbers, self._types, strict=True)
        ]
        results, watched = self.program.run(values)
        for outcome, value in zip(self._guards, watched, strict=True):
            if not np.array_equal(value.ravel() if isinstance(outcome, tuple) else value, outcome):
                return None
        return Found(self._result(results))

    def _entry(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Entry | None:
        """The entry for arguments of that description."""
        shown = [
            Fixed(leaf.value)
            if leaf.place is None
            else Output(leaf.place, leaf.is_array, leaf.weak)
            for leaf in self._leaves
        ]
        result = optree.tree_unflatten(self._structure, shown)
        try:
            signature = Signature(args, kwargs, result, tuple(self._guards))
            return Entry(self.program, signature, CURRENT, default_cache())
        except NotDirect:
            return None

    def _result(self, results: Sequence[Any]) -> Any:
        shown = []
        for leaf in self._leaves:
            if leaf.place is None:
                own = isinstance(leaf.value, _CHANGEABLE)
                shown.append(copy.deepcopy(leaf.value) if own else leaf.value)
                continue
            value = results[leaf.place]
            if leaf.is_array:
                shown.append(value)
            else:
                shown.append(value.item() if leaf.weak else value[()])
        return optree.tree_unflatten(self._structure, shown)


def _recorded(function: Callable[..., Any], given: Arguments, by_types: bool) -> Recorded:
    """The function, traced; by types alone if that will do, so that nothing is computed twice."""
    called, values, positions = _positional(function, given)
    if by_types:
        try:
            found = record_call(
                Trace(NAMESPACE, sketch=True, compiled=True), called, values, {}, positions
            )
            if not found.trace.looked:
                return found
        except Exception:  # it looks at numbers, or writes; what is wrong with it will show again
            pass
    return record_call(Trace(NAMESPACE, compiled=True), called, values, {}, positions)


def _positional(
    function: Callable[..., Any], given: Arguments
) -> tuple[Callable[..., Any], tuple[Any, ...], list[int]]:
    """The function of positional arguments alone, those, and the positions of what is traced."""
    traced = [i for i in range(len(given.args)) if i not in given.static]
    if not given.kwargs:
        return function, given.args, traced
    names, count = sorted(given.kwargs), len(given.args)  # the order in which dicts are flattened

    def called(*values: Any) -> Any:
        named = dict(zip(names, values[count:], strict=True))
        return function(*values[:count], **{name: named[name] for name in given.kwargs})

    kind = inspect.Parameter.POSITIONAL_ONLY
    shown = [f"arg{i}" for i in range(count)] + names
    called.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, kind) for name in dict.fromkeys(shown)]
    )
    values = (*given.args, *(given.kwargs[name] for name in names))
    return called, values, [*traced, *range(count, len(values))]


_CHANGEABLE: Final = (np.ndarray, set, bytearray)
"""What each call gives anew."""

_ONCE: Final = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)


def _kept(leaf: Any) -> Any:
    """A part of the result that is no number of the trace, for all calls."""
    if isinstance(leaf, _ONCE):
        raise UnsupportedError(
            f"the function returns a {type(leaf).__name__.replace('_', ' ')}",
            where=user_line(),
            why="That runs once, and compiled code gives the same for every call.",
            remedy="Return numbers, arrays, or containers of them.",
        )
    return leaf


def _fitted(value: Any, type_: Type) -> Any:
    """The value as an array of the code's dtype."""
    if value.__class__ is np.ndarray:
        return value if value.flags.aligned else value.copy()
    try:
        return type_.dtype.type(value)
    except OverflowError:
        raise DtypeError(
            f"an argument is {value:.4g}",
            where=user_line(),
            why="Graphs carry Python's integers as int64, which ends at about 9.2e18.",
            remedy="Pass it as a float.",
        ) from None
