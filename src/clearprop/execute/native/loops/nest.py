"""A loop's text: the loops within one another, and what stands where.

What does not depend on an inner loop is computed outside of it. Shapes are known, so the last
vector of an axis is masked by a constant, and only where the length is no multiple. Long sums of
floats are sums of sums of blocks, in a fixed order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from math import prod
from typing import Final, final

from clearprop.execute.native.layouts import Buffer, Layout, c_strides
from clearprop.execute.native.loops import neighbours
from clearprop.execute.native.loops.access import Access
from clearprop.execute.native.loops.cut import Cut, cut, together
from clearprop.execute.native.loops.folds import blocks, horizontal, least, not_empty
from clearprop.execute.native.loops.instructions import Instructions, identity
from clearprop.execute.native.loops.walk import MASK, Walk
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.special import FLAG
from clearprop.execute.native.steps import Loop
from clearprop.execute.native.terms import Term
from clearprop.execute.native.threads import PART, calls

BLOCK: Final = 16
"""So many trips are summed by themselves, so many of those again, and so on: errors stay small."""

Base = Callable[[Writer, Buffer], str]
Trip = Callable[[str, list[str]], Sequence[str]]


def loop_text(
    loop: Loop, symbol: str, machine: Machine, base: Base, scratch: int
) -> tuple[str, list[str], dict[tuple[str, str, int], None]]:
    """A loop as a function of the table of pointers and the arena, and of its chunks if it has any.

    Args:
        loop: The loop.
        symbol: Its function's name.
        machine: What it is for.
        base: Writes how a buffer's address is found; returns its name.
        scratch: The offset of the step's scratch in the arena.

    Returns:
        The text, the declarations that it needs, and the functions of the math library.
    """
    found = cut(loop, machine)
    writer = Writer()
    if found is None:
        functions = write_loop(loop, writer, machine, base)
        return writer.function(symbol), list(writer.declared), functions

    def within(writer: Writer, buffer: Buffer) -> str:
        if buffer not in found.partials:
            return base(writer, buffer)
        return writer.put(f"getelementptr i8, ptr %arena, i64 {scratch + found.offset(buffer)}")

    part = Writer()
    nest = _Nest(loop, part, machine, within, found)
    nest.write()
    functions = nest.unit.functions
    writer.do(calls(f"{symbol}.part", found.chunks))
    if found.partials:
        functions |= write_loop(together(loop, found, machine), writer, machine, within)
    text = part.function(f"{symbol}.part", PART) + writer.function(symbol)
    return text, [*part.declared, *writer.declared], functions


def write_loop(
    loop: Loop, writer: Writer, machine: Machine, base: Base
) -> dict[tuple[str, str, int], None]:
    """Write a loop as a part of a function; the functions of the math library that it calls."""
    nest = _Nest(not_empty(loop), writer, machine, base)
    nest.write()
    return nest.unit.functions


@final
class _Nest:
    def __init__(
        self, loop: Loop, writer: Writer, machine: Machine, base: Base, cut: Cut | None = None
    ) -> None:
        self.loop = loop
        self.writer = writer
        walk = Walk(loop, machine)
        self.layouts, self.terms, self.depths = walk.layouts, walk.terms, walk.depths
        self.lengths, self.kept, self.strides = walk.lengths, walk.kept, walk.strides
        self.axis, self.lanes, self.width = walk.axis, walk.lanes, walk.width
        self.order, self.first_fold = walk.order, walk.first_fold
        self.unit = Instructions(self.writer, self.lanes)
        self.access = Access(self.writer, self.lanes)
        self.groups = walk.groups()
        self.names: dict[Term, list[str]] = {}
        self.pointers = [self._start(layout, base) for layout in self.layouts]
        self.flag = base(self.writer, FLAG) if loop.refusals else ""
        self.accumulated: list[list[str]] = []
        self.vectors = 1
        self.tail = 0
        self.cut = cut
        self.mine = ""
        if cut is not None:
            self._begin(cut, base)

    def _start(self, layout: Layout, base: Base) -> str:
        """The address of a layout's first element."""
        return self.access.moved(base(self.writer, layout.buffer), layout.dtype, layout.offset)

    def _begin(self, cut: Cut, base: Base) -> None:
        """Go to where a chunk starts; and count its trips, at least one."""
        writer = self.writer

        def bound(chunk: str) -> str:
            return writer.put(
                f"udiv i64 {writer.put(f'mul i64 {chunk}, {cut.trips}')}, {cut.chunks}"
            )

        first = bound("%chunk")
        self.mine = writer.put(f"sub i64 {bound(writer.put('add i64 %chunk, 1'))}, {first}")
        self._advance(cut.depth, first, cut.step)
        places = range(len(self.layouts) - len(self.loop.folds), len(self.layouts))
        for place, buffer in zip(places, cut.partials, strict=False):
            shape = buffer.type.shape[1:]
            dense = iter(c_strides(shape))
            self.strides[place] = tuple(next(dense) if kept else 0 for kept in self.kept)
            by = writer.put(f"mul i64 %chunk, {prod(shape)}")
            self.pointers[place] = self.access.moved(base(writer, buffer), buffer.type.dtype, by)

    # The loops ------------------------------------------------------------------------------------

    def write(self) -> None:
        """Write the whole function's body."""
        if not prod(self.lengths):
            return
        self._compute(-1)
        self._level(0)

    def _level(self, depth: int) -> None:
        """The loops from a depth on; accumulators begin before the first loop that folds."""
        if depth == self.first_fold and self.loop.folds and not self.accumulated:
            self._folding(depth)
            return
        if depth == len(self.order):
            self._innermost()
            return
        axis = self.order[depth]
        if axis == self.axis:
            self._by_vectors(depth)
            return

        def trip(index: str, carried: list[str]) -> list[str]:
            self._take(carried)
            self._inside(depth, index, 1)
            return self._flat()

        self._repeated(depth, self.lengths[axis], 1, trip)

    def _by_vectors(self, depth: int) -> None:
        """The loop along the vector's axis: whole trips, then what is left."""
        assert self.axis is not None, "there is a vector's axis"
        length, stride = self.lengths[self.axis], self.lanes * self.width
        whole_trips, rest = divmod(length, stride)

        def trip(index: str, carried: list[str]) -> list[str]:
            self._take(carried)
            self.vectors, self.tail = self.width, 0
            self._inside(depth, index, stride)
            return self._flat()

        def left(index: str) -> list[str]:
            self.vectors, self.tail = -(-rest // self.lanes), rest % self.lanes
            self._inside(depth, index, stride)
            return self._flat()

        if whole_trips:
            self._repeated(depth, whole_trips, stride, trip)
        if rest and self._is_cut(depth):
            is_last = self.writer.put(f"icmp eq i64 %chunk, {self.chunks - 1}")
            kept = self._carried()
            self._take(self.writer.when(is_last, kept, lambda: left(self.mine)))
        elif rest:
            left(str(whole_trips))
        self.vectors, self.tail = 1, 0

    def _inside(self, depth: int, index: str, step: int) -> None:
        """One trip of a loop: addresses, what depends on it, and the loops within."""
        saved = list(self.pointers)
        known = dict(self.names)
        self._advance(depth, index, step)
        self._compute(depth)
        self._level(depth + 1)
        self.pointers, self.names = saved, known

    def _advance(self, depth: int, index: str, step: int) -> None:
        """All addresses moved on by so many steps along a loop's axis."""
        for place, layout in enumerate(self.layouts):
            stride = self.strides[place][self.order[depth]]
            if stride:
                by = self.access.times(index, step * stride)
                self.pointers[place] = self.access.moved(self.pointers[place], layout.dtype, by)

    def _compute(self, depth: int) -> None:
        """The terms that depend on this loop, and on none within."""
        together: dict[int, list[str]] = {}
        for term in self.terms:
            if self.depths[term] == depth:
                many = self.vectors if self._varies(term) else 1
                if term.op == "load":
                    self.names[term] = self._read(term.payload, many, together)
                else:
                    self.names[term] = [
                        self.unit.compute(term, [self._name(x, i) for x in term.args])
                        for i in range(many)
                    ]

    def _varies(self, term: Term) -> bool:
        """Whether a term was computed for each vector of a trip; else it serves them all."""
        if term.op == "load":
            return self.axis is not None and bool(self.strides[term.payload][self.axis])
        return any(len(self.names[x]) > 1 for x in term.args)

    def _name(self, term: Term, i: int) -> str:
        names = self.names[term]
        return names[i] if len(names) > 1 else names[0]

    def _innermost(self) -> None:
        """What is done for each element: store, and fold."""
        first = len(self.loop.loads)
        for place, store in enumerate(self.loop.stores, first):
            group = self.groups.get(place, (place,))
            for i in range(self.vectors if self.axis is not None else 1):
                if group == (place,):
                    self._store(place, i, self._name(store.term, i))
                elif group[0] == place:
                    terms = [self.loop.stores[each - first].term for each in group]
                    self._store_together(place, i, [self._name(term, i) for term in terms])
        if self.loop.refusals:
            self._refuse()
        for at, fold in enumerate(self.loop.folds):
            for i in range(self.vectors):
                value = self._name(fold.term, i)
                tail = self._tail_of(i)
                if tail and not self.kept[self.axis]:  # type: ignore[index]
                    dtype = fold.term.dtype
                    type_, nothing = self.unit.type(dtype), identity(fold.op, dtype)
                    mask = f"{self.unit.type(MASK)} {self.access.mask(tail)}"
                    other = self.unit.splat(nothing, dtype)
                    value = self.writer.put(f"select {mask}, {type_} {value}, {type_} {other}")
                mine = self.accumulated[at]
                mine[i] = self.unit.combine(fold.op, fold.term.dtype, mine[i], value)

    def _refuse(self) -> None:
        """Raise the flag where the loop cannot be done; lanes that are no elements do not count."""
        writer, type_ = self.writer, self.unit.type(MASK)
        for i in range(self.vectors):
            names = [self._name(term, i) for term in self.loop.refusals]
            mask = reduce(lambda a, b: writer.put(f"or {type_} {a}, {b}"), names)
            if self._tail_of(i):
                mask = writer.put(f"and {type_} {mask}, {self.access.mask(self._tail_of(i))}")

            def raised() -> list[str]:
                writer.do(f"store atomic i64 1, ptr {self.flag} monotonic, align 8")
                return []

            writer.when(self.unit.somewhere(mask), [], raised)

    @property
    def chunks(self) -> int:
        return 1 if self.cut is None else self.cut.chunks

    def _is_cut(self, depth: int) -> bool:
        return self.cut is not None and self.cut.depth == depth

    # Long sums ------------------------------------------------------------------------------------

    def _repeated(self, depth: int, trips: int, step: int, trip: Trip) -> None:
        """A loop; a long one that sums floats is a loop over blocks, each with its own sums."""
        sizes: list[int] = []
        sums = any(fold.op == "add" and fold.term.dtype.kind == "f" for fold in self.loop.folds)
        fewest = trips // self.chunks if self._is_cut(depth) else trips
        if self.accumulated and sums and fewest >= 2 * BLOCK:
            sizes.append(BLOCK)
            while sizes[0] * 2 * BLOCK <= fewest:
                sizes.insert(0, sizes[0] * BLOCK)
        count = self.mine if self._is_cut(depth) else trips
        self._by_blocks(depth, count, sizes, step, trip)

    def _by_blocks(
        self, depth: int, trips: int | str, sizes: Sequence[int], step: int, trip: Trip
    ) -> None:
        """A loop as loops over blocks of these sizes, the largest first, each within the last."""
        if not sizes:
            self._take(self.writer.loop(trips, self._carried(), trip))
            return
        size, start = sizes[0], list(self.pointers)

        def block(index: str, carried: list[str]) -> list[str]:
            self._advance(depth, index, size * step)
            count = least(self.writer, trips, index, size)
            self.accumulated = self._nothing(len(self.accumulated[0]))
            self._by_blocks(depth, count, sizes[1:], step, trip)
            own = self.accumulated
            self._take(carried)
            self.accumulated = [
                [
                    self.unit.combine(fold.op, fold.term.dtype, *pair)
                    for pair in zip(*both, strict=True)
                ]
                for fold, *both in zip(self.loop.folds, self.accumulated, own, strict=True)
            ]
            self.pointers = list(start)
            return self._flat()

        self._take(self.writer.loop(blocks(self.writer, trips, size), self._carried(), block))

    def _nothing(self, count: int) -> list[list[str]]:
        """Accumulators that have taken in nothing yet, so many per fold."""
        return [
            [self.unit.splat(identity(f.op, f.term.dtype), f.term.dtype)] * count
            for f in self.loop.folds
        ]

    # Folds ----------------------------------------------------------------------------------------

    def _folding(self, depth: int) -> None:
        """The loops that fold: accumulators before, results after."""
        folds = self.loop.folds
        across = self.axis is not None and not self.kept[self.axis]
        count = self.width if across else self.vectors
        self.accumulated = self._nothing(count)
        self._level(depth)
        first = len(self.loop.loads) + len(self.loop.stores)
        for place, (fold, mine) in enumerate(zip(folds, self.accumulated, strict=True), first):
            if across:
                total = horizontal(self.unit, fold.op, fold.term.dtype, mine)
                self.access.store_one(fold.term.dtype, total, self.pointers[place])
            else:
                for i, value in enumerate(mine):
                    self._store(place, i, value)
        self.accumulated = []

    def _carried(self) -> list[tuple[str, str]]:
        return [
            (self.unit.type(fold.term.dtype), value)
            for fold, mine in zip(self.loop.folds, self.accumulated, strict=False)
            for value in mine
        ]

    def _flat(self) -> list[str]:
        return [value for mine in self.accumulated for value in mine]

    def _take(self, values: Sequence[str]) -> None:
        rest = iter(values)
        self.accumulated = [[next(rest) for _ in mine] for mine in self.accumulated]

    # Memory ---------------------------------------------------------------------------------------

    def _read(self, place: int, many: int, together: dict[int, list[str]]) -> list[str]:
        """What a load gives in each vector of a trip; what else was read with it is kept."""
        dtype, stride = self.layouts[place].dtype, self._stride(place)
        group = self.groups.get(place)
        if group is None:
            return [
                self.access.load(dtype, self._vector(place, i), stride, self._tail_of(i))
                for i in range(many)
            ]
        if place not in together:
            pointers = [self._vector(group[0], i) for i in range(many)]
            read = [
                neighbours.load(self.access, dtype, len(group), pointer, stride, self._tail_of(i))
                for i, pointer in enumerate(pointers)
            ]
            together.update(zip(group, map(list, zip(*read, strict=True)), strict=True))
        return together[place]

    def _store(self, place: int, i: int, value: str) -> None:
        dtype, stride = self.layouts[place].dtype, self._stride(place)
        self.access.store(dtype, value, self._vector(place, i), stride, self._tail_of(i))

    def _store_together(self, place: int, i: int, values: Sequence[str]) -> None:
        dtype, stride = self.layouts[place].dtype, self._stride(place)
        pointer, tail = self._vector(place, i), self._tail_of(i)
        neighbours.store(self.access, dtype, values, pointer, stride, tail)

    def _stride(self, place: int) -> int:
        """How far apart a vector's elements lie."""
        return 0 if self.axis is None else self.strides[place][self.axis]

    def _vector(self, place: int, i: int) -> str:
        """The address of a trip's i-th vector."""
        by = i * self.lanes * self._stride(place)
        return self.access.moved(self.pointers[place], self.layouts[place].dtype, by)

    def _tail_of(self, i: int) -> int:
        """How many lanes of a trip's i-th vector are elements, if not all; else 0."""
        return self.tail if i == self.vectors - 1 else 0
