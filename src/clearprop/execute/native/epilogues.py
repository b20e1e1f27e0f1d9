"""Loops over exactly a product's result, done by the product itself while it is in registers.

A loop becomes the *epilogue* of a product if it is the first to read the result, reads it element
by element as it lies, and if all else that it reads and writes lies row by row beside it, repeats a
row (a bias), or repeats a number. The result itself is stored only where something else reads it.
What the loop reduces remains a loop, over what the epilogue has written. The product is done where
the loop was, which comes later: nothing that it reads may change in between.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from math import prod
from typing import Final, final

from clearprop.execute.native import products
from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.execute.native.ledger import CHEAP
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.precision import in_bfloat16
from clearprop.execute.native.products import PLACE, Beside, Product
from clearprop.execute.native.steps import FOLDS, Fold, Loop, Multiply, Refinement, Step
from clearprop.execute.native.straight.recipes import SHORT
from clearprop.execute.native.terms import Term, ordered, rebuilt

LEAST: Final = 1024
"""The elements of a result from which on it is worth a kernel of its own."""

MOST: Final = 24
"""The terms of an epilogue: it is written out for each vector of a block."""

MOST_BESIDE: Final = 8
"""What an epilogue reads and writes, at most: each takes a register for its address."""

MOST_WHOLE: Final = 4
"""How many of those may be as large as the result. A loop of its own walks through them in order,
which memory keeps up with; block by block it does so for a step with momentum, and not for Adam."""


def refinement(machine: Machine, bfloat16: bool) -> Refinement:
    """Has products do loops, and round their operands to bfloat16 where that is asked for.

    Args:
        machine: What the steps are compiled for.
        bfloat16: Whether products of float32 round their operands.
    """

    def refined(steps: Sequence[Step], outputs: Collection[Buffer]) -> list[Step]:
        rounded = in_bfloat16(steps) if bfloat16 else steps
        return _Joining(rounded, outputs, machine).joined()

    return refined


@final
class _Joining:
    """Who reads and writes what, and what becomes of each step."""

    def __init__(
        self, steps: Sequence[Step], outputs: Collection[Buffer], machine: Machine
    ) -> None:
        self.outputs = frozenset(outputs)
        self.machine = machine
        self.steps: list[list[Step]] = [[step] for step in steps]
        self.readers: defaultdict[Buffer, list[int]] = defaultdict(list)
        self.writers: defaultdict[Buffer, list[int]] = defaultdict(list)
        self.products: dict[Buffer, int] = {}
        for at, step in enumerate(steps):
            for buffer in dict.fromkeys(step.reads()):
                self.readers[buffer].append(at)
            for buffer in dict.fromkeys(step.writes()):
                self.writers[buffer].append(at)
            if isinstance(step, Multiply):
                self.products[step.c.buffer] = at

    def joined(self) -> list[Step]:
        """The steps that are left."""
        for at, (step,) in enumerate(list(self.steps)):
            if isinstance(step, Loop) and step.stores and not step.refusals:
                self._join(at, step)
        return [step for some in self.steps for step in some]

    def _join(self, at: int, loop: Loop) -> None:
        """Have the last of the products that a loop reads do its work, if one can."""
        found = [self.products[x] for x in loop.reads() if x in self.products]
        for place in sorted(set(found), reverse=True):
            (step,) = self.steps[place]
            assert isinstance(step, Multiply), "it is in the table of products"
            made = self._made(place, step, at, loop)
            if made is not None:
                del self.products[step.c.buffer]
                self.steps[place], self.steps[at] = [], made
                return

    def _made(self, place: int, step: Multiply, at: int, loop: Loop) -> list[Step] | None:
        """A product and a loop in one, and what is left of the loop; None if that cannot be."""
        c = step.c.buffer
        if self.readers[c][0] != at or self.writers[c] != [place]:
            return None
        written = set(loop.writes())
        if written & {*loop.reads(), *step.reads()}:
            return None
        if any(self._changes(buffer, place, at) for buffer in step.reads()):
            return None
        loops = _parted(loop, c)
        if loops is None or not products.takes_epilogue(step.product, self.machine):
            return None
        first, rest = loops
        read_again = rest is not None and c in rest.reads()
        keeps = read_again or c in self.outputs or self.readers[c] != [at]
        found = _fused(step, first, keeps, self.machine)
        return None if found is None else [found, *([rest] if rest is not None else [])]

    def _changes(self, buffer: Buffer, after: int, before: int) -> bool:
        """Whether a step in between writes to a buffer."""
        writers = self.writers[buffer]
        place = bisect_right(writers, after)
        return place < len(writers) and writers[place] < before


def _parted(loop: Loop, c: Buffer) -> tuple[Loop, Loop | None] | None:
    """A loop less its reductions, and those by themselves, of what it has stored where they can be.

    None where that would compute more than a few operations again.
    """
    reductions = [node for node in loop.nodes if node.primitive.name in FOLDS]
    others = [node for node in loop.nodes if node.primitive.name not in FOLDS]
    first = Loop(loop.domain, (), loop.loads, loop.stores, [], others)
    if not loop.folds:
        return first, None
    loads = list(loop.loads)
    stored: dict[Term, Term] = {}
    for store in loop.stores:
        stored[store.term] = Term("load", (), store.term.dtype, len(loads))
        loads.append(store.place)
    terms = rebuilt([fold.term for fold in loop.folds], stored)
    again = [term for term in ordered(terms) if term.op not in ("load", "constant")]
    if len(again) > CHEAP or any(term.op == "call" for term in again):
        return None
    folds = [Fold(fold.op, term, fold.place) for fold, term in zip(loop.folds, terms, strict=True)]
    rest = Loop(loop.domain, loop.folded, loads, [], folds, reductions)
    return first, rest.without_idle_loads()


def _fused(step: Multiply, loop: Loop, keeps: bool, machine: Machine) -> Multiply | None:
    """The product with an epilogue; None if the loop is none for it."""
    product = products.folded(step.product)
    terms = ordered([store.term for store in loop.stores])
    if product.m * product.n < LEAST or len(terms) > MOST or not _is_short(terms, product):
        return None
    mine = [layout for layout in loop.loads if layout.buffer is step.c.buffer]
    others = [layout for layout in loop.loads if layout.buffer is not step.c.buffer]
    written = [store.place for store in loop.stores]
    if len(mine) != 1 or not mine[0].is_whole or len(others) + len(written) > MOST_BESIDE:
        return None
    places = [_beside(layout, product) for layout in (*others, *written)]
    reads, writes = places[: len(others)], places[len(others) :]
    if None in reads or any(place is None or not place.columns for place in writes):
        return None
    if sum(bool(place and place.rows and place.columns) for place in places) > MOST_WHOLE:
        return None
    numbers = {layout: others.index(layout) + 1 for layout in others} | {mine[0]: PLACE}
    again = {
        term: Term("load", (), term.dtype, numbers[loop.loads[term.payload]])
        for term in terms
        if term.op == "load"
    }
    made = products.epilogue(
        rebuilt([store.term for store in loop.stores], again),
        [place for place in reads if place is not None],
        [place for place in writes if place is not None],
        keeps=keeps,
    )
    product = replace(product, epilogue=made)
    uses_c = keeps or products.in_parts(product, machine)
    beside = [*others, *written]
    return Multiply(product, step.a, step.b, step.c, step.node, beside, loop.nodes, uses_c)


def _is_short(terms: Sequence[Term], product: Product) -> bool:
    """Whether all terms are a few instructions on as many lanes as the product's vectors have."""
    return all(
        term.dtype.itemsize <= product.itemsize and (term.op != "call" or term.payload in SHORT)
        for term in terms
    )


def _beside(layout: Layout, product: Product) -> Beside | None:
    """How a layout of the result's shape lies along its rows and columns; None if unevenly."""
    strides = []
    sizes = [product.n, product.m, product.batch]
    axes = [(n, s) for n, s in zip(layout.shape, layout.strides, strict=True) if n != 1]
    for size in sizes:
        length, stride = 1, 0
        while length < size and axes:
            count, step = axes.pop()
            if length == 1:
                stride = step
            elif step != stride * length:
                return None
            length *= count
        if length != size:
            return None
        strides.append(stride)
    columns, rows, stack = strides
    if columns not in (0, 1) or prod(layout.shape) != prod(sizes):
        return None
    return Beside(layout.dtype, stack, rows, columns)
