"""floor, ceil, rint, trunc, absolute, sign, maximum, minimum, copysign: exact."""

from __future__ import annotations

from clearprop.execute.native.math.operations import select, truncated, with_sign
from clearprop.execute.native.math.values import Value


def floor(x: Value) -> Value:
    """The largest integer that is not above x."""
    return x.block.intrinsic("floor", x)


def ceil(x: Value) -> Value:
    """The smallest integer that is not below x."""
    return x.block.intrinsic("ceil", x)


def rint(x: Value) -> Value:
    """The nearest integer, the even one of two."""
    return x.block.intrinsic("roundeven", x)


def trunc(x: Value) -> Value:
    """The integer next to x on the side of 0."""
    return truncated(x)


def absolute(x: Value) -> Value:
    """|x|."""
    return abs(x)


def sign(x: Value) -> Value:
    """-1, 0 or 1; NaN stays NaN, and a zero gives +0."""
    return select(x.is_apart(0.0), with_sign(x.like(1.0), x), x) + 0.0


def maximum(x: Value, y: Value) -> Value:
    """The larger, y of two equal ones; NaN where one of them is."""
    return select(x.unordered(x), x, select(x > y, x, y))


def minimum(x: Value, y: Value) -> Value:
    """The smaller, y of two equal ones; NaN where one of them is."""
    return select(x.unordered(x), x, select(x < y, x, y))


def copysign(x: Value, y: Value) -> Value:
    """|x| with the sign of y."""
    return with_sign(x, y)
