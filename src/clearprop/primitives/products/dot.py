"""The general dot product: sum over the contracted axes, side by side over the batch axes.

The result has the batch axes, then a's free axes, then b's free axes. Matrix products, inner and
outer products and ``tensordot`` are all cases of it.

>>> import clearprop as cp, numpy as np
>>> A = np.array([[1.0, 2.0], [3.0, 4.0]])
>>> cp.grad(lambda x: cp.numpy.sum(A @ x))(np.ones(2))
array([4., 6.])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from clearprop.errors import DtypeError, ShapeError
from clearprop.graph import Type
from clearprop.primitives.axes import Axes, inverse, without
from clearprop.primitives.batching import after, moved
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Bilinear
from clearprop.primitives.samples import reals, sample

Pair = tuple[Axes, Axes]
"""Axes of a, axes of b, matched one to one."""


def free(ndim: int, contract: Axes, batch: Axes) -> Axes:
    """The axes that are neither contracted nor batched."""
    return tuple(axis for axis in range(ndim) if axis not in contract and axis not in batch)


def result(a: Type, b: Type, contract: Pair, batch: Pair) -> Type:
    """Batch, free axes of a, free axes of b."""
    if len(contract[0]) != len(contract[1]) or len(batch[0]) != len(batch[1]):
        raise ShapeError(f"axes {contract} and {batch} are not matched one to one")
    for side, x in enumerate((a, b)):
        without(x.shape, tuple(sorted((*contract[side], *batch[side]))))
    for i, j in (*zip(*contract, strict=True), *zip(*batch, strict=True)):
        if a.shape[i] != b.shape[j]:
            raise ShapeError(
                f"axis {i} of shape {a.shape} and axis {j} of shape {b.shape} differ in length"
            )
    if a.dtype != b.dtype:
        raise DtypeError(f"a product of dtypes {a.dtype} and {b.dtype}")
    of_a = [a.shape[i] for i in (*batch[0], *free(a.ndim, contract[0], batch[0]))]
    of_b = [b.shape[j] for j in free(b.ndim, contract[1], batch[1])]
    return a.with_shape((*of_a, *of_b))


def value(xp: Any, a: Any, b: Any, contract: Pair, batch: Pair) -> Any:
    """One stacked matrix product between reorderings of the axes."""
    free_a, free_b = free(a.ndim, contract[0], batch[0]), free(b.ndim, contract[1], batch[1])
    lead = [a.shape[i] for i in batch[0]]
    rows, columns = [a.shape[i] for i in free_a], [b.shape[j] for j in free_b]
    depth = prod(a.shape[i] for i in contract[0])
    left = xp.transpose(a, (*batch[0], *free_a, *contract[0]))
    right = xp.transpose(b, (*batch[1], *contract[1], *free_b))
    left = xp.reshape(left, (*lead, prod(rows), depth))
    right = xp.reshape(right, (*lead, depth, prod(columns)))
    return xp.reshape(xp.matmul(left, right), (*lead, *rows, *columns))


def transposes(
    ops: Builder, ct: Sym, a: Sym, b: Sym, contract: Pair, batch: Pair
) -> tuple[Callable[[], Sym], Callable[[], Sym]]:
    """For each operand: the product of the cotangent with the other operand, axes put back."""
    free_a = free(len(a.shape), contract[0], batch[0])
    free_b = free(len(b.shape), contract[1], batch[1])
    count = len(batch[0])
    lead = tuple(range(count))
    ct_a = tuple(range(count, count + len(free_a)))
    ct_b = tuple(range(count + len(free_a), count + len(free_a) + len(free_b)))

    def by_a() -> Sym:
        product = ops.dot(ct, b, contract=(ct_b, free_b), batch=(lead, batch[1]))
        order = (*batch[0], *free_a, *_matched(contract[1], contract[0]))
        return _put_back(ops, product, order)

    def by_b() -> Sym:
        product = ops.dot(ct, a, contract=(ct_a, free_a), batch=(lead, batch[0]))
        order = (*batch[1], *free_b, *_matched(contract[0], contract[1]))
        return _put_back(ops, product, order)

    return by_a, by_b


def batch(
    ops: Builder, xs: Sequence[Sym], batched: Sequence[bool], size: int, contract: Pair, batch: Pair
) -> Sym:
    """One more batch axis if both operands have it, else one more free axis: one larger product."""
    (a, b), (of_a, of_b), (by_a, by_b) = xs, contract, batch
    if all(batched):
        lead = (0, *after(by_a)), (0, *after(by_b))
        return ops.dot(a, b, contract=(after(of_a), after(of_b)), batch=lead)
    rows, columns = (len(x.shape) - len(of_a) - len(by_a) for x in xs)
    if batched[0]:
        product = ops.dot(a, b, contract=(after(of_a), of_b), batch=(after(by_a), by_b))
        return moved(ops, product, len(by_a), 0)
    if columns == 1:  # b's only free axis is the batch's: the product with b first needs no move
        product = ops.dot(b, a, contract=(after(of_b), of_a), batch=(after(by_b), by_a))
        return moved(ops, product, len(by_a), 0)
    product = ops.dot(a, b, contract=(of_a, after(of_b)), batch=(by_a, after(by_b)))
    return moved(ops, product, len(by_a) + rows, 0)


def _matched(keys: Axes, values: Axes) -> Axes:
    """The values in the order in which their keys are sorted: how free axes come out."""
    return tuple(value for _, value in sorted(zip(keys, values, strict=True)))


def _put_back(ops: Builder, product: Sym, order: Axes) -> Sym:
    back = inverse(order)
    return product if back == tuple(range(len(back))) else ops.transpose(product, axes=back)


primitive = Bilinear(
    "dot",
    value=value,
    result=result,
    transposes=transposes,
    batch=batch,
    formula=r"@0 \, @1",
    samples=(
        sample(reals(3), reals(3), contract=((0,), (0,)), batch=((), ())),
        sample(reals(2, 3), reals(3, 4), contract=((1,), (0,)), batch=((), ())),
        sample(reals(3, 2), reals(4, 3), contract=((0,), (1,)), batch=((), ())),
        sample(reals(5, 2, 3), reals(5, 3, 4), contract=((2,), (1,)), batch=((0,), (0,))),
        sample(reals(2, 3, 4), reals(4, 3, 2), contract=((1, 2), (1, 0)), batch=((), ())),
        sample(reals(2), reals(3), contract=((), ()), batch=((), ())),
        sample(reals(), reals(), contract=((), ()), batch=((), ())),
        sample(reals(2, 0), reals(0, 3), contract=((1,), (0,)), batch=((), ())),
        sample(reals(0, 2), reals(2, 3), contract=((1,), (0,)), batch=((), ())),
    ),
    symbol="@",
)
