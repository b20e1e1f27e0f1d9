"""Lines of C, and what they need around them: helping functions and pointers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any, Final, final

import numpy as np

from clearprop.errors import UnsupportedError
from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.execute.source.names import Names

TYPES: Final = {"float32": "float", "float64": "double", "bool": "bool"} | {
    f"{sign}int{bits}": f"{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32, 64)
}
"""C's type of a number of each dtype."""

LETTERS: Final = "ijklmnop"
"""The names of indices, from the outermost loop to the innermost."""


def type_name(dtype: np.dtype[Any]) -> str:
    """C's type of a number.

    Raises:
        UnsupportedError: If it has none for numbers of that dtype.
    """
    if dtype.name not in TYPES:
        raise UnsupportedError(
            f"{dtype.name} has no form as C's text",
            remedy='Look at source("python"), which has all dtypes.',
        )
    return TYPES[dtype.name]


@final
class Writer:
    """The lines of a function.

    Args:
        names: The names that are taken.
        caller: The user's line of which no comment speaks.

    Attributes:
        lines: What is written so far.
        helpers: The text of each helping function that is called, by its name.
        checks: Whether the function may find that it cannot go on.
    """

    def __init__(self, names: Names, caller: str = "") -> None:
        self.caller = caller
        self.lines: list[str] = []
        self.helpers: dict[str, str] = {}
        self.checks = False
        self.depth = 1
        self._names = names

    def line(self, text: str) -> None:
        """Write a line."""
        self.lines.append("    " * self.depth + text)

    def fresh(self, letter: str) -> str:
        """The letter with the next number."""
        return self._names.next(letter)

    @contextlib.contextmanager
    def block(self, head: str = "") -> Iterator[None]:
        """Lines between braces."""
        self.line(f"{head} {{".lstrip())
        self.depth += 1
        yield
        self.depth -= 1
        self.line("}")

    @contextlib.contextmanager
    def loop(self, index: str, length: int) -> Iterator[None]:
        """Lines that are run for 0, 1, …, length − 1."""
        with self.block(f"for (ptrdiff_t {index} = 0; {index} < {length}; ++{index})"):
            yield

    @contextlib.contextmanager
    def nest(self, indices: Sequence[str], lengths: Sequence[int]) -> Iterator[None]:
        """Loops inside of one another."""
        with contextlib.ExitStack() as stack:
            for index, length in zip(indices, lengths, strict=True):
                stack.enter_context(self.loop(index, length))
            yield


@final
class Frame:
    """Where the buffers of some steps are found; those in the scratch get a pointer when asked for.

    Args:
        writer: Where pointers are written: at its place now.
        names: The pointers to buffers outside.
        inside: The offsets of the others in these steps' part of the scratch.
        start: Where that part begins.
        scratch: The offset of each step's own part in that.
    """

    def __init__(
        self,
        writer: Writer,
        names: Mapping[Buffer, str],
        inside: Mapping[Buffer, int],
        start: int,
        scratch: Sequence[int],
    ) -> None:
        self.writer = writer
        self.start = start
        self.scratch = scratch
        self._names = dict(names)
        self._inside = inside
        self._made: list[str] = []
        self._at, self._depth = len(writer.lines), writer.depth

    def pointer(self, buffer: Buffer) -> str:
        """The name of the pointer to a buffer."""
        if buffer not in self._names:
            self._names[buffer] = self.writer.fresh("t")
            type_, at = type_name(buffer.type.dtype), self.start + self._inside[buffer]
            self._made.append(f"{type_} *const {self._names[buffer]} = {in_scratch(type_, at)};")
        return self._names[buffer]

    def address(self, layout: Layout) -> str:
        """The address of a layout's first element."""
        pointer = self.pointer(layout.buffer)
        return f"{pointer} + {layout.offset}" if layout.offset else pointer

    def element(self, layout: Layout, strides: Sequence[int], indices: Sequence[str]) -> str:
        """The element at some indices."""
        pointer = self.pointer(layout.buffer)
        if pointer.startswith("&"):
            return pointer[1:]
        return f"{pointer}[{place(layout.offset, strides, indices)}]"

    def close(self) -> None:
        """Write the pointers that were asked for, in front of the lines that use them."""
        lines = ["    " * self._depth + text for text in self._made]
        self.writer.lines[self._at : self._at] = lines


def in_scratch(type_: str, at: int) -> str:
    """A place in the scratch."""
    return f"({type_} *)((char *)scratch + {at})" if at else f"({type_} *)scratch"


def place(offset: int, strides: Sequence[int], indices: Sequence[str]) -> str:
    """An offset in elements, as C computes it.

    >>> place(0, (4, 1), ("i", "j")), place(7, (-1, 0), ("i", "j")), place(0, (), ())
    ('4 * i + j', '7 - i', '0')
    """
    text = str(offset) if offset else ""
    for stride, index in zip(strides, indices, strict=True):
        if stride and index != "0":
            product = index if abs(stride) == 1 else f"{abs(stride)} * {index}"
            sign = "-" if stride < 0 else "+" if text else ""
            text = f"{text} {sign} {product}".strip() if sign else product
    return text or "0"


def bytes_of(layout: Layout) -> int:
    """The size of a layout's elements, were they side by side."""
    return prod(layout.shape) * layout.dtype.itemsize
