"""Matrix and tensor products."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.errors import ShapeError
from clearprop.numpy.complexes import conjugated
from clearprop.numpy.public import as_0d, follows
from clearprop.numpy.reductions import single_axis
from clearprop.numpy.shapes import moveaxis, ravel
from clearprop.tracing import apply, as_array, cast, common_shape, owned, user_line

__all__ = ["cross", "dot", "inner", "kron", "matmul", "outer", "tensordot", "vdot", "vecdot"]

Axes = tuple[int, ...]


@follows(np.matmul)
def matmul(x1: Any, x2: Any, /) -> Any:
    """The matrix product ``x1 @ x2``, stacked over leading axes; vectors are rows or columns."""
    a, b = alike(x1, x2)
    if not a.shape or not b.shape or a.shape[-1] != b.shape[-2 if b.ndim > 1 else 0]:
        raise ShapeError(
            f"matmul of shapes {a.shape} and {b.shape}",
            where=user_line(),
            why="The last axis of the first must match the second-last (or only) of the second.",
        )
    lead = common_shape([a.shape[:-2], b.shape[:-2]], "matmul")
    if not lead:
        return contracted(a, b, (a.ndim - 1,), (max(b.ndim - 2, 0),))
    a, b = _stacked(a, lead), _stacked(b, lead)
    axes = tuple(range(len(lead)))
    return contracted(a, b, (a.ndim - 1,), (max(b.ndim - 2, len(lead)),), axes, axes)


@follows(np.dot)
def dot(a: Any, b: Any) -> Any:
    """The sum over the last axis of a and the second-last (or only) of b; numbers multiply."""
    a, b = alike(a, b)
    if not a.ndim or not b.ndim:
        return _scaled(a, b)
    return _matched("dot", a, b, (a.ndim - 1,), (max(b.ndim - 2, 0),))


@follows(np.inner)
def inner(a: Any, b: Any, /) -> Any:
    """The sum over the last axes of both; numbers multiply."""
    a, b = alike(a, b)
    if not a.ndim or not b.ndim:
        return _scaled(a, b)
    return _matched("inner", a, b, (a.ndim - 1,), (b.ndim - 1,))


@follows(np.vdot)
def vdot(a: Any, b: Any, /) -> Any:
    """The sum of the products of all elements, in C order; those of a are conjugated."""
    a, b = alike(a, b)
    return _matched("vdot", ravel(conjugated(a)), ravel(b), (0,), (0,))


@follows(np.vecdot)
def vecdot(x1: Any, x2: Any, /, *, axis: Any = -1) -> Any:
    """The dot products of vectors along one axis, stacked over the others; x1 is conjugated."""
    a, b = alike(x1, x2)
    a, b = moveaxis(conjugated(a), axis, -1), moveaxis(b, axis, -1)
    if a.shape[-1] != b.shape[-1]:
        raise ShapeError(f"vecdot of shapes {a.shape} and {b.shape}", where=user_line())
    lead = common_shape([a.shape[:-1], b.shape[:-1]], "vecdot")
    a, b = (_broadcast(x, (*lead, x.shape[-1])) for x in (a, b))
    axes = tuple(range(len(lead)))
    return contracted(a, b, (len(lead),), (len(lead),), axes, axes)


@follows(np.outer)
def outer(a: Any, b: Any) -> Any:
    """The products of every element of a with every one of b: a matrix."""
    a, b = alike(a, b)
    return contracted(ravel(a), ravel(b), (), ())


@follows(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """The sum over pairs of axes: the last of a with the first of b, or those that are named."""
    a, b = alike(a, b)
    if np.ndim(axes) or isinstance(axes, (tuple, list)):
        of_a, of_b = (tuple(np.atleast_1d(side)) for side in axes)
    else:
        of_a, of_b = tuple(range(-int(axes), 0)), tuple(range(int(axes)))
    if len(of_a) != len(of_b):
        raise ValueError("shape-mismatch for sum")
    of_a = tuple(single_axis(axis, a.ndim) for axis in of_a)
    of_b = tuple(single_axis(axis, b.ndim) for axis in of_b)
    return as_0d(_matched("tensordot", a, b, of_a, of_b))


@follows(np.kron)
def kron(a: Any, b: Any) -> Any:
    """The Kronecker product: every element of a times the whole of b, put side by side."""
    a, b = alike(a, b)
    ndim = max(a.ndim, b.ndim)
    shape_a, shape_b = ((1,) * (ndim - x.ndim) + x.shape for x in (a, b))
    grid_a = apply("reshape", a, shape=tuple(n for m in shape_a for n in (m, 1)))
    grid_b = apply("reshape", b, shape=tuple(n for m in shape_b for n in (1, m)))
    shape = tuple(m * n for m, n in zip(shape_a, shape_b, strict=True))
    return apply("reshape", grid_a * grid_b, shape=shape)


@follows(np.cross)
def cross(
    a: Any, b: Any, axisa: Any = -1, axisb: Any = -1, axisc: Any = -1, axis: Any = None
) -> Any:
    """The cross product of vectors of length 3 along an axis, or of length 2 (deprecated)."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = as_array(a), as_array(b)
    a, b = moveaxis(a, axisa, -1), moveaxis(b, axisb, -1)
    if {a.shape[-1], b.shape[-1]} - {2, 3}:
        raise ValueError("incompatible dimensions for cross product\n(dimension must be 2 or 3)")
    a0, a1, a2 = _components(a)
    b0, b1, b2 = _components(b)
    third = a0 * b1 - a1 * b0
    if a2 is None and b2 is None:
        return as_0d(third)
    first = _difference(a1, b2, a2, b1)
    second = _difference(a2, b0, a0, b2)
    parts = np.broadcast_arrays(first, second, third)
    columns = [apply("reshape", part, shape=(*third.shape, 1)) for part in parts]
    return moveaxis(apply("concatenate", *columns, axis=third.ndim), -1, axisc)


# What they share ---------------------------------------------------------------------------------


def alike(*operands: Any) -> list[Any]:
    """The operands as arrays of the dtype that they have together."""
    arrays = [as_array(operand) for operand in operands]
    dtype = np.result_type(*[array.dtype for array in arrays])
    return [cast(array, dtype) for array in arrays]


def _scaled(a: Any, b: Any) -> Any:
    """A number times an array: in C order, unlike ``a * b``."""
    product = a * b
    return owned(product) if product.ndim else product


def contracted(
    a: Any, b: Any, of_a: Axes, of_b: Axes, batch_a: Axes = (), batch_b: Axes = ()
) -> Any:
    """The general dot product; its axes are the batch, then a's free ones, then b's."""
    return apply("dot", a, b, contract=(of_a, of_b), batch=(batch_a, batch_b))


def _matched(name: str, a: Any, b: Any, of_a: Axes, of_b: Axes) -> Any:
    if [a.shape[i] for i in of_a] != [b.shape[i] for i in of_b]:
        raise ShapeError(
            f"np.{name} of shapes {a.shape} and {b.shape}",
            where=user_line(),
            why=f"Axes {of_a} of the first and {of_b} of the second must have the same lengths.",
        )
    return contracted(a, b, of_a, of_b)


def _stacked(x: Any, lead: tuple[int, ...]) -> Any:
    """X repeated along the stack's axes; a vector too."""
    return _broadcast(x, lead + x.shape[-2:] if x.ndim > 1 else lead + x.shape)


def _broadcast(x: Any, shape: tuple[int, ...]) -> Any:
    return x if x.shape == shape else apply("broadcast", x, shape=shape)


def _components(vectors: Any) -> list[Any]:
    """The elements along the last axis; None for a third that is not there."""
    parts = [vectors[..., i] for i in range(vectors.shape[-1])]
    return parts if len(parts) == 3 else [*parts, None]


def _difference(a: Any, b: Any, c: Any, d: Any) -> Any:
    """A b − c d, with None for 0."""
    if a is None or b is None:
        return -(c * d)
    return a * b if c is None or d is None else a * b - c * d
