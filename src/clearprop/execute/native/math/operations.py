"""What the algorithms are written with, beyond the operators of `Value`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from clearprop.execute.native.math import special_coefficients
from clearprop.execute.native.math.coefficients import COEFFICIENTS
from clearprop.execute.native.math.values import Value

_COEFFICIENTS: Final = {**COEFFICIENTS, **special_coefficients.COEFFICIENTS}

INF: Final = math.inf
NAN: Final = math.nan


def fma(a: Value, b: Value | float, c: Value | float) -> Value:
    """``a * b + c``, rounded once."""
    return a.block.intrinsic("fma", a, a.like(b), a.like(c))


def select(mask: Value, yes: Value | float, no: Value | float) -> Value:
    """``yes`` where the mask is true, else ``no``; one of them is a value."""
    model = yes if isinstance(yes, Value) else no
    assert isinstance(model, Value)
    block = model.block
    true, false = model.like(yes), model.like(no)
    kinds = block.type("i1"), block.type(model.kind)
    return block.emit(
        model.kind,
        f"select {kinds[0]} {mask.name}, {kinds[1]} {true.name}, {kinds[1]} {false.name}",
    )


def at_most(x: Value, limit: float) -> Value:
    """The smaller of both; NaN stays NaN."""
    return select(x > limit, limit, x)


def at_least(x: Value, limit: float) -> Value:
    """The larger of both; NaN stays NaN."""
    return select(x < limit, limit, x)


def square_root(x: Value) -> Value:
    """The square root, correctly rounded."""
    return x.block.intrinsic("sqrt", x)


def truncated(x: Value) -> Value:
    """The integer next to x on the side of 0."""
    return x.block.intrinsic("trunc", x)


def with_sign(x: Value, sign: Value) -> Value:
    """The magnitude of x with the sign of another, that of zeros and NaN included."""
    return x.block.intrinsic("copysign", x, sign)


def polynomial(x: Value, coefficients: Sequence[float | Value]) -> Value:
    """The sum of ``coefficients[k] * x**k`` by Horner's rule."""
    result = x.like(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        result = fma(result, x, coefficient)
    return result


def fitted(name: str, x: Value) -> Value:
    """The polynomial of that name at x."""
    return polynomial(x, _COEFFICIENTS[name][x.kind])


def coefficients(name: str, x: Value) -> tuple[float, ...]:
    """The coefficients of that name in the format of x."""
    return _COEFFICIENTS[name][x.kind]


def nearest(x: Value, scale: float) -> tuple[Value, Value]:
    """The integer nearest to ``x * scale``, as a float and in the low bits of an integer."""
    shifted = fma(x, scale, x.format.magic)
    return shifted - x.format.magic, shifted.bits()


def signed(low: Value) -> Value:
    """The integer that `nearest` left in the low bits."""
    return low - low.format.magic_bits


def from_integer(n: Value) -> Value:
    """A small integer as a float."""
    return (n + n.format.magic_bits).as_float() - n.format.magic


def power_of_two(n: Value) -> Value:
    """``2**n`` for integers whose power is a normal number."""
    return (n + n.format.bias << n.format.mantissa).as_float()


def scaled(x: Value, n: Value) -> Value:
    """``x * 2**n`` with overflow and gradual underflow, |n| up to twice the range of exponents."""
    block = x.block
    if block.machine.level == "avx512":
        if n.kind == "i64":
            n = block.emit("i32", f"trunc {block.type('i64')} {n.name} to {block.type('i32')}")
        name = f"@llvm.ldexp.{block.suffix(x.kind)}.{block.suffix('i32')}"
        types = block.type(x.kind), block.type("i32")
        arguments = f"{types[0]} {x.name}, {types[1]} {n.name}"
        return block.emit(x.kind, f"call {types[0]} {name}({arguments})")
    half = n >> 1
    return x * power_of_two(half) * power_of_two(n - half)


def split(x: Value) -> tuple[Value, Value]:
    """``(e, m)`` with ``x = 2**e * m``, e an integer and √½ ≤ m < √2, for positive finite x."""
    form = x.format
    lift = form.mantissa + 2
    small = x < form.tiny
    bits = select(small, x * 2.0**lift, x).bits()
    root = {"f64": 0x3FE6A09E667F3BCD, "f32": 0x3F3504F3}[x.kind]
    e = bits - root >> form.mantissa
    m = (bits - (e << form.mantissa)).as_float()
    return select(small, e - lift, e), m


def fast_two_sum(a: Value, b: Value) -> tuple[Value, Value]:
    """The rounded sum and what it lost, for |a| ≥ |b| or a = 0 (Dekker, 1971)."""
    total = a + b
    return total, b - (total - a)


def two_product(a: Value, b: Value | float) -> tuple[Value, Value]:
    """The rounded product and what it lost."""
    product = a * b
    return product, fma(a, b, -product)


def two_sum(a: Value, b: Value) -> tuple[Value, Value]:
    """The rounded sum and what it lost (Knuth, The Art of Computer Programming 2, 4.2.2)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)
