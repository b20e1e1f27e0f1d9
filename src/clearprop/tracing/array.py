"""The traced array: what the user's function holds instead of a NumPy array.

A :class:`Traced` is a handle: it names a value of an open trace and carries that value's concrete
numbers, so that Python's ``if`` and ``print`` work. As in NumPy, a handle for an array can be
written into, and handles made by slicing or reshaping are views of the same memory. What its
operators and methods *do* stands in the namespace of its trace.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn, final

import numpy as np

from clearprop.errors import DetachmentError, EscapedError, UnsupportedError
from clearprop.graph import Params, Type, Value
from clearprop.tracing.attributes import Attributes
from clearprop.tracing.escapes import as_array, as_float, step_of
from clearprop.tracing.operators import Operators
from clearprop.tracing.trace import Trace, user_instruction, user_line


@final
class Traced(Attributes, Operators):
    """A value of an open trace; behaves as the NumPy array or scalar that it stands for.

    Args:
        owner: The trace that owns it.
        node: Its value in the graph.
        value: Its concrete numbers: a NumPy array or scalar, or a Traced of an enclosing trace.
        is_array: Whether NumPy would hold an array here (it can be written into), not a scalar.

    Attributes:
        read_only: Why it must not be written into; empty if it may.
        parent: The array that this is a view of, if it is one.
        step: What makes the view from its parent: a primitive's name, its parameters and its
            further operands.
        version: How often the array was written into (counted at the root of a tree of views).
        seen: The root's version that ``node`` belongs to.
    """

    __slots__ = (
        "concrete",
        "is_array",
        "node",
        "owner",
        "parent",
        "read_only",
        "seen",
        "step",
        "version",
    )
    __array_priority__ = 1000.0

    def __init__(self, owner: Trace, node: Value, concrete: Any, is_array: bool) -> None:
        self.owner = owner
        self.node = node
        self.concrete = concrete
        self.is_array = is_array
        self.read_only = ""
        self.parent: Traced | None = None
        self.step: tuple[str, Params, tuple[Any, ...]] | None = None
        self.version = 0
        self.seen = 0

    # What it is ----------------------------------------------------------------------------------

    @property
    def type(self) -> Type:
        """Shape, dtype and weakness."""
        return self.node.type

    @property
    def value(self) -> Any:
        """The concrete numbers of a value made by ``cp.stop_gradient``: the way out of a trace."""
        primitive = getattr(self.node, "primitive", None)
        if primitive is None or primitive.name != "stop_gradient":
            raise self.detached(".value", "")
        if self.owner.abstract:
            raise self.owner.unknown(
                "asks for the numbers of a traced value", "Return what you want to look at."
            )
        if stands_for_others(self):
            raise self.owner.hide(
                DetachmentError(
                    "cp.stop_gradient(x).value would give the numbers of one element of a batch "
                    "to all of them",
                    where=user_line(),
                    why="Under cp.vmap the function is called once, for the first element.",
                    remedy="Use cp.stop_gradient(x) without .value, or take the numbers before the "
                    "call and pass them in as one more argument.",
                )
            )
        numbers = bottom(self)  # the trace's own, which the caller must not write into
        return numbers.copy() if isinstance(numbers, np.ndarray) else numbers

    # Its place in the trace ----------------------------------------------------------------------

    def require_open(self) -> None:
        """Raise if the trace has closed.

        Raises:
            EscapedError: As nothing records any more what is done with the value.
        """
        if self.owner.closed:
            raise EscapedError(
                f"a traced value of type {self.type} is used after its trace closed",
                where=user_line(),
                why="It was stored outside the function that was being differentiated.",
                remedy="Return the value from the function (grad(f, has_aux=True) passes extra "
                "results on) or use cp.stop_gradient(x).value inside it.",
            )

    def current(self) -> Value:
        """Its value in the graph as it is now: a view looks at what its base was made to hold."""
        if self.parent is not None:
            self.owner.namespace["refresh"](self)
        return self.node

    def snapshot(self) -> Traced:
        """A handle for the value as it is now, which later writes do not change."""
        self.current()
        return Traced(self.owner, self.node, self.concrete, self.is_array)

    def __copy__(self) -> Any:
        return self.owner.namespace["copy"](self)

    def __deepcopy__(self, memo: object) -> Any:
        return self.owner.namespace["copy"](self)

    # Elements ------------------------------------------------------------------------------------

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __contains__(self, element: Any) -> bool:
        return bool(self.owner.namespace["any"](self == element))

    def __hash__(self) -> int:
        raise self.owner.hide(
            UnsupportedError(
                f"a traced {self.type} is not hashable",
                where=user_line(),
                why="It was used as a key of a dict, in a set, or as an argument of a function "
                "with functools.cache, which would answer with values of another call.",
                remedy="Use an integer as the key, and call the function without its cache "
                "(f.__wrapped__).",
            )
        )

    def __iter__(self) -> Iterator[Any]:
        if not self.shape:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(self.shape[0]))

    def __getitem__(self, index: Any) -> Any:
        return self.owner.namespace["getitem"](self, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        self.owner.namespace["setitem"](self, index, value)

    # Outcomes that the Python code may look at: guards -------------------------------------------

    def __bool__(self) -> bool:
        return bool(self._call("guard_bool"))

    def __int__(self) -> int:
        return int(self._call("guard_int"))

    def __index__(self) -> int:
        return int(self._call("guard_index"))

    def __round__(self, digits: int | None = None) -> Any:
        return int(self._call("rint")) if digits is None else self._call("round", digits)

    def __floor__(self) -> int:
        return int(self._call("floor"))

    def __ceil__(self) -> int:
        return int(self._call("ceil"))

    def __trunc__(self) -> int:
        return int(self._call("trunc"))

    # Ways out that would lose the derivative: errors ---------------------------------------------

    def detached(self, culprit: str, instead: str) -> DetachmentError:
        """The error for a way out of the trace; NumPy may hide it, so the trace remembers it.

        Args:
            culprit: What would lead out.
            instead: What to do instead, as a clause; empty if that is the way out itself.
        """
        way_out = "to step out of the derivative on purpose, use cp.stop_gradient(x).value"
        allowed = [instead] if self.owner.abstract else [instead, way_out]
        remedy = "; ".join(clause for clause in allowed if clause)
        what = f"{culprit} would detach a traced {self.type} from its derivative"
        why = "A plain number carries no derivative, so the result would silently be wrong."
        if not self.type.differentiable:
            what = f"{culprit} would make plain numbers of a traced {self.type}"
            why = "They would stay when the inputs change, so the result would silently be wrong."
        error = DetachmentError(
            what,
            where=user_line(),
            why=why,
            remedy=f"{remedy[:1].upper()}{remedy[1:]}.",
        )
        self.owner.hide(error)
        return error

    def __float__(self) -> float:
        if self.dtype.kind in "biu":
            return float(self._call("guard_int"))
        raise self.detached(*as_float(_running(), self.owner.namespace))

    def __complex__(self) -> NoReturn:
        raise self.detached("complex(x)", "write x.astype(complex)")

    def __array__(self, dtype: Any = None, copy: Any = None) -> NoReturn:
        raise self.detached(*as_array(_running(), is_index=self.dtype.kind in "biu"))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return self.owner.namespace["array_ufunc"](self, ufunc, method, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return self.owner.namespace["array_function"](self, function, args, kwargs)

    def __reduce__(self) -> NoReturn:
        raise self.detached(
            "pickling x", "write to the file what the function returns, after the call"
        )

    # Text: printing looks at the numbers and changes nothing -------------------------------------

    def __repr__(self) -> str:
        self.current()
        return f"Traced({self.type if self.owner.abstract else repr(bottom(self))})"

    def __str__(self) -> str:
        self.current()
        return repr(self) if self.owner.abstract else str(bottom(self))

    def __format__(self, spec: str) -> str:
        self.current()
        return repr(self) if self.owner.abstract else format(bottom(self), spec)


def _running() -> tuple[str, str]:
    """What the user's code is doing now."""
    running = user_instruction()
    return step_of(*running) if running is not None else ("", "")


def stands_for_others(value: Any) -> bool:
    """Whether the numbers are those of one element of a batch."""
    while value.__class__ is Traced:
        if value.owner.example:
            return True
        value = value.concrete
    return False


def bottom(value: Any) -> Any:
    """The concrete numbers under any nesting of traces."""
    while value.__class__ is Traced:
        value.current()
        value = value.concrete
    return value
