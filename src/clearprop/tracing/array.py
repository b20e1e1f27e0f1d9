"""The traced array: what the user's function holds instead of a NumPy array.

A :class:`Traced` is a handle: it names a value of an open trace and carries that value's concrete
numbers, so that Python's ``if`` and ``print`` work. As in NumPy, a handle for an array can be
written into, and handles made by slicing or reshaping are views of the same memory. What its
operators and methods *do* stands in the namespace of its trace.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, Final, NoReturn, final

import numpy as np

from clearprop.errors import DetachmentError, EscapedError, UnsupportedError
from clearprop.graph import Params, Shape, Type, Value
from clearprop.tracing.trace import Trace, user_line

METHODS: Final = (
    *("all", "any", "argmax", "argmin", "astype", "choose", "clip", "compress", "conj"),
    *("conjugate", "copy", "cumprod", "cumsum", "diagonal", "dot", "fill", "flatten", "item"),
    *("max", "mean", "min", "nonzero", "prod", "put", "ravel", "repeat", "round", "squeeze"),
    *("std", "sum", "swapaxes", "take", "tolist", "var"),
)
"""Methods of arrays that are the functions of the same name."""

Operator = Callable[["Traced", Any], Any]


def _operator(name: str) -> Operator:
    """The method of a binary operator: the function of that name in the namespace."""

    def operator(self: Traced, other: Any) -> Any:
        return self.trace.namespace[name](self, other)

    return operator


def _reflected(name: str) -> Operator:
    """The same with the operands exchanged, for ``2 - x``."""

    def operator(self: Traced, other: Any) -> Any:
        return self.trace.namespace[name](other, self)

    return operator


def _in_place(name: str) -> Operator:
    """The method of an augmented assignment, such as ``x += other``."""

    def operator(self: Traced, other: Any) -> Any:
        return self.trace.namespace["in_place"](self, name, other)

    return operator


@final
class Traced:
    """A value of an open trace; behaves as the NumPy array or scalar that it stands for.

    Args:
        trace: The trace that owns it.
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
        "parent",
        "read_only",
        "seen",
        "step",
        "trace",
        "version",
    )
    __array_priority__ = 1000.0
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, trace: Trace, node: Value, concrete: Any, is_array: bool) -> None:
        self.trace = trace
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
    def shape(self) -> Shape:
        """The shape."""
        return self.node.type.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype."""
        return self.node.type.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.node.type.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.node.type.size

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return self.node.type.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.size * self.itemsize

    @property
    def T(self) -> Any:
        """The transpose: a view with the axes in reverse order."""
        return self._call("transpose")

    @property
    def mT(self) -> Any:
        """The matrix transpose: a view with the last two axes swapped."""
        return self._call("matrix_transpose")

    @property
    def real(self) -> Any:
        """The real part: the array itself, as it is real."""
        return self

    @property
    def flat(self) -> Iterator[Any]:
        """An iterator over the elements in C order."""
        return iter(self._call("ravel"))

    @property
    def value(self) -> Any:
        """The concrete numbers of a value made by ``cp.stop_gradient``: the way out of a trace."""
        primitive = getattr(self.node, "primitive", None)
        if primitive is None or primitive.name != "stop_gradient":
            raise self.detached(".value", "cp.stop_gradient(x).value")
        return bottom(self)

    # Its place in the trace ----------------------------------------------------------------------

    def require_open(self) -> None:
        """Raise if the trace has closed.

        Raises:
            EscapedError: As nothing records any more what is done with the value.
        """
        if self.trace.closed:
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
            self.trace.namespace["refresh"](self)
        return self.node

    def snapshot(self) -> Traced:
        """A handle for the value as it is now, which later writes do not change."""
        self.current()
        return Traced(self.trace, self.node, self.concrete, self.is_array)

    def _call(self, name: str, *arguments: Any) -> Any:
        return self.trace.namespace[name](self, *arguments)

    def __getattr__(self, name: str) -> Any:
        if name in METHODS:
            return functools.partial(self.trace.namespace[name], self)
        if name.startswith("__") or not hasattr(np.ndarray, name):
            raise AttributeError(f"a traced array has no attribute {name!r}")
        raise self.trace.hide(
            UnsupportedError(
                f"the array method or attribute .{name} is not traced",
                where=user_line(),
                remedy="Use a function of clearprop.numpy in its place.",
            )
        )

    # Shape and copies ----------------------------------------------------------------------------

    def reshape(self, *shape: Any, order: str = "C") -> Any:
        """As ``ndarray.reshape``: one tuple or several lengths."""
        lengths = shape[0] if len(shape) == 1 and not _is_index(shape[0]) else shape
        return self.trace.namespace["reshape"](self, lengths, order=order)

    def transpose(self, *axes: Any) -> Any:
        """As ``ndarray.transpose``: nothing, one tuple or several axes."""
        order = axes[0] if len(axes) == 1 and not _is_index(axes[0]) else (axes or None)
        return self.trace.namespace["transpose"](self, order)

    def __copy__(self) -> Any:
        return self._call("copy")

    def __deepcopy__(self, memo: object) -> Any:
        return self._call("copy")

    # Elements ------------------------------------------------------------------------------------

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        if not self.shape:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(self.shape[0]))

    def __getitem__(self, index: Any) -> Any:
        return self.trace.namespace["getitem"](self, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        self.trace.namespace["setitem"](self, index, value)

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

    def detached(self, culprit: str, spelling: str) -> DetachmentError:
        """The error for a way out of the trace; NumPy may hide it, so the trace remembers it."""
        error = DetachmentError(
            f"{culprit} would detach a traced {self.type} from its derivative",
            where=user_line(),
            why="A plain number carries no derivative, so the result would silently be wrong.",
            remedy=f"Write {spelling}; to step out of the derivative on purpose, use "
            "cp.stop_gradient(x).value.",
        )
        self.trace.hide(error)
        return error

    def __float__(self) -> float:
        if self.dtype.kind in "biu":
            return float(self._call("guard_int"))
        raise self.detached(
            "float(x), a function of Python's math module, or storing x in a plain NumPy array",
            "np.sin(x) for math.sin(x), and make arrays with clearprop.numpy (np.zeros, np.array, "
            "np.stack) so that they can hold x",
        )

    def __complex__(self) -> NoReturn:
        raise self.detached("complex(x)", "the real and imaginary parts as two arrays")

    def __array__(self, dtype: Any = None, copy: Any = None) -> NoReturn:
        raise self.detached(
            "turning x into a plain NumPy array",
            "clearprop.numpy.array, clearprop.numpy.stack or the function's name in "
            "clearprop.numpy",
        )

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return self.trace.namespace["array_ufunc"](self, ufunc, method, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return self.trace.namespace["array_function"](self, function, args, kwargs)

    # Text: printing looks at the numbers and changes nothing -------------------------------------

    def __repr__(self) -> str:
        self.current()
        return f"Traced({bottom(self)!r})"

    def __str__(self) -> str:
        self.current()
        return str(bottom(self))

    def __format__(self, spec: str) -> str:
        self.current()
        return format(bottom(self), spec)

    # Operators -----------------------------------------------------------------------------------

    __add__ = _operator("add")
    __radd__ = _reflected("add")
    __sub__ = _operator("subtract")
    __rsub__ = _reflected("subtract")
    __mul__ = _operator("multiply")
    __rmul__ = _reflected("multiply")
    __truediv__ = _operator("divide")
    __rtruediv__ = _reflected("divide")
    __floordiv__ = _operator("floor_divide")
    __rfloordiv__ = _reflected("floor_divide")
    __mod__ = _operator("remainder")
    __rmod__ = _reflected("remainder")
    __divmod__ = _operator("divmod")
    __rdivmod__ = _reflected("divmod")
    __pow__ = _operator("power")
    __rpow__ = _reflected("power")
    __matmul__ = _operator("matmul")
    __rmatmul__ = _reflected("matmul")
    __lshift__ = _operator("left_shift")
    __rlshift__ = _reflected("left_shift")
    __rshift__ = _operator("right_shift")
    __rrshift__ = _reflected("right_shift")
    __and__ = _operator("bitwise_and")
    __rand__ = _reflected("bitwise_and")
    __or__ = _operator("bitwise_or")
    __ror__ = _reflected("bitwise_or")
    __xor__ = _operator("bitwise_xor")
    __rxor__ = _reflected("bitwise_xor")
    __eq__ = _operator("equal")
    __ne__ = _operator("not_equal")
    __lt__ = _operator("less")
    __le__ = _operator("less_equal")
    __gt__ = _operator("greater")
    __ge__ = _operator("greater_equal")

    def __neg__(self) -> Any:
        return self._call("negative")

    def __pos__(self) -> Any:
        return self._call("positive")

    def __abs__(self) -> Any:
        return self._call("absolute")

    def __invert__(self) -> Any:
        return self._call("invert")

    # In place: an array is written into, a scalar is bound anew, as in NumPy ---------------------

    __iadd__ = _in_place("add")
    __isub__ = _in_place("subtract")
    __imul__ = _in_place("multiply")
    __itruediv__ = _in_place("divide")
    __ifloordiv__ = _in_place("floor_divide")
    __imod__ = _in_place("remainder")
    __ipow__ = _in_place("power")
    __imatmul__ = _in_place("matmul")
    __ilshift__ = _in_place("left_shift")
    __irshift__ = _in_place("right_shift")
    __iand__ = _in_place("bitwise_and")
    __ior__ = _in_place("bitwise_or")
    __ixor__ = _in_place("bitwise_xor")


def bottom(value: Any) -> Any:
    """The concrete numbers under any nesting of traces."""
    while value.__class__ is Traced:
        value.current()
        value = value.concrete
    return value


def _is_index(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) or (value.__class__ is Traced and not value.shape)
