"""How a product is cut into blocks, and what is copied first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple, final

from clearprop.execute.native.machine import Level, Machine
from clearprop.execute.native.products.product import Product

_ROWS: Final[dict[Level, tuple[int, ...]]] = {
    "avx512": (16, 12, 8, 6),
    "avx2": (12, 6),
    "baseline": (8, 4),
    "neon": (16, 12, 8, 6),
}
"""Rows of a block that is 1, 2, … vectors wide: as many sums as there are registers for."""

_SUMS: Final[dict[Level, int]] = {"avx512": 27, "avx2": 14, "baseline": 10, "neon": 27}
"""Registers for sums and for a row of B where a product has few rows."""

_ENOUGH: Final = 12
"""Sums in a block, with which the processor is busy all the time."""

_NEAR: Final = 2**16
"""The bytes of a panel of B up to which lower blocks, which read it more often, are as fast."""

_WIDEST: Final = 8
"""Vectors across a block of few rows, at most."""

_DEPTH: Final = 1024
"""How much of the depth is taken at once, so that a panel of B stays in the cache."""

_DEPTH_COPIED: Final = 512
"""The same where A is copied."""

_HEIGHT: Final = 960
"""How many rows of A are copied at once."""


class Group(NamedTuple):
    """Blocks of one size, one after another.

    Attributes:
        start: Where the first one starts.
        size: Of each.
        blocks: How many.
    """

    start: int
    size: int
    blocks: int


def cut(size: int, most: int) -> list[Group]:
    """As few blocks as possible, of two sizes at most one apart.

    >>> [tuple(group) for group in cut(14, 6)]
    [(0, 5, 2), (10, 4, 1)]
    """
    blocks = -(-size // most)
    small = size // blocks
    large = size - small * blocks
    groups = Group(0, small + 1, large), Group(large * (small + 1), small, blocks - large)
    return [group for group in groups if group.blocks]


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """How a product of matrices is computed.

    Attributes:
        rows: Of a block of C, at most.
        vectors: Across a block, at most.
        depth: How much of the product's depth is taken at once.
        height: How many rows are taken at once; a multiple of a block's, or all.
        copies_a: Whether A, stored by columns, is copied block by block.
        copies_b: Whether panels of B are copied.
        panel: The elements of scratch for a panel of B, which come first.
        scratch: All elements of scratch.
    """

    rows: int
    vectors: int
    depth: int
    height: int
    copies_a: bool
    copies_b: bool
    panel: int
    scratch: int


def plan(product: Product, machine: Machine) -> Plan:
    """The measured choice of blocks."""
    lanes = machine.lanes(product.itemsize)
    table = _ROWS[machine.level]
    across = -(-product.n // lanes)
    widest = max(len(table), min(_WIDEST, _SUMS[machine.level] // (product.m + 1)))
    vectors = -(-across // -(-across // widest))
    rows = min(table[min(vectors, len(table)) - 1], product.m)
    if product.epilogue is not None and product.k * vectors * machine.bytes <= _NEAR:
        rows = _even(product.m, rows, -(-_ENOUGH // vectors))
    high = product.m >= 4 * rows
    copies_b = product.transposed_b or (high and product.ldb * product.itemsize >= 4096)
    copies_a = high and product.transposed_a and product.k >= 256 and product.n >= 128
    parts = -(-product.k // (_DEPTH_COPIED if copies_a else _DEPTH))
    depth = -(-product.k // parts) if copies_a or copies_b else product.k
    height = _HEIGHT // rows * rows if copies_a and product.m > _HEIGHT else product.m
    panel = (depth + lanes) * vectors * lanes if copies_b else 0
    strips = -(-height // rows) * rows * depth + lanes if copies_a else 0
    return Plan(rows, vectors, depth, height, copies_a, copies_b, panel, panel + strips)


def _even(size: int, most: int, least: int) -> int:
    """The largest size of blocks that leaves nothing over, so that one kernel does them all."""
    return next((rows for rows in range(most, least - 1, -1) if size % rows == 0), most)
