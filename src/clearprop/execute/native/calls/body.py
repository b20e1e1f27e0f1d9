"""Text of a function that works on Python's objects.

No address stands in the text, so that the compiled object can be kept on disk: what the function
has to know is read from the table ``@known``, which is filled after linking.
"""

from __future__ import annotations

import ctypes
from collections.abc import Hashable
from typing import Any, final

from clearprop.execute.native.calls.interpreter import functions


@final
class Body:
    """The lines of a function, and what it has to know.

    Attributes:
        lines: What is written so far.
        kept: The objects that the function refers to, to be kept alive with it.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._locals: list[str] = []
        self.kept: list[Any] = []
        self._addresses: list[int] = []
        self._places: dict[Hashable, int] = {}
        self._shapes: dict[tuple[int, ...], str] = {}
        self._count = 0

    # Instructions ---------------------------------------------------------------------------------

    def put(self, instruction: str) -> str:
        """Write an instruction; the name of its result."""
        self._count += 1
        self.do(f"%v{self._count} = {instruction}")
        return f"%v{self._count}"

    def do(self, instruction: str) -> None:
        """Write an instruction without a result."""
        self.lines.append(f"  {instruction}")

    def local(self, type_: str, name: str = "") -> str:
        """Memory of the function's own, of that type."""
        self._count += 1
        name = f"%{name or f'v{self._count}'}"
        self._locals.append(f"  {name} = alloca {type_}")
        return name

    def label(self) -> str:
        """A name for a block."""
        self._count += 1
        return f"b{self._count}"

    def open(self, label: str) -> None:
        """Begin a block."""
        self.lines.append(f"{label}:")

    def require(self, condition: str, otherwise: str) -> None:
        """Go on only if the condition holds."""
        following = self.label()
        self.do(f"br i1 {condition}, label %{following}, label %{otherwise}")
        self.open(following)

    def at(self, base: str, offset: int) -> str:
        """The address so many bytes after another."""
        if not offset:
            return base
        if base.startswith("@"):
            return f"getelementptr (i8, ptr {base}, i64 {offset})"
        return self.put(f"getelementptr i8, ptr {base}, i64 {offset}")

    def load(self, type_: str, base: str, offset: int = 0) -> str:
        """What lies so many bytes after an address."""
        return self.put(f"load {type_}, ptr {self.at(base, offset)}")

    def store(self, type_: str, value: str, base: str, offset: int = 0) -> None:
        """Write a value so many bytes after an address."""
        self.do(f"store {type_} {value}, ptr {self.at(base, offset)}")

    def equal(self, type_: str, a: str, b: str | int) -> str:
        """Whether two values are equal."""
        return self.put(f"icmp eq {type_} {a}, {b}")

    # What is known --------------------------------------------------------------------------------

    def object(self, thing: Any) -> str:
        """The address of an object, which is kept alive."""
        self.kept.append(thing)
        return self.address(("object", id(thing)), id(thing))

    def address(self, key: Hashable, address: int) -> str:
        """An address that is known when the function is made."""
        if key not in self._places:
            self._places[key] = len(self._addresses)
            self._addresses.append(address)
        return self.load("ptr", "@known", 8 * self._places[key])

    def shape(self, lengths: tuple[int, ...]) -> str:
        """The address of an array's lengths."""
        if not lengths:
            return "null"
        return self._shapes.setdefault(lengths, f"@shape_{len(self._shapes)}")

    def function(self, name: str) -> str:
        """The address of a function of the interpreter or of NumPy."""
        return self.address(name, functions()[name])

    def call(self, result: str, name: str, *args: str) -> str:
        """Call a function of the interpreter or of NumPy, by arguments with their types."""
        text = f"call {result} {self.function(name)}({', '.join(args)})"
        if result == "void":
            self.do(text)
            return ""
        return self.put(text)

    def text(self, head: str) -> str:
        """The function, and its table."""
        table = f"@known = global [{max(len(self._addresses), 1)} x ptr] zeroinitializer"
        lines = "\n".join([*self._locals, *self.lines])
        return f"{table}\n{self._constants()}{head} {{\nentry:\n{lines}\n}}\n"

    def _constants(self) -> str:
        """The lengths of arrays."""
        texts = []
        for lengths, name in self._shapes.items():
            numbers = ", ".join(f"i64 {length}" for length in lengths)
            texts.append(f"{name} = private constant [{len(lengths)} x i64] [{numbers}]\n")
        return "".join(texts)

    def fill(self, table: int) -> None:
        """Write the addresses where the linked function looks for them."""
        values = (ctypes.c_int64 * len(self._addresses))(*self._addresses)
        ctypes.memmove(table, values, ctypes.sizeof(values))
