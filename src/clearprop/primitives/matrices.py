"""What the operations on matrices share; a matrix stands in the last two axes, of a stack of them.

For the rules there is some algebra: products, triangles, diagonals, differences of eigenvalues.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from clearprop.errors import DtypeError, ShapeError
from clearprop.graph import Shape, Type
from clearprop.primitives.batching import together
from clearprop.primitives.builder import Builder, Sym

# For the type rules ------------------------------------------------------------------------------


def check_matrices(*xs: Type) -> Shape:
    """The leading axes of stacks of matrices, which they have in common.

    Raises:
        DtypeError: If they are not all float32 or all float64.
        ShapeError: If one has no two axes, or their leading axes differ.
    """
    for x in xs:
        if x.dtype not in (np.float32, np.float64):
            raise DtypeError(f"linear algebra in {x.dtype}; it is done in float32 and float64")
        if x.ndim < 2:
            raise ShapeError(f"a matrix has two axes, and shape {x.shape} has not")
    lead = xs[0].shape[:-2]
    if any(x.shape[:-2] != lead or x.dtype != xs[0].dtype for x in xs):
        raise ShapeError(f"matrices that do not go together: {', '.join(map(str, xs))}")
    return lead


def check_square(x: Type) -> Shape:
    """The leading axes of a stack of square matrices.

    Raises:
        DtypeError: If it is not float32 or float64.
        ShapeError: If the last two axes differ in length.
    """
    lead = check_matrices(x)
    if x.shape[-1] != x.shape[-2]:
        raise ShapeError(f"a square matrix is wanted, and shape {x.shape} is none")
    return lead


def check_system(a: Type, b: Type) -> Type:
    """The type of the solution x of a x = b.

    Raises:
        DtypeError: If they are not float32 or float64.
        ShapeError: If a is not square, or b has not as many rows.
    """
    check_square(a)
    check_matrices(a, b)
    if a.shape[-1] != b.shape[-2]:
        raise ShapeError(f"{a.shape[-1]} unknowns for right-hand sides of shape {b.shape}")
    return b.strong


def stacked(name: str) -> Callable[..., Sym]:
    """The batching rule of operations that take a stack anyway: one axis more in front."""

    def batch(ops: Builder, xs: list[Sym], batched: list[bool], size: int, **params: object) -> Sym:
        operands = together(ops, xs, batched, size)
        return ops.apply(ops.catalogue[name], operands, params)

    return batch


# Products ----------------------------------------------------------------------------------------


def times(ops: Builder, *matrices: Sym) -> Sym:
    """The product of matrices, from the left to the right."""
    return functools.reduce(functools.partial(_product, ops), matrices)


def turned(ops: Builder, x: Sym) -> Sym:
    """The transposed matrices."""
    last = len(x.shape) - 1
    return ops.transpose(x, axes=(*range(last - 1), last, last - 1))


def without_part_in(ops: Builder, basis: Sym, x: Sym) -> Sym:
    """(1 − Q Qᵀ) x for a matrix Q of orthonormal columns; 0 where they span the space."""
    if basis.shape[-1] >= basis.shape[-2]:
        return ops.zeros(x.type)
    return x - times(ops, basis, turned(ops, basis), x)


def _product(ops: Builder, a: Sym, b: Sym) -> Sym:
    count = len(a.shape) - 2
    lead = tuple(range(count))
    return ops.dot(a, b, contract=((count + 1,), (count,)), batch=(lead, lead))


# Triangles and diagonals -------------------------------------------------------------------------


def below(ops: Builder, shape: Shape, by: int = 0) -> Sym:
    """Where the row is the column's number or more, by at least so many, in every matrix."""
    rows, columns = _places(ops, shape)
    marks = ops.greater_equal(rows, columns + by if by else columns)
    return ops.broadcast(marks, shape=shape)


def on_diagonal(ops: Builder, shape: Shape) -> Sym:
    """Where row and column have the same number, in every matrix."""
    return ops.broadcast(ops.equal(*_places(ops, shape)), shape=shape)


def on_even(ops: Builder, shape: Shape) -> Sym:
    """Where the numbers of row and column make an even sum, in every matrix."""
    rows, columns = _places(ops, shape)
    return ops.broadcast(ops.equal(ops.remainder(rows + columns, 2), 0), shape=shape)


def lower(ops: Builder, x: Sym, by: int = 0) -> Sym:
    """The lower triangle; with ``by=1`` without the diagonal."""
    return ops.where(below(ops, x.shape, by), x, 0)


def upper(ops: Builder, x: Sym, by: int = 0) -> Sym:
    """The upper triangle; with ``by=1`` without the diagonal."""
    return ops.where(below(ops, x.shape, 1 - by), 0, x)


def lower_half(ops: Builder, x: Sym) -> Sym:
    """The lower triangle with half the diagonal; with its transpose it adds up to a symmetric x."""
    return ops.where(on_diagonal(ops, x.shape), 0.5 * x, lower(ops, x))


def mirrored(ops: Builder, x: Sym, from_lower: bool = True) -> Sym:
    """The symmetric matrices that one triangle of x stands for."""
    chosen = below(ops, x.shape)
    other = turned(ops, x)
    return ops.where(chosen, x, other) if from_lower else ops.where(chosen, other, x)


def folded(ops: Builder, x: Sym, to_lower: bool = True) -> Sym:
    """The transpose of :func:`mirrored`: the other triangle added to the one that is read."""
    other = turned(ops, x)
    if to_lower:
        return lower(ops, x) + lower(ops, other, 1)
    return upper(ops, x) + upper(ops, other, 1)


def diagonal(ops: Builder, x: Sym) -> Sym:
    """The diagonals of square matrices, along the last axis."""
    marked = ops.where(on_diagonal(ops, x.shape), x, 0)
    return ops.sum(marked, axes=(len(x.shape) - 1,))


def diagonal_matrix(ops: Builder, x: Sym) -> Sym:
    """Square matrices with these diagonals and zeros beside them."""
    shape = (*x.shape, x.shape[-1])
    return ops.where(on_diagonal(ops, shape), in_columns(ops, x, shape), 0)


def identity(ops: Builder, type_: Type) -> Sym:
    """Ones on the diagonal, zeros beside it."""
    return ops.cast(on_diagonal(ops, type_.shape), dtype=type_.dtype)


def in_columns(ops: Builder, x: Sym, shape: Shape) -> Sym:
    """Matrices of that shape with the j-th element of x everywhere in column j."""
    return ops.broadcast(ops.reshape(x, shape=(*x.shape[:-1], 1, x.shape[-1])), shape=shape)


def in_rows(ops: Builder, x: Sym, shape: Shape) -> Sym:
    """Matrices of that shape with the i-th element of x everywhere in row i."""
    return ops.broadcast(ops.reshape(x, shape=(*x.shape, 1)), shape=shape)


def _places(ops: Builder, shape: Shape) -> tuple[Sym, Sym]:
    """The number of each element's row and of its column, in one matrix."""
    m, n = shape[-2:]
    rows = ops.broadcast(ops.reshape(ops.iota(m), shape=(m, 1)), shape=(m, n))
    return rows, ops.broadcast(ops.iota(n), shape=(m, n))


# Spectra -----------------------------------------------------------------------------------------


def reciprocal_gaps(ops: Builder, spectrum: Sym) -> Sym:
    """1 / (λⱼ − λᵢ) in row i and column j; 0 where the two coincide but for rounding."""
    shape = (*spectrum.shape, spectrum.shape[-1])
    gaps = in_columns(ops, spectrum, shape) - in_rows(ops, spectrum, shape)
    return reciprocal(ops, gaps, spectrum)


def reciprocal(ops: Builder, x: Sym, spectrum: Sym) -> Sym:
    """1 / x; 0 where x is nothing but rounding beside the largest of the spectrum.

    Args:
        ops: What to build with.
        x: Numbers in the spectrum's axes, or in further ones behind them.
        spectrum: Eigenvalues or singular values along the last axis.
    """
    if not spectrum.shape[-1]:
        return x
    far = beyond_rounding(ops, x, spectrum)
    return ops.where(far, 1 / ops.where(far, x, 1), 0)


def beyond_rounding(ops: Builder, x: Sym, spectrum: Sym) -> Sym:
    """Where x is more than rounding beside the largest of the spectrum; see :func:`reciprocal`."""
    rounding = spectrum.shape[-1] * float(np.finfo(x.dtype).eps)
    last = len(spectrum.shape) - 1
    largest = ops.max(ops.absolute(spectrum), axes=(last,))
    column = ops.reshape(largest, shape=(*largest.shape, *[1] * (len(x.shape) - last)))
    return ops.absolute(x) > rounding * ops.broadcast(column, shape=x.shape)


def alone(ops: Builder, vectors: Sym, spectrum: Sym) -> Sym:
    """0 for each value of a spectrum, whose derivative is NaN where another one coincides with it.

    How such values part depends on how their vectors turn, which nothing tells. So the first
    derivative of a value holds there, and the second is NaN instead of silently incomplete.

    Args:
        ops: What to build with.
        vectors: The vectors, in columns.
        spectrum: Their eigenvalues or singular values.
    """
    if not spectrum.shape[-1]:
        return spectrum
    shape, rows = (*spectrum.shape, spectrum.shape[-1]), len(spectrum.shape) - 1
    apart = ops.not_equal(reciprocal_gaps(ops, spectrum), 0)
    marks = ops.all(ops.logical_or(apart, on_diagonal(ops, shape)), axes=(rows,))
    ones = ops.where(marks, ops.full(spectrum.type, 1), 0)
    return ops.sqrt(0 * ops.sum(vectors, axes=(rows,)) + ones) - ones
