"""Products of operands rounded to bfloat16, the upper half of a float32, summed up in float32.

The operands are rounded to nearest, ties to even, while they are copied. Where the processor knows
bfloat16, the copies hold pairs of such numbers, neighbours along the depth, in words of 32 bits,
and the micro-kernel meets two pairs at a time (``vdpbf16ps``, which takes numbers too small to be
normal for 0). Elsewhere they hold rounded float32, and the product is like any other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

from clearprop.execute.native.machine import Machine
from clearprop.execute.native.products.product import Product
from clearprop.execute.native.products.writer import Index, Module, Writer

_BIAS: Final = 0x7FFF
"""Just under half of the last place that is kept."""

_UPPER: Final = 0xFFFF0000
"""The half of a float32 that is kept."""

_QUIET: Final = 0x00400000
"""What keeps a NaN one when it loses its lower half."""


def inner(product: Product, machine: Machine) -> Product:
    """The product of the copies."""
    m, n, k = product.m, product.n, product.k
    depth = -(-k // 2) if machine.bfloat16 else k
    return replace(
        product,
        k=depth,
        form="pairs" if machine.bfloat16 else "plain",
        lda=m if product.transposed_a else depth,
        ldb=depth if product.transposed_b else n,
        batch=1,
    )


def room(product: Product, machine: Machine) -> int:
    """The elements of scratch for the copies."""
    a, b = _rooms(product, machine)
    return a + b


def copies(w: Writer, module: Module, product: Product, a: str, b: str, scratch: str) -> _Copies:
    """Round both operands; where the copies stand, and the scratch that is left."""
    first, second = _rooms(product, module.machine)
    at_a, at_b = scratch, w.at(scratch, first)
    shape_a = (product.k, product.m) if product.transposed_a else (product.m, product.k)
    shape_b = (product.n, product.k) if product.transposed_b else (product.k, product.n)
    _round(w, module, shape_a, product.transposed_a, a, product.lda, at_a)
    _round(w, module, shape_b, not product.transposed_b, b, product.ldb, at_b)
    return _Copies(at_a, at_b, w.at(scratch, first + second))


class _Copies(NamedTuple):
    """Where the rounded operands stand, and what is left of the scratch."""

    a: str
    b: str
    scratch: str


def _rooms(product: Product, machine: Machine) -> tuple[int, int]:
    """The elements of each copy, to a multiple of 64 bytes."""
    depth = inner(product, machine).k
    return _up(product.m * depth), _up(product.n * depth)


def _up(elements: int) -> int:
    return -(-elements // 16) * 16


def _round(
    w: Writer,
    module: Module,
    shape: tuple[int, int],
    down: bool,
    source: str,
    stride: int,
    target: str,
) -> None:
    """Copy a matrix, rounded, without gaps; its depth runs down or along its rows."""
    name, body, width = "round_float32", _rounded, shape[1]
    if module.machine.bfloat16:
        name, body = ("pairs_down", _pairs_down) if down else ("pairs_along", _pairs_along)
        width = shape[1] if down else -(-shape[1] // 2)
    module.define(name, _PARAMETERS, w.numbers, body)
    given: list[tuple[str, Index]] = [
        ("i64", shape[0]),
        ("i64", shape[1]),
        ("ptr", source),
        ("i64", stride),
        ("ptr", target),
        ("i64", width),
    ]
    w.call(name, given)


_PARAMETERS: Final = (
    "i64 %rows",
    "i64 %length",
    "ptr noalias readonly %source",
    "i64 %stride",
    "ptr noalias %target",
    "i64 %width",
)


def _rounded(w: Writer) -> None:
    """Row by row, each number of 32 bits with its lower half 0."""
    lanes = w.numbers.lanes
    words = f"<{lanes} x i32>"

    def splat(value: int) -> str:
        return f"splat (i32 {value})"

    for row in w.each("%rows"):
        source = w.at("%source", w.multiply(row, "%stride"))
        target = w.at("%target", w.multiply(row, "%width"))
        for at in w.each("%length", lanes):
            mask = w.mask(w.subtract("%length", at))
            value = w.load(w.at(source, at), mask)
            bits = w.value(f"bitcast {w.numbers.vector} {value} to {words}")
            last = w.value(f"lshr {words} {bits}, {splat(16)}")
            odd = w.value(f"and {words} {last}, {splat(1)}")
            more = w.value(f"add {words} {odd}, {splat(_BIAS)}")
            up = w.value(f"add {words} {bits}, {more}")
            unknown = w.value(f"fcmp uno {w.numbers.vector} {value}, {value}")
            quiet = w.value(f"or {words} {bits}, {splat(_QUIET)}")
            whole = w.value(f"select {w.numbers.mask} {unknown}, {words} {quiet}, {words} {up}")
            kept = w.value(f"and {words} {whole}, {splat(_UPPER - 2**32)}")
            w.store(
                w.value(f"bitcast {words} {kept} to {w.numbers.vector}"), w.at(target, at), mask
            )


def _pairs_along(w: Writer) -> None:
    """Row by row, neighbours of a row in one word; the last may be alone."""
    lanes = w.numbers.lanes
    for row in w.each("%rows"):
        source = w.at("%source", w.multiply(row, "%stride"))
        target = w.at("%target", w.multiply(row, "%width"))
        for at in w.each("%width", lanes):
            first = w.multiply(at, 2)
            left = w.subtract("%length", first)
            low = w.load(w.at(source, first), w.mask(left))
            beyond = w.mask(w.subtract(left, lanes))
            high = w.load(w.at(w.at(source, first), lanes), beyond)
            halves = ", ".join(f"i32 {lane}" for lane in range(2 * lanes))
            both = w.value(
                f"shufflevector {w.numbers.vector} {low}, {w.numbers.vector} {high}, "
                f"<{2 * lanes} x i32> <{halves}>"
            )
            short = w.value(f"fptrunc <{2 * lanes} x float> {both} to <{2 * lanes} x bfloat>")
            pairs = w.value(f"bitcast <{2 * lanes} x bfloat> {short} to {w.numbers.vector}")
            w.store(pairs, w.at(target, at), w.mask(w.subtract("%width", at)))


def _pairs_down(w: Writer) -> None:
    """Two rows at a time, what stands under one another in one word; the last may be alone."""
    lanes = w.numbers.lanes
    words = f"<{lanes} x i32>"

    def half(value: str) -> str:
        short = w.value(f"fptrunc {w.numbers.vector} {value} to <{lanes} x bfloat>")
        bits = w.value(f"bitcast <{lanes} x bfloat> {short} to <{lanes} x i16>")
        return w.value(f"zext <{lanes} x i16> {bits} to {words}")

    for row in w.each("%rows", 2):
        source = w.at("%source", w.multiply(row, "%stride"))
        pair, _ = w.divided(row, 2)
        target = w.at("%target", w.multiply(pair, "%width"))
        more = w.smaller(1, w.subtract(w.subtract("%rows", row), 1))
        under = w.at(source, w.multiply(more, "%stride"))
        length = w.multiply(more, "%length")
        for at in w.each("%length", lanes):
            mask = w.mask(w.subtract("%length", at))
            low = half(w.load(w.at(source, at), mask))
            high = half(w.load(w.at(under, at), w.mask(w.subtract(length, at))))
            moved = w.value(f"shl {words} {high}, splat (i32 16)")
            both = w.value(f"or {words} {low}, {moved}")
            pairs = w.value(f"bitcast {words} {both} to {w.numbers.vector}")
            w.store(pairs, w.at(target, at), mask)
