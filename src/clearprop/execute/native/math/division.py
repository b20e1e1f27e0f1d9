"""fmod, remainder and floor_divide of floats: exact remainders.

With q = trunc(x/y), rounded, x - q y is exact in one fused multiply-add, and off by at most one y,
as long as q has no more digits than the format. Larger quotients take C's fmod on the lane.
"""

from __future__ import annotations

from clearprop.execute.native.math.libm import or_libm, patched
from clearprop.execute.native.math.operations import fma, select, truncated, with_sign
from clearprop.execute.native.math.rounding import floor
from clearprop.execute.native.math.values import Value


@or_libm("fmod")
def fmod(x: Value, y: Value) -> Value:
    """What is left of x with x's sign, smaller than y."""
    a, b = abs(x), abs(y)
    quotient = a / b
    rest = fma(-truncated(quotient), b, a)
    rest = select(a < b, a, select(rest < 0.0, rest + b, rest))
    result = with_sign(rest, x)
    return patched(result, ~(quotient < 2.0 ** (x.format.mantissa - 1)), "fmod", x, y)


def remainder(x: Value, y: Value) -> Value:
    """What is left of x with y's sign; NumPy's ``%``."""
    rest = fmod(x, y)
    moved = select((rest < 0.0) ^ (y < 0.0), rest + y, rest)
    return select(rest.equals(0.0), with_sign(rest, y), moved)


def floor_divide(x: Value, y: Value) -> Value:
    """The integer below x/y; NumPy's ``//``: x/y itself for y = 0."""
    rest = fmod(x, y)
    down = (rest < 0.0) ^ (y < 0.0) & rest.differs(0.0)
    quotient = (x - rest) / y
    quotient = select(down, quotient - 1.0, quotient)
    whole = floor(quotient)
    whole = select(quotient - whole > 0.5, whole + 1.0, whole)
    ratio = x / y
    result = select(quotient.equals(0.0), with_sign(quotient, ratio), whole)
    return select(y.equals(0.0), ratio, result)
