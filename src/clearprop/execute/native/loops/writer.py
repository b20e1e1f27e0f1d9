"""Lines of LLVM's text: fresh names, blocks, and loops that carry values."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Final, final

import numpy as np

LLVM: Final = {"float32": "float", "float64": "double", "bool": "i1"} | {
    f"{sign}int{bits}": f"i{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}
"""LLVM's type of a number of each dtype, in a register."""


@functools.cache
def element(dtype: np.dtype[Any]) -> str:
    """LLVM's type of a number in memory: a truth value takes a byte."""
    return "i8" if dtype.kind == "b" else LLVM[dtype.name]


@functools.cache
def vector(dtype: np.dtype[Any], lanes: int, *, in_memory: bool = False) -> str:
    """LLVM's type of several numbers; of one, the number's own."""
    name = element(dtype) if in_memory else LLVM[dtype.name]
    return name if lanes == 1 else f"<{lanes} x {name}>"


@final
class Writer:
    """The text of a function, line by line.

    Attributes:
        lines: What is written so far.
        declared: The declarations that it needs, each once.
        functions: The functions of the math library that it calls: name, dtype, lanes.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.declared: dict[str, None] = {}
        self.functions: dict[tuple[str, str, int], None] = {}
        self._count = 0
        self.block = "entry"

    def function(self, symbol: str, parameters: str = "ptr %slots, ptr %arena") -> str:
        """What is written, as a function of the module."""
        head = f"define internal void @{symbol}({parameters}) noinline {{\nentry:\n"
        body = "\n".join(self.lines)
        return f"{head}{body}\n  ret void\n}}\n"

    def name(self) -> str:
        """A name that nothing has yet."""
        self._count += 1
        return f"%v{self._count}"

    def put(self, instruction: str) -> str:
        """Write an instruction; the name of its result."""
        name = self.name()
        self.lines.append(f"  {name} = {instruction}")
        return name

    def do(self, instruction: str) -> None:
        """Write an instruction without a result."""
        self.lines.append(f"  {instruction}")

    def intrinsic(self, name: str, result: str, *args: tuple[str, str]) -> str:
        """Call one of LLVM's own functions with (type, value) pairs."""
        self.declare(name, result, *(type_.split(" align ")[0] for type_, _ in args))
        given = ", ".join(f"{type_} {value}" for type_, value in args)
        if result == "void":
            self.do(f"call void @{name}({given})")
            return ""
        return self.put(f"call {result} @{name}({given})")

    def declare(self, name: str, result: str, *types: str) -> None:
        """Declare a function from elsewhere."""
        self.declared[f"declare {result} @{name}({', '.join(types)})"] = None

    def loop(
        self,
        trips: int | str,
        carried: Sequence[tuple[str, str]],
        body: Callable[[str, list[str]], Sequence[str]],
    ) -> list[str]:
        """A loop over 0, 1, …, trips − 1, of at least one trip.

        Args:
            trips: How often; a number that is known, or a value's name.
            carried: The types and first values of what goes from trip to trip.
            body: Writes a trip, given the index and the carried values; returns the next ones.

        Returns:
            The carried values after the last trip.
        """
        if trips == 1:
            return list(body("0", [first for _, first in carried]))
        before, head = self.block, self.label()
        self.do(f"br label %{head}")
        self.open(head)
        index, following = self.name(), self.name()
        holes = [len(self.lines) + i for i in range(1 + len(carried))]
        names = [self.name() for _ in carried]
        self.lines.extend("" for _ in holes)
        results = list(body(index, names))
        self.lines.append(f"  {following} = add nuw nsw i64 {index}, 1")
        done = self.put(f"icmp eq i64 {following}, {trips}")
        last, after = self.block, self.label()
        self.do(f"br i1 {done}, label %{after}, label %{head}")
        self.lines[holes[0]] = f"  {index} = phi i64 [0, %{before}], [{following}, %{last}]"
        for hole, name, (type_, first), result in zip(
            holes[1:], names, carried, results, strict=True
        ):
            self.lines[hole] = f"  {name} = phi {type_} [{first}, %{before}], [{result}, %{last}]"
        self.open(after)
        return results

    def when(
        self, condition: str, kept: Sequence[tuple[str, str]], body: Callable[[], Sequence[str]]
    ) -> list[str]:
        """What is done only where a truth value holds.

        Args:
            condition: The truth value's name.
            kept: The types and names of values that stay where it does not.
            body: Writes it; returns the values in their place.

        Returns:
            The values afterwards.
        """
        before, inside, after = self.block, self.label(), self.label()
        self.do(f"br i1 {condition}, label %{inside}, label %{after}")
        self.open(inside)
        made = list(body())
        last = self.block
        self.do(f"br label %{after}")
        self.open(after)
        return [
            self.put(f"phi {type_} [{old}, %{before}], [{new}, %{last}]")
            for (type_, old), new in zip(kept, made, strict=True)
        ]

    def require(self, condition: str, otherwise: str) -> None:
        """Go on where a truth value holds, and to another block where not."""
        after = self.label()
        self.do(f"br i1 {condition}, label %{after}, label %{otherwise}")
        self.open(after)

    def label(self) -> str:
        """A name for a block."""
        self._count += 1
        return f"b{self._count}"

    def open(self, label: str) -> None:
        """Begin a block."""
        self.lines.append(f"{label}:")
        self.block = label
