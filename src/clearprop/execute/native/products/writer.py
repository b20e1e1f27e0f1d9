"""LLVM's text for vectors of one kind of number, written function by function.

Operands are the text of values: a name (``%t5``) or a constant. Counts may be Python integers, and
arithmetic on those is done here, so that the text stays small. Data is taken to be aligned to its
elements only.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import final

from clearprop.execute.native.machine import Machine
from clearprop.execute.native.products.product import DType

Index = int | str
"""A 64-bit count or offset in elements: known now, or a value's name."""


@final
@dataclass(frozen=True, slots=True)
class Numbers:
    """Vectors of a dtype.

    Attributes:
        dtype: Of an element.
        lanes: How many elements a vector holds.
        fma: Whether a multiplication and an addition can round once.
    """

    dtype: DType
    lanes: int
    fma: bool

    @property
    def size(self) -> int:
        """The bytes of an element."""
        return 4 if self.dtype == "float32" else 8

    @property
    def element(self) -> str:
        """LLVM's type of one."""
        return "float" if self.dtype == "float32" else "double"

    @property
    def vector(self) -> str:
        """LLVM's type of a vector."""
        return f"<{self.lanes} x {self.element}>"

    @property
    def mask(self) -> str:
        """LLVM's type of which lanes take part."""
        return f"<{self.lanes} x i1>"

    @property
    def mangled(self) -> str:
        """How intrinsics' names spell the vector's type."""
        return f"v{self.lanes}f{8 * self.size}"


@final
@dataclass(slots=True)
class Module:
    """The functions of a text, each once, by name.

    Attributes:
        machine: What they are made for.
        functions: Their text.
    """

    machine: Machine
    functions: dict[str, str] = field(default_factory=dict)

    def numbers(self, dtype: DType, most: int = 64) -> Numbers:
        """The machine's vectors, of that many bytes at most."""
        size = 4 if dtype == "float32" else 8
        return Numbers(dtype, min(self.machine.bytes, most) // size, self.machine.fma)

    def define(
        self,
        name: str,
        parameters: Sequence[str],
        numbers: Numbers,
        body: Callable[[Writer], None],
    ) -> None:
        """Add a function, unless it is there.

        Args:
            name: Its name.
            parameters: Their types and names.
            numbers: What its vectors are.
            body: Writes the body.
        """
        if name in self.functions:
            return
        self.functions[name] = ""
        writer = Writer(numbers)
        body(writer)
        lines = "\n".join(writer.lines)
        signature = f"define internal void @{name}({', '.join(parameters)}) noinline nounwind"
        self.functions[name] = f"{signature} {{\nentry:\n{lines}\n  ret void\n}}\n"

    def text(self) -> str:
        """All of them."""
        return "\n".join(self.functions.values())


@final
@dataclass(frozen=True, slots=True)
class _Loop:
    """A loop being written: its end, its labels, its values, and where its head starts."""

    stop: Index
    head: str
    out: str
    before: str
    count: str
    names: list[str]
    kinds: list[str]
    place: int


@final
class Writer:
    """The body of one function.

    Args:
        numbers: What its vectors are.
    """

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self.lines: list[str] = []
        self._names = itertools.count(1)
        self._block = "entry"

    def line(self, text: str) -> None:
        """An instruction without a result."""
        self.lines.append(f"  {text}")

    def value(self, text: str) -> str:
        """An instruction's result."""
        name = self._name()
        self.lines.append(f"  {name} = {text}")
        return name

    def call(self, function: str, arguments: Sequence[tuple[str, Index]]) -> None:
        """Call a function of the module: its arguments' types and values."""
        listed = ", ".join(f"{kind} {value}" for kind, value in arguments)
        self.line(f"call void @{function}({listed})")

    # -- counts and addresses

    def add(self, a: Index, b: Index) -> Index:
        """The sum of two counts."""
        if isinstance(a, int) and isinstance(b, int):
            return a + b
        if 0 in (a, b):
            return b if a == 0 else a
        return self.value(f"add nsw i64 {a}, {b}")

    def subtract(self, a: Index, b: Index) -> Index:
        """What is left of a count."""
        if isinstance(a, int) and isinstance(b, int):
            return a - b
        return a if b == 0 else self.value(f"sub nsw i64 {a}, {b}")

    def multiply(self, a: Index, b: Index) -> Index:
        """The product of two counts."""
        if isinstance(a, int) and isinstance(b, int):
            return a * b
        if 0 in (a, b):
            return 0
        if 1 in (a, b):
            return b if a == 1 else a
        return self.value(f"mul nsw i64 {a}, {b}")

    def smaller(self, a: Index, b: Index) -> Index:
        """The smaller of two."""
        if isinstance(a, int) and isinstance(b, int):
            return min(a, b)
        return self.value(f"call i64 @llvm.smin.i64(i64 {a}, i64 {b})")

    def divided(self, a: Index, by: int) -> tuple[Index, Index]:
        """The quotient and the remainder of a non-negative count."""
        if isinstance(a, int):
            return a // by, a % by
        quotient = self.value(f"udiv i64 {a}, {by}")
        return quotient, self.value(f"urem i64 {a}, {by}")

    def at(self, pointer: str, offset: Index) -> str:
        """The address that many elements on."""
        if offset == 0:
            return pointer
        return self.value(f"getelementptr {self.numbers.element}, ptr {pointer}, i64 {offset}")

    def by_bytes(self, pointer: str, offset: Index) -> str:
        """The address that many bytes on."""
        if offset == 0:
            return pointer
        return self.value(f"getelementptr i8, ptr {pointer}, i64 {offset}")

    # -- vectors

    def mask(self, count: Index) -> str:
        """The first lanes, that many (all, where there are not as many)."""
        lanes, bits = self.numbers.lanes, 8 * self.numbers.size
        if isinstance(count, int):
            return "<" + ", ".join(f"i1 {int(lane < count)}" for lane in range(lanes)) + ">"
        kind = f"<{lanes} x i{bits}>"
        bounded = self.value(f"call i64 @llvm.smin.i64(i64 {count}, i64 {lanes})")
        narrow = bounded if bits == 64 else self.value(f"trunc i64 {bounded} to i{bits}")
        first = self.value(f"insertelement {kind} poison, i{bits} {narrow}, i64 0")
        zeros = f"<{lanes} x i32> zeroinitializer"
        spread = self.value(f"shufflevector {kind} {first}, {kind} poison, {zeros}")
        numbered = ", ".join(f"i{bits} {lane}" for lane in range(lanes))
        return self.value(f"icmp sgt {kind} {spread}, <{numbered}>")

    def load(self, pointer: str, mask: str | None = None) -> str:
        """A vector; lanes outside of the mask are not read, and 0."""
        kind = self.numbers
        if mask is None:
            return self.value(f"load {kind.vector}, ptr {pointer}, align {kind.size}")
        return self.value(
            f"call {kind.vector} @llvm.masked.load.{kind.mangled}.p0(ptr align {kind.size} "
            f"{pointer}, {kind.mask} {mask}, {kind.vector} zeroinitializer)"
        )

    def store(self, value: str, pointer: str, mask: str | None = None) -> None:
        """Write a vector; lanes outside of the mask are not touched."""
        kind = self.numbers
        if mask is None:
            self.line(f"store {kind.vector} {value}, ptr {pointer}, align {kind.size}")
            return
        self.line(
            f"call void @llvm.masked.store.{kind.mangled}.p0({kind.vector} {value}, "
            f"ptr align {kind.size} {pointer}, {kind.mask} {mask})"
        )

    def load_one(self, pointer: str) -> str:
        """One number."""
        return self.value(f"load {self.numbers.element}, ptr {pointer}, align {self.numbers.size}")

    def store_one(self, value: str, pointer: str) -> None:
        """Write one number."""
        kind = self.numbers
        self.line(f"store {kind.element} {value}, ptr {pointer}, align {kind.size}")

    def broadcast(self, pointer: str) -> str:
        """One number from memory, in every lane."""
        kind = self.numbers
        one = self.load_one(pointer)
        first = self.value(f"insertelement {kind.vector} poison, {kind.element} {one}, i64 0")
        zeros = f"<{kind.lanes} x i32> zeroinitializer"
        return self.value(f"shufflevector {kind.vector} {first}, {kind.vector} poison, {zeros}")

    def plus(self, a: str, b: str) -> str:
        """The sum."""
        return self.value(f"fadd {self.numbers.vector} {a}, {b}")

    def multiply_add(self, a: str, b: str, c: str) -> str:
        """The product a·b plus c, rounded once where the machine can."""
        vector = self.numbers.vector
        if self.numbers.fma:
            operands = f"{vector} {a}, {vector} {b}, {vector} {c}"
            return self.value(f"call {vector} @llvm.fma.{self.numbers.mangled}({operands})")
        return self.plus(self.value(f"fmul {vector} {a}, {b}"), c)

    def multiply_add_pairs(self, a: str, b: str, c: str) -> str:
        """The products of pairs of bfloat16 in words of 32 bits, both added to c."""
        vector, pairs = self.numbers.vector, f"<{2 * self.numbers.lanes} x bfloat>"
        given = [self.value(f"bitcast {vector} {x} to {pairs}") for x in (a, b)]
        return self.value(
            f"call {vector} @llvm.x86.avx512bf16.dpbf16ps.512("
            f"{vector} {c}, {pairs} {given[0]}, {pairs} {given[1]})"
        )

    def shuffle(self, a: str, b: str, lanes: Sequence[int]) -> str:
        """Lanes of a, and of b counted on from there."""
        vector = self.numbers.vector
        chosen = ", ".join(f"i32 {lane}" if lane >= 0 else "i32 poison" for lane in lanes)
        return self.value(
            f"shufflevector {vector} {a}, {vector} {b}, <{len(lanes)} x i32> <{chosen}>"
        )

    # -- control

    def loop(
        self,
        stop: Index,
        step: int,
        body: Callable[[Index, list[str]], list[str]],
        carried: Sequence[tuple[str, str]] = (),
    ) -> list[str]:
        """For every count from 0 up to stop, by steps.

        Args:
            stop: Where it ends; it may be no trips at all.
            step: From one count to the next.
            body: From the count and the carried values to the next ones.
            carried: The types and first values.

        Returns:
            The carried values after the last trip.
        """
        values = [value for _, value in carried]
        if isinstance(stop, int):
            if stop <= 0:
                return values
            if stop <= step:
                return body(0, values)
        loop = self._enter(stop, [kind for kind, _ in carried])
        after = body(loop.count, list(loop.names))
        return self._leave(loop, step, values, after)

    def each(self, stop: Index, step: int = 1) -> Iterator[Index]:
        """The counts from 0 up to stop, by steps: ``for i in writer.each(...)`` writes a loop."""
        if isinstance(stop, int) and stop <= step:
            yield from range(0, stop, step)
            return
        loop = self._enter(stop, [])
        yield loop.count
        self._leave(loop, step, [], [])

    def _enter(self, stop: Index, kinds: list[str]) -> _Loop:
        head, out = self._label("loop"), self._label("done")
        if isinstance(stop, str):
            some = self.value(f"icmp sgt i64 {stop}, 0")
            self.line(f"br i1 {some}, label %{head}, label %{out}")
        else:
            self.line(f"br label %{head}")
        before, count, names = self._block, self._name(), [self._name() for _ in kinds]
        self._open(head)
        return _Loop(stop, head, out, before, count, names, kinds, len(self.lines))

    def _leave(self, loop: _Loop, step: int, first: list[str], after: list[str]) -> list[str]:
        following = self.value(f"add nsw i64 {loop.count}, {step}")
        more = self.value(f"icmp slt i64 {following}, {loop.stop}")
        self.line(f"br i1 {more}, label %{loop.head}, label %{loop.out}")

        def joined(kind: str, old: str, new: str) -> str:
            return f"phi {kind} [{old}, %{loop.before}], [{new}, %{last}]"

        last = self._block
        carried = list(zip(loop.kinds, first, after, strict=True))
        names = [loop.count, *loop.names]
        self.lines[loop.place : loop.place] = [
            f"  {name} = {joined(*each)}"
            for name, each in zip(names, [("i64", "0", following), *carried], strict=True)
        ]
        self._open(loop.out)
        return after if isinstance(loop.stop, int) else [self.value(joined(*c)) for c in carried]

    def choose(self, condition: str, yes: Callable[[], None], no: Callable[[], None]) -> None:
        """Do one or the other."""
        labels = self._label("yes"), self._label("no"), self._label("both")
        self.line(f"br i1 {condition}, label %{labels[0]}, label %{labels[1]}")
        for label, act in zip(labels, (yes, no), strict=False):
            self._open(label)
            act()
            self.line(f"br label %{labels[2]}")
        self._open(labels[2])

    def _name(self) -> str:
        return f"%t{next(self._names)}"

    def _label(self, word: str) -> str:
        return f"{word}{next(self._names)}"

    def _open(self, label: str) -> None:
        self.lines.append(f"{label}:")
        self._block = label
