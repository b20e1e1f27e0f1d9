"""One term as LLVM's instructions, for a vector of elements."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.loops.writer import LLVM, Writer, vector
from clearprop.execute.native.math import symbol
from clearprop.execute.native.terms import Term

_FLOAT: Final = {"add": "fadd", "subtract": "fsub", "multiply": "fmul", "divide": "fdiv"}
_WHOLE: Final = {"add": "add", "subtract": "sub", "multiply": "mul"}
_ORDERED: Final = {
    "less": ("olt", "slt", "ult"),
    "less_equal": ("ole", "sle", "ule"),
    "greater": ("ogt", "sgt", "ugt"),
    "greater_equal": ("oge", "sge", "uge"),
    "equal": ("oeq", "eq", "eq"),
    "not_equal": ("une", "ne", "ne"),
}


@final
class Instructions:
    """Writes terms as instructions on vectors.

    Args:
        writer: Where to.
        lanes: How many elements a vector has.

    Attributes:
        functions: The functions of the math library that were called: name, dtype, lanes.
    """

    def __init__(self, writer: Writer, lanes: int) -> None:
        self.writer = writer
        self.lanes = lanes
        self.functions: dict[tuple[str, str, int], None] = {}

    def type(self, dtype: np.dtype[Any]) -> str:
        """LLVM's type of a vector of that dtype, in a register."""
        return vector(dtype, self.lanes)

    def splat(self, value: Any, dtype: np.dtype[Any]) -> str:
        """A constant in every lane."""
        text = literal(value, dtype)
        return text if self.lanes == 1 else f"splat ({LLVM[dtype.name]} {text})"

    def compute(self, term: Term, args: Sequence[str]) -> str:
        """The name of the term's value, given its operands'."""
        if term.op == "constant":
            return self.splat(term.payload, term.dtype)
        if term.op == "call":
            return self._call(term, args)
        if term.op in _ORDERED:
            return self._compare(term, args)
        if term.op in _FLOAT:
            return self.combine(term.op, term.dtype, *args)
        rule: Callable[[Term, Sequence[str]], str] = getattr(self, f"_{term.op}")
        return rule(term, args)

    def combine(self, op: str, dtype: np.dtype[Any], a: str, b: str) -> str:
        """Two values by an operation that also folds, such as add, maximum or or."""
        type_ = self.type(dtype)
        if op in ("maximum", "minimum"):
            return self._extreme(op, dtype, a, b)
        if dtype.kind == "f":
            return self.writer.put(f"{_FLOAT[op]} contract {type_} {a}, {b}")
        if op in _WHOLE:
            return self.writer.put(f"{_WHOLE[op]} {type_} {a}, {b}")
        return self.writer.put(f"{op} {type_} {a}, {b}")

    def somewhere(self, mask: str) -> str:
        """Whether a truth value holds in any lane."""
        if self.lanes == 1:
            return mask
        type_, whole = self.type(np.dtype(bool)), f"i{self.lanes}"
        bits = self.writer.put(f"bitcast {type_} {mask} to {whole}")
        return self.writer.put(f"icmp ne {whole} {bits}, 0")

    # Rules by the term's operation ----------------------------------------------------------------

    def _call(self, term: Term, args: Sequence[str]) -> str:
        key = (term.payload, term.dtype.name, self.lanes)
        self.functions[key] = None
        type_ = self.type(term.dtype)
        given = ", ".join(f"{type_} {x}" for x in args)
        return self.writer.put(f"call {type_} {symbol(*key)}({given})")

    def _compare(self, term: Term, args: Sequence[str]) -> str:
        dtype = term.args[0].dtype
        ordered, signed, unsigned = _ORDERED[term.op]
        if dtype.kind == "f":
            how = f"fcmp {ordered}"
        else:
            how = f"icmp {signed if dtype.kind == 'i' else unsigned}"
        return self.writer.put(f"{how} {self.type(dtype)} {args[0]}, {args[1]}")

    def _extreme(
        self, op: str, dtype: np.dtype[Any], a: str, b: str, known: tuple[bool, bool] | None = None
    ) -> str:
        """The larger or the smaller, b of two equal ones; NaN where one is.

        What is known of a and b is which is a number, not NaN. Of a comparison and its selection
        one instruction is left, as processors have a maximum that is b where a > b does not hold.
        """
        type_, put = self.type(dtype), self.writer.put
        if dtype.kind != "f":
            short = "max" if op == "maximum" else "min"
            name = f"llvm.{'s' if dtype.kind == 'i' else 'u'}{short}.{self._suffix(dtype)}"
            return self.writer.intrinsic(name, type_, (type_, a), (type_, b))
        mask, how = self.type(np.dtype(bool)), "gt" if op == "maximum" else "lt"
        wins = put(f"fcmp {'u' if known and known[1] else 'o'}{how} {type_} {a}, {b}")
        found = put(f"select {mask} {wins}, {type_} {a}, {type_} {b}")
        if known and any(known):
            return found
        unknown = put(f"fcmp uno {type_} {a}, {a}")
        return put(f"select {mask} {unknown}, {type_} {a}, {type_} {found}")

    def _select(self, term: Term, args: Sequence[str]) -> str:
        type_, mask = self.type(term.dtype), self.type(np.dtype(bool))
        return self.writer.put(f"select {mask} {args[0]}, {type_} {args[1]}, {type_} {args[2]}")

    def _maximum(self, term: Term, args: Sequence[str]) -> str:
        (a, b), (x, y) = args, term.args
        return self._extreme("maximum", term.dtype, a, b, (_is_number(x), _is_number(y)))

    def _minimum(self, term: Term, args: Sequence[str]) -> str:
        (a, b), (x, y) = args, term.args
        return self._extreme("minimum", term.dtype, a, b, (_is_number(x), _is_number(y)))

    def _negative(self, term: Term, args: Sequence[str]) -> str:
        type_ = self.type(term.dtype)
        if term.dtype.kind == "f":
            return self.writer.put(f"fneg {type_} {args[0]}")
        return self.writer.put(f"sub {type_} {self.splat(0, term.dtype)}, {args[0]}")

    def _absolute(self, term: Term, args: Sequence[str]) -> str:
        type_ = self.type(term.dtype)
        suffix = self._suffix(term.dtype)
        if term.dtype.kind == "f":
            return self.writer.intrinsic(f"llvm.fabs.{suffix}", type_, (type_, args[0]))
        if term.dtype.kind == "u":
            return args[0]
        return self.writer.intrinsic(f"llvm.abs.{suffix}", type_, (type_, args[0]), ("i1", "false"))

    def _invert(self, term: Term, args: Sequence[str]) -> str:
        ones = self.splat(True if term.dtype.kind == "b" else ~term.dtype.type(0), term.dtype)
        return self.writer.put(f"xor {self.type(term.dtype)} {args[0]}, {ones}")

    def _and(self, term: Term, args: Sequence[str]) -> str:
        return self.combine("and", term.dtype, *args)

    def _or(self, term: Term, args: Sequence[str]) -> str:
        return self.combine("or", term.dtype, *args)

    def _xor(self, term: Term, args: Sequence[str]) -> str:
        return self.combine("xor", term.dtype, *args)

    def _left_shift(self, term: Term, args: Sequence[str]) -> str:
        return self._shift(term, "shl", args)

    def _right_shift(self, term: Term, args: Sequence[str]) -> str:
        return self._shift(term, "ashr" if term.dtype.kind == "i" else "lshr", args)

    def _shift(self, term: Term, op: str, args: Sequence[str]) -> str:
        """Shifts by the width or more leave the sign, or 0."""
        type_, mask, put = self.type(term.dtype), self.type(np.dtype(bool)), self.writer.put
        bits = 8 * term.dtype.itemsize
        within = put(f"icmp ult {type_} {args[1]}, {self.splat(bits, term.dtype)}")
        most = self.splat(bits - 1, term.dtype)
        by = put(f"select {mask} {within}, {type_} {args[1]}, {type_} {most}")
        shifted = put(f"{op} {type_} {args[0]}, {by}")
        if op == "ashr":
            return shifted
        nil = self.splat(0, term.dtype)
        return put(f"select {mask} {within}, {type_} {shifted}, {type_} {nil}")

    def _floor_divide(self, term: Term, args: Sequence[str]) -> str:
        return self._divided(term, args)[0]

    def _remainder(self, term: Term, args: Sequence[str]) -> str:
        return self._divided(term, args)[1]

    def _divided(self, term: Term, args: Sequence[str]) -> tuple[str, str]:
        """Quotient rounded down and remainder of integers; both 0 where the divisor is."""
        dtype, (a, b) = term.dtype, args
        type_, mask, put = self.type(dtype), self.type(np.dtype(bool)), self.writer.put
        nil, one = self.splat(0, dtype), self.splat(1, dtype)

        def choose(condition: str, yes: str, no: str) -> str:
            return put(f"select {mask} {condition}, {type_} {yes}, {type_} {no}")

        none = put(f"icmp eq {type_} {b}, {nil}")
        if dtype.kind == "u":
            safe = choose(none, one, b)
            quotient = put(f"udiv {type_} {a}, {safe}")
            rest = put(f"urem {type_} {a}, {safe}")
            return choose(none, nil, quotient), choose(none, nil, rest)
        minus = put(f"icmp eq {type_} {b}, {self.splat(-1, dtype)}")
        safe = choose(put(f"or {mask} {none}, {minus}"), one, b)
        quotient, rest = put(f"sdiv {type_} {a}, {safe}"), put(f"srem {type_} {a}, {safe}")
        has_rest = put(f"icmp ne {type_} {rest}, {nil}")
        opposite = put(f"icmp slt {type_} {put(f'xor {type_} {rest}, {b}')}, {nil}")
        off = put(f"and {mask} {has_rest}, {opposite}")
        quotient = choose(off, put(f"sub {type_} {quotient}, {one}"), quotient)
        rest = choose(off, put(f"add {type_} {rest}, {b}"), rest)
        quotient = choose(minus, put(f"sub {type_} {nil}, {a}"), quotient)
        rest = choose(minus, nil, rest)
        return choose(none, nil, quotient), choose(none, nil, rest)

    def _cast(self, term: Term, args: Sequence[str]) -> str:
        (x,), source, target = args, term.args[0].dtype, term.dtype
        put, old, new = self.writer.put, self.type(source), self.type(target)
        if target.kind == "b":
            how = "fcmp une" if source.kind == "f" else "icmp ne"
            return put(f"{how} {old} {x}, {self.splat(0, source)}")
        if source.kind == "f" and target.kind == "f":
            wider = target.itemsize > source.itemsize
            return put(f"{'fpext' if wider else 'fptrunc'} {old} {x} to {new}")
        if source.kind == "f":
            return self._rounded(x, source, target)
        if target.kind == "f":
            return put(f"{'sitofp' if source.kind == 'i' else 'uitofp'} {old} {x} to {new}")
        if target.itemsize < source.itemsize:
            return put(f"trunc {old} {x} to {new}")
        if target.itemsize == source.itemsize and source.kind != "b":
            return x
        return put(f"{'sext' if source.kind == 'i' else 'zext'} {old} {x} to {new}")

    def _rounded(self, x: str, source: np.dtype[Any], target: np.dtype[Any]) -> str:
        """A float towards 0 as an integer; what does not fit is the processor's own answer."""
        put, old = self.writer.put, self.type(source)
        middle = np.dtype(np.int64 if target.itemsize == 8 else np.int32)
        bound = 2.0 ** (8 * middle.itemsize - 1)
        mask = self.type(np.dtype(bool))
        low = put(f"fcmp oge {old} {x}, {self.splat(-bound, source)}")
        high = put(f"fcmp olt {old} {x}, {self.splat(bound, source)}")
        fits = put(f"and {mask} {low}, {high}")
        safe = put(f"select {mask} {fits}, {old} {x}, {old} {self.splat(0.0, source)}")
        whole = put(f"fptosi {old} {safe} to {self.type(middle)}")
        least = self.splat(np.iinfo(middle.name).min, middle)
        type_ = self.type(middle)
        whole = put(f"select {mask} {fits}, {type_} {whole}, {type_} {least}")
        if target.itemsize < middle.itemsize:
            return put(f"trunc {type_} {whole} to {self.type(target)}")
        return whole

    def _suffix(self, dtype: np.dtype[Any]) -> str:
        """How LLVM's own functions are named for this type."""
        name = f"f{8 * dtype.itemsize}" if dtype.kind == "f" else LLVM[dtype.name]
        return name if self.lanes == 1 else f"v{self.lanes}{name}"


def literal(value: Any, dtype: np.dtype[Any]) -> str:
    """A number as LLVM writes it, to the bit."""
    if dtype.kind == "b":
        return "true" if value else "false"
    if dtype.kind == "f":
        return f"0x{struct.unpack('<Q', struct.pack('<d', float(dtype.type(value))))[0]:016X}"
    return str(int(value))


def _is_number(term: Term) -> bool:
    """Whether it is known, and not NaN."""
    return term.op == "constant" and bool(term.payload == term.payload)


def identity(op: str, dtype: np.dtype[Any]) -> Any:
    """What changes nothing when it is folded in; −0 for sums, so that a sum of −0 stays −0."""
    if op == "add":
        return -0.0 if dtype.kind == "f" else 0
    if op == "multiply":
        return 1
    if op in ("or", "and"):
        return op == "and"
    if dtype.kind == "b":
        return op == "minimum"
    if dtype.kind == "f":
        return -np.inf if op == "maximum" else np.inf
    bounds = np.iinfo(dtype.name)
    return bounds.min if op == "maximum" else bounds.max
