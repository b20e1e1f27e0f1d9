"""An open trace: the graph that grows while the user's function runs."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any, Final, final

import numpy as np

from clearprop.errors import ClearpropError, DtypeError, EscapedError, TraceError
from clearprop.graph import (
    Constant,
    Graph,
    Guard,
    Input,
    Location,
    Node,
    Params,
    Provenance,
    Type,
    Value,
    constant,
    location_of,
    type_of,
)
from clearprop.graph.types import DTYPE_NAMES
from clearprop.primitives import CATALOGUE
from clearprop.primitives.stacks import Stack
from clearprop.tracing.randomness import fingerprint, refuse_draws

if TYPE_CHECKING:
    from clearprop.tracing.array import Traced

CURRENT: Final[ContextVar[Trace | None]] = ContextVar("clearprop_trace", default=None)
"""The innermost open trace; the one mutable module-level state of the library."""

SCOPE: Final[ContextVar[str]] = ContextVar("clearprop_scope", default="")
"""The open name scopes, joined by ``/``."""

PACKAGE: Final = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "")
NUMPY: Final = os.path.join(os.path.dirname(os.path.abspath(np.__file__)), "")

Namespace = Mapping[str, Callable[..., Any]]
"""NumPy functions by name, on traced values; the ``numpy`` floor hands it down."""


@final
class Trace:
    """A graph under construction, with the values met on the way.

    Args:
        namespace: What NumPy's protocols and the methods of traced arrays call.
        keep: Whether to keep the values that derivatives will ask for.
        lift: Whether captured arrays become inputs of the graph; else they become constants.
        abstract: Whether values are known by type alone, as in the bodies of loops and branches:
            nothing is computed, and Python code cannot look at them.
        whole: Whether what happens to values of enclosing traces meanwhile is recorded here too:
            what stands in a branch is not to be evaluated unless the branch is taken.
        detached: Whether concrete values are plain numbers even where enclosing traces own them, so
            that nothing is recorded there; the graph is applied there as a whole.
        example: Whether the values are those of one element of a batch, which stands for others.
        hollow: Whether there is no such element: zeros stand in for every value, and Python code
            may look at them.
        sketch: Whether the function may be traced again with its numbers, should types alone not
            do: then nothing is written into arrays, as what is a view may depend on numbers.
        compiled: Whether the graph becomes machine code, which may take sums in another order.

    Attributes:
        sketch: The sketch that this trace is, or is a part of.
        looked: Whether code looked at a value of which the type alone is known.
        stage: The innermost open trace, this one included, that takes in whatever happens.
        place: The provenance of the next nodes where their source is not Python (the text of an
            expression); None to take the instruction that is running.
    """

    def __init__(
        self,
        namespace: Namespace,
        *,
        keep: bool = False,
        lift: bool = False,
        abstract: bool = False,
        whole: bool = False,
        detached: bool = False,
        example: bool = False,
        hollow: bool = False,
        sketch: bool = False,
        compiled: bool = False,
    ) -> None:
        self.namespace = namespace
        self.keep = keep
        self.lift = lift
        self.detached = detached
        self.example = example
        self.hollow = hollow
        self.outer = CURRENT.get()
        self.abstract = abstract or sketch or (detached and self._is_inside_abstract())
        self.sketch: Trace | None = self if sketch else self.outer and self.outer.sketch
        self.depth: int = 0 if self.outer is None else self.outer.depth + 1
        self.stage: Trace | None = self if whole else self.outer and self.outer.stage
        self.compiled: bool = compiled or (self.outer is not None and self.outer.compiled)
        self.looked = False
        self.closed = False
        self.inputs: list[Input] = []
        self.nodes: list[Node] = []
        self.guards: list[Guard] = []
        self.saved: dict[Value, Any] = {}
        self.captured: list[tuple[Input, Any]] = []
        self.hidden_error: ClearpropError | None = None
        self.place: Provenance | None = None
        self._captures: dict[int, tuple[Any, Any, Value]] = {}
        self._places: dict[tuple[int, int, str], Provenance] = {}

    def _is_inside_abstract(self) -> bool:
        """Whether an enclosing trace knows types alone."""
        trace = self.outer
        while trace is not None and not trace.abstract:
            trace = trace.outer
        return trace is not None

    # Opening and closing ---------------------------------------------------------------------

    @contextmanager
    def open(self) -> Iterator[Trace]:
        """Make this the current trace for the duration of a ``with`` block."""
        token = CURRENT.set(self)
        before = fingerprint() if self.outer is None else None
        try:
            yield self
            if self.outer is None:
                refuse_draws(before)
        except (TypeError, ValueError) as error:
            if self.hidden_error is not None and _hides(error, self.hidden_error):
                raise self.hidden_error from None
            raise
        finally:
            CURRENT.reset(token)
            self.closed = True

    def input(self, name: str, type_: Type) -> Input:
        """A new input of the graph."""
        value = Input(name, type_)
        self.inputs.append(value)
        return value

    def finish(self, outputs: Sequence[Value]) -> Graph:
        """The graph of what was recorded; captured values are its last inputs."""
        captured = [place for place, _ in self.captured]
        return Graph((*self.inputs, *captured), self.nodes, outputs, self.guards)

    # Values from outside ---------------------------------------------------------------------

    def capture(self, value: Any) -> Value:
        """A value from outside this trace as an operand: a constant, or an extra input."""
        if value.__class__ in (float, int, bool, complex):
            return constant(value, weak=None if value.__class__ is not bool else False)
        if isinstance(value, (np.ndarray, np.generic)):
            require_traceable(value.dtype, "a value")
        if isinstance(value, np.generic):
            return constant(value)
        if isinstance(value, np.ndarray):
            if value.ndim == 0:
                return constant(value[()], weak=False)
            return self._capture_array(value)
        if isinstance(value, Stack):
            return self._capture_stack(value)
        return self._capture_traced(value)

    def _capture_stack(self, stack: Stack) -> Value:
        """What another trace left on a stack becomes an input; without those, it is rebuilt."""
        zero, depth = stack.zero, 0
        while isinstance(zero, Stack):
            zero, depth = zero.zero, depth + 1
        params = (("shape", np.shape(zero)), ("dtype", np.asarray(zero).dtype), ("depth", depth))
        type_ = CATALOGUE["stack_new"].result((), params)
        if stack.height and self.lift:
            self.captured.append((Input(f"captured{len(self.captured)}", type_), stack))
            return self.captured[-1][0]
        entries = []
        while stack.height:
            stack, top = stack.pop()
            entries.append(top)
        made = self._append("stack_new", (), params, type_)
        for entry in reversed(entries):
            made = self._append("stack_push", (made, self.capture(entry)), (), type_)
        return made

    def _append(self, name: str, operands: tuple[Value, ...], params: Params, type_: Type) -> Node:
        node = Node(CATALOGUE[name], operands, params, type_, self.provenance())
        self.nodes.append(node)
        return node

    def _capture_array(self, array: np.ndarray[Any, Any]) -> Value:
        """Arrays are copied, as the user may write into them later; an unchanged one is shared."""
        known = self._captures.get(id(array))
        if known is not None and known[1].tobytes() == array.tobytes():
            return known[2]
        copied = array if _is_frozen(array) else array.copy()
        copied.flags.writeable = False
        place: Value
        if self.lift:
            place = Input(f"captured{len(self.captured)}", type_of(copied.shape, copied.dtype))
            self.captured.append((place, copied))
        else:
            place = Constant(copied, type_of(copied.shape, copied.dtype))
        self._captures[id(array)] = (array, copied, place)
        return place

    def _capture_traced(self, value: Traced) -> Value:
        """A value of an enclosing trace becomes an extra input, bound when the graph is inlined."""
        value.require_open()
        node = value.current()
        known = self._captures.get(id(node))
        if known is not None:
            return known[2]
        if not self.lift:
            raise EscapedError(
                "a function that is traced into a graph of its own uses a value of an enclosing "
                "derivative",
                where=self.where(),
                remedy="Pass that value to the function as an argument.",
            )
        place = Input(f"captured{len(self.captured)}", node.type)
        self.captured.append((place, value.snapshot()))
        self._captures[id(node)] = (node, value, place)
        return place

    # Where we are in the user's code ---------------------------------------------------------

    def provenance(self) -> Provenance | None:
        """The innermost instruction outside clearprop and NumPy that is running now."""
        if self.place is not None:
            return self.place
        frame = sys._getframe(2)
        while frame is not None:
            code = frame.f_code
            if not is_ours(code.co_filename):
                break
            frame = frame.f_back  # type: ignore[assignment]
        else:
            return None
        scope = SCOPE.get()
        key = (id(code), frame.f_lasti, scope)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = Provenance(code, frame.f_lasti, scope)
        return place

    def where(self) -> str:
        """The user's line that is running now, for an error."""
        return user_line()

    def unknown(self, doing: str, remedy: str, where: str = "") -> TraceError:
        """The error for code that looks at a value of which the type alone is known.

        Args:
            doing: What the code does, as a verb with its object.
            remedy: What to write instead.
            where: The user's line; empty for the one that runs.
        """
        if self.sketch is not None:
            self.sketch.looked = True
        return TraceError(
            f"the body of a loop or branch {doing}",
            where=where or user_line(),
            why="A body is made into a graph once, for all values: only types are known.",
            remedy=remedy,
        )

    def hide(self, error: ClearpropError) -> ClearpropError:
        """Remember an error that NumPy may put one of its own over; it is raised at the border."""
        trace: Trace | None = self
        while trace is not None:
            trace.hidden_error = error
            trace = trace.outer
        return error


@functools.lru_cache(maxsize=4096)
def is_ours(filename: str) -> bool:
    """Whether a file is one of clearprop's or of NumPy's."""
    return filename.startswith((PACKAGE, NUMPY))


def user_instruction() -> tuple[CodeType, int] | None:
    """The innermost instruction outside clearprop and NumPy that is running, if there is one."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if not is_ours(frame.f_code.co_filename):
            return frame.f_code, frame.f_lasti
        frame = frame.f_back
    return None


def user_line() -> str:
    """The line of that instruction, as text; empty if there is none."""
    running = user_instruction()
    location = running and location_of(Provenance(*running))
    return str(location) if isinstance(location, Location) else ""


@functools.cache
def can_be_traced(dtype: np.dtype[Any]) -> bool:
    """Whether arrays of that dtype are taken into a trace: numbers and booleans."""
    return dtype.kind in "biufc" and dtype.name in DTYPE_NAMES and bool(dtype.isnative)


def require_traceable(dtype: np.dtype[Any], what: str) -> None:
    """Raise if arrays of that dtype cannot be traced.

    Raises:
        DtypeError: Naming the value and its dtype, with what to do instead.
    """
    if not can_be_traced(dtype):
        raise DtypeError(
            f"{what} has dtype {dtype}",
            where=user_line(),
            why="Only booleans, integers, floats and complex numbers can be traced.",
            remedy='Convert it first, for example with x.astype("float64").',
        )


def _is_frozen(array: np.ndarray[Any, Any]) -> bool:
    """Whether nobody can write into the array's memory."""
    base: Any = array
    while isinstance(base, np.ndarray):
        if base.flags.writeable:
            return False
        base = base.base
    return base is None or isinstance(base, bytes)


def _hides(error: BaseException, ours: ClearpropError) -> bool:
    """Whether an error of NumPy's stands in the place of one that we raised below it."""
    cause: BaseException | None = error
    while cause is not None:
        if cause is ours:
            return error is not ours
        cause = cause.__cause__ or cause.__context__
    return False


@contextmanager
def name_scope(name: str) -> Iterator[None]:
    """Name the part of a computation recorded in a ``with`` block; scopes nest with ``/``.

    Args:
        name: What explanations and pictures call that part.

    Returns:
        A context manager.

    >>> import clearprop as cp
    >>> def f(x):
    ...     with cp.name_scope("layer1"):
    ...         return x * x
    >>> [cp.graph.scope_of(node) for node in cp.trace(f)(2.0).nodes]
    ['layer1']
    """
    outer = SCOPE.get()
    token = SCOPE.set(f"{outer}/{name}" if outer else name)
    try:
        yield
    finally:
        SCOPE.reset(token)
