"""Types: what is known of a value before it is computed: shape, dtype, and whether it is weak.

Nearly every value is an array (a scalar is a 0-d one). Two further forms serve operations with
several results and loops: a *tuple* of values, which only ``item`` takes apart, and a *stack*,
which grows by ``stack_push`` and shrinks by ``stack_pop``.

A *weak* type is that of a bare Python number. It is always 0-d and gives way to any array or NumPy
scalar it meets (NEP 50): ``3.0 * float32`` is float32, while ``np.float64(3.0) * float32`` is
float64. Types are interned: two equal types are one object, so they compare by identity.

>>> type_of((2, 3), "float32")
float32[2,3]
>>> type_of((), "float64", weak=True)
float
>>> type_of((2, 3), "float32") is type_of((2, 3), "float32")
True
>>> tuple_of((type_of((3,), "float64"), stack_of(type_of((), "int64"))))
(float64[3], stack(int64))
"""

from __future__ import annotations

import functools
from typing import Any, Final, Literal, final

import numpy as np

from clearprop.errors import DtypeError

Shape = tuple[int, ...]

DTYPE_NAMES: Final = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
)
"""The dtypes a graph may hold, by name."""

WEAK_NAMES: Final = {"int": "int64", "float": "float64", "complex": "complex128"}
"""The weak types by their name in the text form, with the dtype that carries their value."""

_WEAK_BY_DTYPE: Final = {dtype: name for name, dtype in WEAK_NAMES.items()}


_VOID: Final = np.dtype("V")


@final
class Type:
    """What a value is; made by :func:`type_of`, :func:`tuple_of` and :func:`stack_of`."""

    __slots__ = ("differentiable", "dtype", "form", "parts", "shape", "text", "weak")

    form: Literal["array", "tuple", "stack"]
    parts: tuple[Type, ...]
    """The types of a tuple's items, or the one of a stack's elements; empty for arrays."""
    shape: Shape
    """Of arrays; () for the other forms."""
    dtype: np.dtype[Any]
    """Of arrays; void for the other forms."""
    weak: bool
    differentiable: bool
    """Whether values of this type have tangents: floats and complex numbers do."""
    text: str

    def __init__(
        self,
        shape: Shape,
        dtype: np.dtype[Any],
        weak: bool,
        form: Literal["array", "tuple", "stack"] = "array",
        parts: tuple[Type, ...] = (),
    ) -> None:
        self.form = form
        self.parts = parts
        self.shape = shape
        self.dtype = dtype
        self.weak = weak
        self.differentiable = dtype.kind in "fc" or any(part.differentiable for part in parts)
        self.text = self._text()

    def _text(self) -> str:
        inside = ", ".join(part.text for part in self.parts)
        if self.form == "tuple":
            return f"({inside},)" if len(self.parts) == 1 else f"({inside})"
        if self.form == "stack":
            return f"stack({inside})"
        sizes = f"[{','.join(map(str, self.shape))}]" if self.shape else ""
        return _WEAK_BY_DTYPE[self.dtype.name] if self.weak else self.dtype.name + sizes

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        count = 1
        for length in self.shape:
            count *= length
        return count

    def with_shape(self, shape: Shape) -> Type:
        """The strong type of the same dtype with another shape."""
        return type_of(shape, self.dtype)

    def with_dtype(self, dtype: Any) -> Type:
        """The strong type of the same shape with another dtype."""
        return type_of(self.shape, dtype)

    @property
    def strong(self) -> Type:
        """The same type, not weak."""
        return type_of(self.shape, self.dtype) if self.weak else self

    def __repr__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[Any, ...]:
        if self.form != "array":
            return _compound, (self.form, self.parts)
        return type_of, (self.shape, self.dtype.name, self.weak)

    def __copy__(self) -> Type:
        return self

    def __deepcopy__(self, memo: object) -> Type:
        return self


def type_of(shape: Shape, dtype: Any, weak: bool = False) -> Type:
    """The one :class:`Type` of that shape, dtype and weakness.

    Raises:
        DtypeError: If graphs do not hold that dtype (strings, objects, longdouble, dates).
    """
    return _intern(tuple(shape), np.dtype(dtype), weak)


def tuple_of(types: tuple[Type, ...]) -> Type:
    """The one :class:`Type` of a tuple of arrays and stacks."""
    return _compound("tuple", types)


def stack_of(element: Type) -> Type:
    """The one :class:`Type` of a stack of values of one type."""
    return _compound("stack", (element,))


@functools.cache
def _compound(form: Literal["tuple", "stack"], parts: tuple[Type, ...]) -> Type:
    if any(part.form == "tuple" for part in parts):
        raise DtypeError(f"a {form} cannot hold a tuple: {', '.join(p.text for p in parts)}")
    return Type((), _VOID, False, form, parts)


@functools.cache
def _intern(shape: Shape, dtype: np.dtype[Any], weak: bool) -> Type:
    if dtype.name not in DTYPE_NAMES or not dtype.isnative:
        raise DtypeError(
            f"dtype {dtype} cannot stand in a graph",
            why="Graphs hold booleans, integers, floats and complex numbers in native byte order.",
            remedy='Convert the array first, for example with x.astype("float64").',
        )
    if weak and (shape or dtype.name not in _WEAK_BY_DTYPE):
        raise DtypeError(f"{dtype}{list(shape)} cannot be weak: only Python numbers are")
    return Type(shape, dtype, weak)
