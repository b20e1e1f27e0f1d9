"""What is computed for one element, as expressions of C."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final, final

import numpy as np

from clearprop.errors import UnsupportedError
from clearprop.execute.native.terms import Term, ordered
from clearprop.execute.source.c.helpers import helper, rounded, suffix
from clearprop.execute.source.c.writer import Writer, type_name

NAMES: Final = {
    **{name: name for name in ("exp", "exp2", "expm1", "sinh", "cosh", "tanh", "log", "log1p")},
    **{name: name for name in ("log2", "log10", "sin", "cos", "tan", "sqrt", "cbrt", "hypot")},
    **{name: name for name in ("erf", "floor", "ceil", "rint", "trunc", "copysign", "fmod")},
    **{f"arc{name}": f"a{name}" for name in ("sinh", "cosh", "tanh", "sin", "cos", "tan", "tan2")},
    "power": "pow",
    "absolute": "fabs",
}
"""C's names of NumPy's functions."""

_SYMBOLS: Final = {
    **{"multiply": ("*", 5), "divide": ("/", 5), "add": ("+", 4), "subtract": ("-", 4)},
    **{"less": ("<", 3), "less_equal": ("<=", 3), "greater": (">", 3), "greater_equal": (">=", 3)},
    **{"equal": ("==", 3), "not_equal": ("!=", 3)},
}
_BITS: Final = {"and": "&", "or": "|", "xor": "^"}
_LOGIC: Final = {"and": "&&", "or": "||", "xor": "!="}

ATOM: Final = 9
UNARY: Final = 8
LONGEST: Final = 60
"""How long an expression may grow before a part of it gets a name."""

Text = tuple[str, int]
"""An expression, and how tightly its outermost operator binds."""


@final
class Terms:
    """Writes terms, those that are used more than once as variables.

    Args:
        writer: Where to.
        load: The text of the element that a ``load`` term reads.
    """

    def __init__(self, writer: Writer, load: Callable[[Term], str]) -> None:
        self.writer = writer
        self.load = load
        self.known: dict[Term, Text] = {}

    def write(self, roots: Sequence[Term]) -> list[Text]:
        """The expressions of some terms; without recursion."""
        uses: Counter[Term] = Counter(roots)
        terms = ordered(roots)
        for term in terms:
            uses.update(term.args)
        for term in terms:
            if term not in self.known:
                text, level = self._expression(term)
                if term.op != "constant" and (uses[term] > 1 or len(text) > LONGEST):
                    name = self.writer.fresh("v")
                    self.writer.line(f"const {type_name(term.dtype)} {name} = {text};")
                    text, level = name, ATOM
                self.known[term] = text, level
        return [self.known[root] for root in roots]

    def combined(self, op: str, dtype: np.dtype[Any], a: str, b: Text) -> str:
        """One more value taken in by a reduction."""
        return self._operation(Term(op, (), dtype), [(a, ATOM), b], [dtype, dtype])[0]

    def _expression(self, term: Term) -> Text:
        if term.op == "load":
            return self.load(term), ATOM
        if term.op == "constant":
            return literal(term.payload, term.dtype)
        args = [self.known[x] for x in term.args]
        if term.op == "not_equal" and term.args[0] is term.args[1]:
            return f"isnan({args[0][0]})", ATOM
        return self._operation(term, args, [x.dtype for x in term.args])

    def _operation(self, term: Term, args: Sequence[Text], dtypes: Sequence[Any]) -> Text:
        op, dtype = term.payload if term.op == "call" else term.op, term.dtype
        if op == "cast":
            return self._cast(args[0], dtypes[0], dtype)
        if op == "select":
            chosen, yes, no = (_within(x, 2) for x in args)
            return f"{chosen} ? {yes} : {no}", 0
        if op in _LOGIC and dtype.kind == "b":
            left, right = (_within(x, 4 if op == "xor" else 3) for x in args)
            return f"{left} {_LOGIC[op]} {right}", 1
        if op in _BITS:
            left, right = (_within(x, UNARY) for x in args)
            return f"({type_name(dtype)})({left} {_BITS[op]} {right})", UNARY
        if op == "invert":
            if dtype.kind == "b":
                return f"!{_within(args[0], ATOM)}", UNARY
            return f"({type_name(dtype)})~{_within(args[0], ATOM)}", UNARY
        if op in _SYMBOLS and dtype.kind in "fb":
            symbol, level = _SYMBOLS[op]
            left, right = _within(args[0], level + (level == 3)), _within(args[1], level + 1)
            return f"{left} {symbol} {right}", level
        if op == "negative" and dtype.kind == "f":
            return f"-{_within(args[0], ATOM)}", UNARY
        return self._called(op, dtype, args)

    def _called(self, op: str, dtype: np.dtype[Any], args: Sequence[Text]) -> Text:
        """A function of C's, or one that is taken along."""
        if dtype.kind == "b":
            op = {"maximum": "or", "minimum": "and"}.get(op, op)
            return self._operation(Term(op, (), dtype), args, [dtype, dtype])
        name = f"{NAMES[op]}{suffix(dtype)}" if dtype.kind == "f" and op in NAMES else None
        if name is None and op == "absolute" and dtype.kind == "u":
            return args[0]
        name = name or helper(self.writer, op, dtype)
        if name is None:
            raise UnsupportedError(f"{op} of {dtype} has no form as C's text")
        return f"{name}({', '.join(text for text, _ in args)})", ATOM

    def _cast(self, x: Text, source: np.dtype[Any], target: np.dtype[Any]) -> Text:
        if target.kind == "b":
            return f"{_within(x, 4)} != 0", 3
        if source.kind == "f" and target.kind in "iu":
            return f"{rounded(self.writer, source, target)}({x[0]})", ATOM
        return f"({type_name(target)}){_within(x, UNARY)}", UNARY


def literal(value: Any, dtype: np.dtype[Any]) -> Text:
    """A number as C writes it."""
    if dtype.kind == "b":
        return ("true" if value else "false"), ATOM
    if dtype.kind == "f":
        if not np.isfinite(value):
            text = "NAN" if np.isnan(value) else "INFINITY" if value > 0 else "-INFINITY"
        else:
            text = str(dtype.type(value))
            text += ("" if "." in text or "e" in text else ".0") + suffix(dtype)
        return text, UNARY if text.startswith("-") else ATOM
    number = int(value)
    if dtype.itemsize < 8 or (dtype.kind == "i" and abs(number) < 2**31):
        text = str(number) + ("u" if dtype.kind == "u" and dtype.itemsize >= 4 else "")
        if number == -(2**31):
            text = "INT32_MIN"
    elif number == -(2**63):
        text = "INT64_MIN"
    else:
        text = f"{'U' if dtype.kind == 'u' else ''}INT64_C({number})"
    return text, UNARY if text.startswith("-") else ATOM


def _within(x: Text, level: int) -> str:
    text, own = x
    return text if own >= level else f"({text})"
