"""The micro-kernel: a block of C held in registers while rows of B stream by.

Vectors lie along the columns of C; a number of A is broadcast from memory and meets each of them.
One kernel serves all products: depth, strides and the number of blocks are given when it runs.
After Goto and van de Geijn, *Anatomy of high-performance matrix multiplication* (2008), section 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

from clearprop.execute.native.products.epilogue import Epilogue
from clearprop.execute.native.products.finish import Block, hand_on, store
from clearprop.execute.native.products.product import DType
from clearprop.execute.native.products.writer import Index, Module, Writer

_ENOUGH: Final = 8
"""How many sums must be under way to hide the latency of a multiplication."""

_GROUP: Final = 3
"""Rows that share a pointer: addresses reach base, base + stride and base + 2·stride."""


@final
@dataclass(frozen=True, slots=True)
class Tile:
    """Which kernel.

    Attributes:
        dtype: Of the numbers.
        rows: Of the block.
        vectors: Across the block.
        masked: Whether the last vector is a part of one.
        adds: Whether it can add to what stands in C, for products taken in several parts; with an
            epilogue, which belongs to the last part, it does.
        upright: Whether neighbours in memory are in one column of A rather than in one row.
        epilogue: What is made of the block, if it is not just stored.
        pairs: Whether the words of A and B are pairs of bfloat16.
    """

    dtype: DType
    rows: int
    vectors: int
    masked: bool
    adds: bool
    upright: bool
    epilogue: Epilogue | None = None
    pairs: bool = False

    @property
    def name(self) -> str:
        """The function's."""
        marks = "m" * self.masked + "a" * self.adds + "p" * self.pairs
        layout = "columns" if self.upright else "rows"
        end = "" if self.epilogue is None else f"_{self.epilogue.kernel}"
        return f"tile_{self.dtype}_{layout}_{self.rows}x{self.vectors}{marks}{end}"


@final
@dataclass(frozen=True, slots=True)
class Blocks:
    """What a kernel is run on: blocks of C under one another.

    Attributes:
        count: How many.
        depth: How many products each sum has, at least 1.
        a: Where A starts.
        lda: Elements from one row of A to the next, or from one column where it is upright.
        step: Elements of A from one block to the next.
        b: Where B starts.
        ldb: From one row of B to the next.
        c: Where C starts.
        ldc: From one row of C to the next.
        lanes: How many columns the last vector has, where it is masked.
        fresh: An ``i1``: overwrite C rather than add to it, where the kernel can add.
        beside: Where it starts in what the epilogue reads and writes.
        strides: From one row of those to the next, in bytes.
    """

    count: Index
    depth: Index
    a: str
    lda: Index
    step: Index
    b: str
    ldb: Index
    c: str
    ldc: Index
    lanes: Index
    fresh: str
    beside: Sequence[str] = ()
    strides: Sequence[int] = ()


def run(writer: Writer, module: Module, tile: Tile, blocks: Blocks) -> None:
    """Call the kernel, adding it to the module where it is new."""
    count = len(blocks.beside)
    parameters = (*_PARAMETERS, *(f"ptr %beside{i}, i64 %stride{i}" for i in range(count)))
    numbers = module.numbers(tile.dtype)
    module.define(tile.name, parameters, numbers, lambda inner: _kernel(inner, tile, count))
    given: list[tuple[str, Index]] = [
        ("i64", blocks.count),
        ("i64", blocks.depth),
        ("ptr", blocks.a),
        ("i64", blocks.lda),
        ("i64", blocks.step),
        ("ptr", blocks.b),
        ("i64", blocks.ldb),
        ("ptr", blocks.c),
        ("i64", blocks.ldc),
        ("i64", blocks.lanes),
        ("i1", blocks.fresh),
    ]
    for pointer, stride in zip(blocks.beside, blocks.strides, strict=True):
        given += [("ptr", pointer), ("i64", stride)]
    writer.call(tile.name, given)


_PARAMETERS: Final = (
    "i64 %count",
    "i64 %depth",
    "ptr noalias readonly %a",
    "i64 %lda",
    "i64 %step",
    "ptr noalias readonly %b",
    "i64 %ldb",
    "ptr noalias %c",
    "i64 %ldc",
    "i64 %lanes",
    "i1 %fresh",
)


def _kernel(w: Writer, tile: Tile, count: int) -> None:
    masks = [None] * (tile.vectors - 1) + [w.mask("%lanes") if tile.masked else None]
    drop = w.multiply("%ldc", tile.rows)
    strides = [f"%stride{i}" for i in range(count)]
    drops = [w.multiply(stride, tile.rows) for stride in strides]

    def block(_: Index, pointers: list[str]) -> list[str]:
        a, c, *beside = pointers
        _finish(w, tile, Block(_sums(w, tile, a, masks), masks, c, "%ldc", beside, strides))
        moved = [w.by_bytes(one, by) for one, by in zip(beside, drops, strict=True)]
        return [w.at(a, "%step"), w.at(c, drop), *moved]

    starts = ["%a", "%c", *(f"%beside{i}" for i in range(count))]
    w.loop("%count", 1, block, [("ptr", start) for start in starts])


def _sums(w: Writer, tile: Tile, a: str, masks: list[str | None]) -> list[str]:
    """The sums of one block, by rows."""
    number = tile.rows * tile.vectors
    chains = 1 << max(0, min(2, (_ENOUGH // number).bit_length() - 1))
    pointers = [a]
    if not tile.upright:
        pointers = [w.at(a, w.multiply("%lda", row)) for row in range(0, tile.rows, _GROUP)]
    zeros = [(w.numbers.vector, "zeroinitializer")] * (number * chains)
    starts = [("ptr", pointer) for pointer in [*pointers, "%b"]]
    rounds, rest = w.divided("%depth", chains) if chains > 1 else ("%depth", 0)
    stride = w.multiply("%lda", w.numbers.size)
    multiply_add = w.multiply_add_pairs if tile.pairs else w.multiply_add

    def trip(chains: int, carried: list[str]) -> list[str]:
        *bases, b = carried[: len(starts)]
        sums = carried[len(starts) :]
        for chain in range(chains):
            row_b = w.at(b, w.multiply("%ldb", chain))
            across = [
                w.load(w.at(row_b, vector * w.numbers.lanes), masks[vector])
                for vector in range(tile.vectors)
            ]
            for row in range(tile.rows):
                one = w.broadcast(_address(w, tile, bases, row, chain, stride))
                for vector in range(tile.vectors):
                    place = chain * number + row * tile.vectors + vector
                    sums[place] = multiply_add(one, across[vector], sums[place])
        onward: Index = w.multiply("%lda", chains) if tile.upright else chains
        moved = [w.at(base, onward) for base in bases]
        return [*moved, w.at(b, w.multiply("%ldb", chains)), *sums]

    carried = w.loop(rounds, 1, lambda _, values: trip(chains, values), [*starts, *zeros])
    if chains > 1:
        kinds = [kind for kind, _ in [*starts, *zeros[:number]]]
        kept = carried[len(starts) + number :]
        first = list(zip(kinds, carried, strict=False))
        carried = w.loop(rest, 1, lambda _, values: trip(1, values), first) + kept
    sums = carried[len(starts) :]
    while len(sums) > number:
        half = len(sums) // 2
        sums = [w.plus(x, y) for x, y in zip(sums[:half], sums[half:], strict=True)]
    return sums


def _address(w: Writer, tile: Tile, bases: list[str], row: int, depth: int, stride: Index) -> str:
    """Where the number of A stands that many rows down and depth on."""
    if tile.upright:
        return w.at(w.at(bases[0], w.multiply("%lda", depth)), row)
    base, off = w.at(bases[row // _GROUP], depth), row % _GROUP
    if off == 0:
        return base
    far = stride if off == 1 else w.value(f"shl i64 {stride}, 1")
    return w.value(f"getelementptr i8, ptr {base}, i64 {far}")


def _finish(w: Writer, tile: Tile, block: Block) -> None:
    """Have the block stored, or handed on."""
    if tile.epilogue is not None:
        hand_on(w, tile.epilogue, block, adds=tile.adds)
    elif tile.adds:
        w.choose(
            "%fresh",
            lambda: store(w, block, adds=False),
            lambda: store(w, block, adds=True),
        )
    else:
        store(w, block, adds=False)
