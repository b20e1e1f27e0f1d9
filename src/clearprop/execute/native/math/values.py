"""Vectors of LLVM's text that are written like numbers: ``fma(-k, high, x)`` emits one instruction.

A `Block` collects the instructions of one function; a `Value` names one result in it. Every
operation is IEEE's, rounded once, with no fast-math flag, so the bits do not depend on the width.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, Literal, final

from clearprop.execute.native.machine import Machine

Kind = Literal["f64", "f32", "i64", "i32", "i1"]


@final
@dataclass(frozen=True, slots=True)
class Format:
    """A floating-point format.

    Attributes:
        bits: Its width.
        mantissa: The stored bits of the significand.
        bias: What is added to an exponent.
        integer: Its integers of the same width.
        scalar: LLVM's name.
    """

    bits: int
    mantissa: int
    bias: int
    integer: Kind
    scalar: str

    @property
    def tiny(self) -> float:
        """The smallest normal number."""
        return 2.0 ** (1 - self.bias)

    @property
    def magic(self) -> float:
        """Added to a number, it leaves the nearest integer in the low bits."""
        return 1.5 * 2.0**self.mantissa

    @property
    def magic_bits(self) -> int:
        """The bits of ``magic``."""
        return (self.bias + self.mantissa << self.mantissa) + (1 << self.mantissa - 1)


FORMATS: Final[dict[str, Format]] = {
    "f64": Format(64, 52, 1023, "i64", "double"),
    "f32": Format(32, 23, 127, "i32", "float"),
}
_FLOAT_OF: Final[dict[Kind, Kind]] = {"i64": "f64", "i32": "f32"}


@final
class Block:
    """The instructions of one function.

    Args:
        lanes: The elements of each vector; 1 for plain scalars.
        machine: What the code is made for.

    Attributes:
        lines: The text.
        needed: Declarations and helping functions, by their text, in order; LLVM declares its own.
        label: The label that the next instruction stands under.
    """

    def __init__(self, lanes: int, machine: Machine) -> None:
        self.lanes = lanes
        self.machine = machine
        self.lines: list[str] = ["entry:"]
        self.needed: dict[str, None] = {}
        self.label = "entry"
        self._count = 0

    def type(self, kind: Kind) -> str:
        """LLVM's name of the vector."""
        scalar = FORMATS[kind].scalar if kind in FORMATS else kind
        return scalar if self.lanes == 1 else f"<{self.lanes} x {scalar}>"

    def suffix(self, kind: Kind) -> str:
        """How LLVM's intrinsics on the vector end."""
        return kind if self.lanes == 1 else f"v{self.lanes}{kind}"

    def fresh(self) -> str:
        """A name not used before in this function."""
        self._count += 1
        return f"t{self._count}"

    def emit(self, kind: Kind, instruction: str) -> Value:
        """Append an instruction; its result."""
        name = self.fresh()
        self.lines.append(f"  %{name} = {instruction}")
        return Value(self, kind, f"%{name}")

    def start(self, label: str) -> None:
        """Begin a basic block."""
        self.lines.append(f"{label}:")
        self.label = label

    def intrinsic(self, name: str, *operands: Value) -> Value:
        """Call one of LLVM's functions whose operands and result have one type."""
        kind = operands[0].kind
        full, vector = f"@llvm.{name}.{self.suffix(kind)}", self.type(kind)
        arguments = ", ".join(f"{vector} {operand.name}" for operand in operands)
        return self.emit(kind, f"call {vector} {full}({arguments})")

    def constant(self, kind: Kind, number: float) -> Value:
        """That number in every lane; rounded to the format."""
        if kind in FORMATS:
            if kind == "f32":
                number = struct.unpack("<f", struct.pack("<f", number))[0]
            text = f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}"
        else:
            text = str(number)
        scalar = FORMATS[kind].scalar if kind in FORMATS else kind
        return Value(self, kind, text if self.lanes == 1 else f"splat ({scalar} {text})")


@final
class Value:
    """The result of an instruction, or a constant: a vector of floats, integers or truths.

    Attributes:
        block: The function that it lives in.
        kind: What its elements are.
        name: How LLVM's text refers to it.
    """

    __slots__ = ("block", "kind", "name")

    def __init__(self, block: Block, kind: Kind, name: str) -> None:
        self.block = block
        self.kind = kind
        self.name = name

    @property
    def format(self) -> Format:
        """The format of its elements, or of the floats of the same width."""
        return FORMATS[_FLOAT_OF.get(self.kind, self.kind)]

    def like(self, number: Value | float) -> Value:
        """A constant of this kind; a value is left as it is."""
        return number if isinstance(number, Value) else self.block.constant(self.kind, number)

    def bits(self) -> Value:
        """The bits of floats as integers."""
        return self._convert("bitcast", self.format.integer)

    def as_float(self) -> Value:
        """The floats with these bits."""
        return self._convert("bitcast", _FLOAT_OF[self.kind])

    def to(self, kind: Kind) -> Value:
        """The same numbers in another float format."""
        if kind == self.kind:
            return self
        return self._convert("fpext" if kind == "f64" else "fptrunc", kind)

    def _convert(self, operation: str, kind: Kind) -> Value:
        block = self.block
        return block.emit(
            kind, f"{operation} {block.type(self.kind)} {self.name} to {block.type(kind)}"
        )

    def _binary(self, floats: str, integers: str, other: Value | float) -> Value:
        operation = floats if self.kind in FORMATS else integers
        right = self.like(other).name
        return self.block.emit(
            self.kind, f"{operation} {self.block.type(self.kind)} {self.name}, {right}"
        )

    def _compare(self, floats: str, integers: str, other: Value | float) -> Value:
        operation = f"fcmp {floats}" if self.kind in FORMATS else f"icmp {integers}"
        right = self.like(other).name
        return self.block.emit(
            "i1", f"{operation} {self.block.type(self.kind)} {self.name}, {right}"
        )

    def __add__(self, other: Value | float) -> Value:
        return self._binary("fadd", "add", other)

    def __radd__(self, other: float) -> Value:
        return self.like(other) + self

    def __sub__(self, other: Value | float) -> Value:
        return self._binary("fsub", "sub", other)

    def __rsub__(self, other: float) -> Value:
        return self.like(other) - self

    def __mul__(self, other: Value | float) -> Value:
        return self._binary("fmul", "mul", other)

    def __rmul__(self, other: float) -> Value:
        return self.like(other) * self

    def __truediv__(self, other: Value | float) -> Value:
        return self._binary("fdiv", "sdiv", other)

    def __rtruediv__(self, other: float) -> Value:
        return self.like(other) / self

    def __neg__(self) -> Value:
        return self.block.emit(self.kind, f"fneg {self.block.type(self.kind)} {self.name}")

    def __abs__(self) -> Value:
        return self.block.intrinsic("fabs", self)

    def __and__(self, other: Value | int) -> Value:
        return self._binary("", "and", other)

    def __or__(self, other: Value | int) -> Value:
        return self._binary("", "or", other)

    def __xor__(self, other: Value | int) -> Value:
        return self._binary("", "xor", other)

    def __invert__(self) -> Value:
        return self ^ -1

    def __lshift__(self, count: int) -> Value:
        return self._binary("", "shl", count)

    def __rshift__(self, count: int) -> Value:
        return self._binary("", "ashr", count)

    def __lt__(self, other: Value | float) -> Value:
        return self._compare("olt", "slt", other)

    def __le__(self, other: Value | float) -> Value:
        return self._compare("ole", "sle", other)

    def __gt__(self, other: Value | float) -> Value:
        return self._compare("ogt", "sgt", other)

    def __ge__(self, other: Value | float) -> Value:
        return self._compare("oge", "sge", other)

    def equals(self, other: Value | float) -> Value:
        """Where both are the same number; never where one is NaN."""
        return self._compare("oeq", "eq", other)

    def differs(self, other: Value | float) -> Value:
        """Where they are not the same number, so everywhere where one is NaN."""
        return self._compare("une", "ne", other)

    def is_apart(self, other: Value | float) -> Value:
        """Where they are not the same number; never where one is NaN."""
        return self._compare("one", "ne", other)

    def unordered(self, other: Value | float) -> Value:
        """Where one of two floats is NaN."""
        return self._compare("uno", "", other)
