"""How a product is cut into blocks, what is copied first, and who computes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, final

from clearprop.execute.native.machine import Level, Machine
from clearprop.execute.native.products import blas
from clearprop.execute.native.products.product import Product

_ROWS: Final[dict[Level, tuple[int, ...]]] = {
    "avx512": (16, 12, 8, 6),
    "avx2": (12, 6, 4),
    "baseline": (8, 4),
}
"""Rows of a block that is 1, 2, … vectors wide: as many sums as there are registers for."""

_DEPTH: Final = 512
"""How much of the depth is taken at once, so that copies stay in the second-level cache."""

_HEIGHT: Final = 480
"""How many rows of A are copied at once."""


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """How a product of matrices is computed.

    Attributes:
        rows: Of a block of C.
        vectors: Across a block.
        depth: How much of the product's depth is taken at once.
        height: How many rows are taken at once; a multiple of a block's, or all.
        copies_a: Whether blocks of A are copied first, so that a block's numbers stand together.
        copies_b: Whether panels of B are copied first.
    """

    rows: int
    vectors: int
    depth: int
    height: int
    copies_a: bool
    copies_b: bool

    def panel(self, lanes: int) -> int:
        """The elements of scratch for a panel of B."""
        return (self.depth + lanes) * self.vectors * lanes if self.copies_b else 0

    def strips(self, lanes: int) -> int:
        """The elements of scratch for blocks of A."""
        return (self.height + self.rows) * (self.depth + lanes) if self.copies_a else 0


def plan(product: Product, machine: Machine) -> Plan:
    """The measured choice of blocks."""
    lanes = machine.lanes(product.itemsize)
    table = _ROWS[machine.level]
    across = -(-product.n // lanes)
    vectors = -(-across // -(-across // len(table)))
    rows = min(table[vectors - 1], product.m)
    high = product.m >= 4 * rows
    copies_b = product.transposed_b or (high and product.ldb * product.itemsize >= 4096)
    copies_a = high and rows <= lanes and product.k >= _DEPTH and product.n >= 128
    parts = -(-product.k // _DEPTH) if copies_a or copies_b else 1
    depth = -(-product.k // parts)
    height = _HEIGHT // rows * rows if copies_a and product.m > _HEIGHT else product.m
    return Plan(rows, vectors, depth, height, copies_a, copies_b)


Who = Literal["zeros", "row", "own", "blas"]


def who(product: Product, machine: Machine) -> Who:
    """Which code computes a product.

    On one thread the own kernels were ahead of OpenBLAS at all sizes that were measured
    (``benchmarks/bench_products.py``), given registers of 32 bytes or more.
    """
    if product.k == 0:
        return "zeros"
    small = product.m * product.n * product.k <= 4096
    if machine.level == "baseline" and not small and blas.suits(product):
        return "blas"
    return "row" if 1 in (product.m, product.n) else "own"
