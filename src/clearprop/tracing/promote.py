"""NumPy's promotion and broadcasting, made explicit before a primitive is recorded.

Dtypes are settled by the ufunc itself (``ufunc.resolve_dtypes``, NEP 50: Python numbers are weak);
casts and broadcasts become nodes of their own.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from clearprop.errors import DtypeError, ShapeError
from clearprop.graph import Type, type_of
from clearprop.primitives import CATALOGUE, Elementwise
from clearprop.tracing.array import Traced, bottom
from clearprop.tracing.bind import bind
from clearprop.tracing.nested import as_array, refuse_subclass
from clearprop.tracing.trace import require_traceable, user_line

_PYTHON: Final[dict[str, type]] = {"i": int, "f": float, "c": complex}

_WEAK_NAMES: Final[dict[type, str]] = {int: "int64", float: "float64", complex: "complex128"}

_WEAK_CLASSES: Final = tuple(_WEAK_NAMES)

_WEAK_DTYPES: Final = (np.dtype("int64"), np.dtype("float64"), np.dtype("complex128"))


def elementwise(primitive: Elementwise, *operands: Any) -> Any:
    """Apply an elementwise primitive with NumPy's promotion and broadcasting."""
    first = operands[0]
    if first.__class__ is Traced and primitive.ufunc is not None:
        type_ = first.node.type
        if len(operands) == 1:
            if type_.dtype.kind == "f":
                return bind(primitive, operands)
        elif type_.dtype.kind == "f" and _alike(operands[1], type_):
            return bind(primitive, operands)
    return bind(primitive, _promoted(primitive, [plain(operand) for operand in operands]))


def settled(ufunc: np.ufunc, *operands: Any) -> list[Any]:
    """The operands of a function that a ufunc stands for, cast and broadcast as it would.

    Plain ones come as NumPy's scalars and arrays, with a dtype.
    """
    values = [plain(operand) for operand in operands]
    types = tuple(type_of_value(value) for value in values)
    shape = common_shape([type_.shape for type_ in types], ufunc.__name__)
    dtypes = _ufunc_dtypes(ufunc, types)
    fitted = [fit(v, t, shape, dtype) for v, t, dtype in zip(values, types, dtypes, strict=True)]
    return [value if hasattr(value, "dtype") else np.asarray(value)[()] for value in fitted]


def _alike(second: Any, type_: Type) -> bool:
    """Whether an operand needs neither cast nor broadcast to a float type (the common case)."""
    if second.__class__ is Traced:
        return second.node.type is type_
    return second.__class__ is float and type_.dtype == np.float64


def plain(operand: Any) -> Any:
    """A traced value, a NumPy array or scalar, or a Python number; lists become arrays.

    Raises:
        DtypeError: If it is none of these.
    """
    kind = operand.__class__
    if kind is Traced or kind in _WEAK_CLASSES:
        return operand
    if isinstance(operand, (np.generic, np.ndarray)):
        refuse_subclass(operand)
        require_traceable(operand.dtype, "a value")
        return operand
    if kind is bool:
        return np.bool_(operand)
    array = as_array(operand)
    if array.dtype.kind not in "biufc":
        raise DtypeError(
            f"a value of type {kind.__name__} meets a traced array",
            where=user_line(),
            why="Only numbers and arrays of numbers have derivatives.",
            remedy="Convert it to a number or a NumPy array first.",
        )
    return array


def type_of_value(value: Any) -> Type:
    """The type of what :func:`plain` returned."""
    if value.__class__ is Traced:
        return value.node.type
    if value.__class__ in _WEAK_CLASSES:
        return type_of((), _WEAK_NAMES[value.__class__], weak=True)
    return type_of(value.shape, value.dtype)


def _promoted(primitive: Elementwise, operands: list[Any]) -> list[Any]:
    if primitive.gives == "bool" and not primitive.masks and len(operands) == 2:
        operands = _comparable(*operands)
    types = [type_of_value(operand) for operand in operands]
    shape = common_shape([type_.shape for type_ in types], primitive.name)
    dtypes = _operand_dtypes(primitive, tuple(types))
    return [
        fit(operand, type_, shape, dtype)
        for operand, type_, dtype in zip(operands, types, dtypes, strict=True)
    ]


def _comparable(a: Any, b: Any) -> list[Any]:
    """Two operands of a comparison; a Python int that the other's dtype cannot hold made strong."""
    for one, other in ((a, b), (b, a)):
        type_ = type_of_value(one)
        dtype = type_of_value(other).dtype
        if type_.weak and type_.dtype.kind == "i" and dtype.kind in "iu" and not _holds(dtype, one):
            strong = strengthened(one) if one.__class__ is Traced else np.asarray(one)[()]
            return [strong if operand is one else operand for operand in (a, b)]
    return [a, b]


def _holds(dtype: np.dtype[Any], number: Any) -> bool:
    """Whether an integer dtype has room for a Python int."""
    limits = np.iinfo(dtype)
    return bool(limits.min <= int(bottom(number)) <= limits.max)


def fit(operand: Any, type_: Type, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """The operand cast to the dtype and broadcast to the shape; 0-d plain numbers stay 0-d."""
    if type_.weak and type_.dtype.kind == "i" and dtype.kind in "iu":
        dtype.type(int(bottom(operand)))  # raises where it is out of bounds, as NumPy does
    if operand.__class__ is not Traced:
        if not type_.shape:
            if type_.weak and type_.dtype == dtype:
                return operand
            if type_.weak and dtype == np.float64:
                return float(operand)
            if type_.weak and dtype == np.complex128:
                return complex(operand)
            return np.asarray(operand).astype(dtype)[()]
        operand = operand if operand.dtype == dtype else operand.astype(dtype)
        return operand if operand.shape == shape else np.broadcast_to(operand, shape)
    if type_.dtype != dtype:
        require_traceable(dtype, "a value")
        weak = (("weak", True),) if type_.weak and dtype in _WEAK_DTYPES else ()
        operand = bind(CATALOGUE["cast"], (operand,), (("dtype", dtype), *weak))
    if type_.shape != shape:
        operand = bind(CATALOGUE["broadcast"], (operand,), (("shape", shape),))
    return operand


@functools.lru_cache(maxsize=4096)
def _operand_dtypes(primitive: Elementwise, types: tuple[Type, ...]) -> tuple[np.dtype[Any], ...]:
    """The dtype that NumPy would convert each operand to."""
    if primitive.masks:
        data = _result_dtype(types[primitive.masks :])
        return (np.dtype(bool),) * primitive.masks + (data,) * (len(types) - primitive.masks)
    if primitive.ufunc is None and len(types) > 2:  # all are floats, and of one dtype
        data = _result_dtype(types)
        return (data if data.kind == "f" else np.dtype("float64"),) * len(types)
    dtypes = _ufunc_dtypes(primitive.ufunc or (np.sin if len(types) == 1 else np.add), types)
    if any(dtype.kind == "c" for dtype in dtypes) and "c" not in primitive.accepts:
        raise DtypeError(
            f"{primitive.name} of {' and '.join(str(type_) for type_ in types)}",
            where=user_line(),
            why="It is not traced for complex numbers: they have no order, or it has no derivative "
            "that is a complex number.",
            remedy="Write it with z.real, z.imag, np.abs(z) or np.angle(z).",
        )
    return dtypes


@functools.lru_cache(maxsize=4096)
def _ufunc_dtypes(ufunc: np.ufunc, types: tuple[Type, ...]) -> tuple[np.dtype[Any], ...]:
    some_strong = any(not t.weak for t in types)  # Python ints alone would become objects
    asked = tuple(_PYTHON[t.dtype.kind] if t.weak and some_strong else t.dtype for t in types)
    try:
        resolved = ufunc.resolve_dtypes((*asked, *[None] * ufunc.nout))
    except TypeError as error:
        names = ", ".join(str(type_) for type_ in types)
        raise DtypeError(
            f"{ufunc.__name__} is not defined for {names}", where=user_line(), why=str(error)
        ) from None
    dtypes = tuple(resolved[: len(types)])
    if {dtype.name for dtype in dtypes} == {"int64", "uint64"}:
        raise DtypeError(
            f"{ufunc.__name__} of {' and '.join(str(type_) for type_ in types)}",
            where=user_line(),
            why="NumPy compares them exactly, and no dtype of a graph holds both.",
            remedy='Convert one of them first, for example with x.astype("int64").',
        )
    return dtypes


def _result_dtype(types: Sequence[Type]) -> np.dtype[Any]:
    """``np.result_type`` with weak types as Python numbers."""
    return np.result_type(*[t.dtype.type(0).item() if t.weak else t.dtype for t in types])


def common_shape(shapes: Sequence[tuple[int, ...]], name: str) -> tuple[int, ...]:
    """The shape that all broadcast to.

    Raises:
        ShapeError: Naming the operation and the user's line.
    """
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise ShapeError(
            f"{name} of shapes {' and '.join(map(str, shapes))}",
            where=user_line(),
            why="Aligned at the right, their lengths must be equal or 1.",
        ) from None


def together(*operands: Any) -> list[Any]:
    """The operands cast to the dtype that NumPy would give their concatenation."""
    values = [plain(operand) for operand in operands]
    types = [type_of_value(value) for value in values]
    dtype = _result_dtype(types)
    return [fit(v, t, t.shape, dtype) for v, t in zip(values, types, strict=True)]


def strengthened(value: Any) -> Any:
    """The value, or a tuple of them, with a strong type: what NumPy makes of Python numbers."""
    if value.__class__ is tuple:
        return tuple(map(strengthened, value))
    if value.__class__ is Traced and value.node.type.weak:
        return bind(CATALOGUE["cast"], (value,), (("dtype", value.dtype),))
    return value


def weakened(value: Traced) -> Any:
    """A traced number as one of Python's, as ``value.item()`` would be outside."""
    if value.node.type.weak:
        return value
    return bind(CATALOGUE["cast"], (value,), (("dtype", value.dtype), ("weak", True)))
