"""Small facts about axes and slices that several type rules and transposes share."""

from __future__ import annotations

from clearprop.errors import ShapeError
from clearprop.graph import Shape
from clearprop.primitives.builder import Builder, Sym

Axes = tuple[int, ...]


def check_axis(shape: Shape, axis: int) -> None:
    """One axis, counted from 0, that the shape has."""
    if not 0 <= axis < len(shape):
        raise ShapeError(f"there is no axis {axis} in shape {shape}")


def without(shape: Shape, axes: Axes) -> Shape:
    """The shape with those axes removed; axes are sorted, distinct and not negative."""
    if list(axes) != sorted(set(axes)) or any(not 0 <= axis < len(shape) for axis in axes):
        raise ShapeError(f"axes {axes} do not fit shape {shape}")
    return tuple(length for axis, length in enumerate(shape) if axis not in axes)


def keep_ones(shape: Shape, axes: Axes) -> Shape:
    """The shape with those axes made 1."""
    return tuple(1 if axis in axes else length for axis, length in enumerate(shape))


def spread(ops: Builder, y: Sym, shape: Shape, axes: Axes) -> Sym:
    """A reduction's result, repeated along the axes that it removed from the shape."""
    return ops.broadcast(ops.reshape(y, shape=keep_ones(shape, axes)), shape=shape)


def inverse(permutation: Axes) -> Axes:
    """The permutation that undoes this one."""
    back = [0] * len(permutation)
    for place, axis in enumerate(permutation):
        back[axis] = place
    return tuple(back)


def sliced(shape: Shape, start: Axes, stop: Axes, step: Axes) -> Shape:
    """The shape of a slice; per axis 0 ≤ start ≤ stop ≤ length and step ≥ 1."""
    if not len(start) == len(stop) == len(step) == len(shape):
        raise ShapeError(f"a slice {start}:{stop}:{step} does not fit shape {shape}")
    for n, i, j, k in zip(shape, start, stop, step, strict=True):
        if not 0 <= i <= j <= n or k < 1:
            raise ShapeError(f"a slice {start}:{stop}:{step} leaves shape {shape}")
    return tuple(-(-(j - i) // k) for i, j, k in zip(start, stop, step, strict=True))


def slices(start: Axes, stop: Axes, step: Axes) -> tuple[slice, ...]:
    """Per axis start, stop and step as Python's slices."""
    return tuple(map(slice, start, stop, step))
