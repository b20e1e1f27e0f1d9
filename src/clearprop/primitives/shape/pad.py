"""Zeros around the elements of each axis (``low``, ``high``) and between them (``interior``).

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: cp.numpy.sum(cp.numpy.pad(x, 1) * np.arange(4.0)))(np.ones(2))
array([1., 2.])
"""

from typing import Any

from clearprop.errors import ShapeError
from clearprop.graph import Shape, Type
from clearprop.primitives.axes import Axes, slices
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Linear
from clearprop.primitives.samples import integers, reals, sample


def widths(shape: Shape, interior: Axes) -> Shape:
    """How far the elements reach along each axis, with what is between them."""
    return tuple(n + max(n - 1, 0) * between for n, between in zip(shape, interior, strict=True))


def region(shape: Shape, low: Axes, interior: Axes) -> tuple[Axes, Axes, Axes]:
    """Start, stop and step of the elements' places."""
    reach = widths(shape, interior)
    stop = tuple(i + width for i, width in zip(low, reach, strict=True))
    return low, stop, tuple(between + 1 for between in interior)


def result(x: Type, low: Axes, high: Axes, interior: Axes) -> Type:
    """No number is negative; there is one of each per axis."""
    if not len(low) == len(high) == len(interior) == x.ndim:
        raise ShapeError(f"padding {low}, {high}, {interior} does not fit shape {x.shape}")
    if min((*low, *high, *interior), default=0) < 0:
        raise ShapeError(f"padding {low}, {high}, {interior} is negative; slice instead")
    reach = widths(x.shape, interior)
    return x.with_shape(tuple(map(sum, zip(low, reach, high, strict=True))))


def value(xp: Any, x: Any, low: Axes, high: Axes, interior: Axes) -> Any:
    """Zeros, and x written at its places."""
    start, stop, step = region(x.shape, low, interior)
    shape = [j + after for j, after in zip(stop, high, strict=True)]
    padded = xp.zeros(shape, x.dtype)
    padded[slices(start, stop, step)] = x
    return padded


def transpose(ops: Builder, ct: Sym, x: Sym, low: Axes, high: Axes, interior: Axes) -> tuple[Sym]:
    """The cotangent at the elements' places."""
    start, stop, step = region(x.shape, low, interior)
    return (ops.slice(ct, start=start, stop=stop, step=step),)


primitive = Linear(
    "pad",
    value=value,
    result=result,
    transpose=transpose,
    batch=lambda ops, xs, batched, size, low, high, interior: ops.pad(
        *xs, low=(0, *low), high=(0, *high), interior=(0, *interior)
    ),
    formula=r"\operatorname{pad} @0",
    samples=(
        sample(reals(), low=(), high=(), interior=()),
        sample(reals(3), low=(1,), high=(2,), interior=(0,)),
        sample(reals(3), low=(0,), high=(1,), interior=(2,)),
        sample(reals(2, 3), low=(1, 0), high=(0, 2), interior=(1, 1)),
        sample(reals(0), low=(2,), high=(1,), interior=(3,)),
        sample(integers(2), low=(1,), high=(1,), interior=(0,)),
    ),
)
