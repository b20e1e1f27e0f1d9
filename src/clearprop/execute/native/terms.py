"""What is computed for one element: expressions over loaded numbers, and their vocabulary.

An elementwise primitive is lowered by its own line of code: ``value(xp, *operands)`` is called with
:data:`VOCABULARY` for ``xp`` and with terms for operands. What is not in the vocabulary, or not for
that dtype, raises :class:`NotLowered`, and the node is computed by the reference instead.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.math import NAMES
from clearprop.graph import Type


class NotLowered(Exception):  # noqa: N818 - an answer, not an error
    """The operation has no native form, for these dtypes at least; the text says which."""


@final
class Term:
    """One operation on numbers, as a part of an expression.

    Args:
        op: The operation: ``load``, ``constant``, one of the vocabulary's.
        args: The operands.
        dtype: Of the result.
        payload: The place of a load's access, the number of a constant, the name of a function.
    """

    __slots__ = ("args", "dtype", "op", "payload")
    __array_ufunc__ = None

    def __init__(self, op: str, args: tuple[Term, ...], dtype: Any, payload: Any = None) -> None:
        self.op = op
        self.args = args
        self.dtype = np.dtype(dtype)
        self.payload = payload
        if self.dtype not in DTYPES:
            raise NotLowered(f"dtype {self.dtype}")

    def __repr__(self) -> str:
        return f"<Term {self.op}: {self.dtype}>"

    # Python's operators ---------------------------------------------------------------------------

    def __add__(self, other: Any) -> Term:
        return _same("add", self, other)

    def __radd__(self, other: Any) -> Term:
        return _same("add", other, self)

    def __sub__(self, other: Any) -> Term:
        return _same("subtract", self, other)

    def __rsub__(self, other: Any) -> Term:
        return _same("subtract", other, self)

    def __mul__(self, other: Any) -> Term:
        return _same("multiply", self, other)

    def __rmul__(self, other: Any) -> Term:
        return _same("multiply", other, self)

    def __truediv__(self, other: Any) -> Term:
        return _floats("divide", self, other)

    def __rtruediv__(self, other: Any) -> Term:
        return _floats("divide", other, self)

    def __floordiv__(self, other: Any) -> Term:
        return _divided("floor_divide", self, other)

    def __mod__(self, other: Any) -> Term:
        return _divided("remainder", self, other)

    def __pow__(self, other: Any) -> Term:
        return power(self, other)

    def __neg__(self) -> Term:
        return Term("negative", (self,), _numeric(self))

    def __abs__(self) -> Term:
        return Term("absolute", (self,), _numeric(self))

    def __invert__(self) -> Term:
        return Term("invert", (self,), _integral(self))

    def __and__(self, other: Any) -> Term:
        return _bits("and", self, other)

    def __or__(self, other: Any) -> Term:
        return _bits("or", self, other)

    def __xor__(self, other: Any) -> Term:
        return _bits("xor", self, other)

    def __lshift__(self, other: Any) -> Term:
        return _shifted("left_shift", self, other)

    def __rshift__(self, other: Any) -> Term:
        return _shifted("right_shift", self, other)

    def __lt__(self, other: Any) -> Term:
        return _compared("less", self, other)

    def __le__(self, other: Any) -> Term:
        return _compared("less_equal", self, other)

    def __gt__(self, other: Any) -> Term:
        return _compared("greater", self, other)

    def __ge__(self, other: Any) -> Term:
        return _compared("greater_equal", self, other)

    def __eq__(self, other: object) -> Any:
        return _compared("equal", self, other)

    def __ne__(self, other: object) -> Any:
        return _compared("not_equal", self, other)

    __hash__ = object.__hash__

    def astype(self, dtype: Any, copy: bool = True) -> Term:
        """The number in another dtype."""
        dtype = np.dtype(dtype)
        if self.dtype.kind == "f" and dtype.kind == "u":
            raise NotLowered(f"a cast from {self.dtype} to {dtype}")
        return self if dtype == self.dtype else Term("cast", (self,), dtype)


DTYPES: Final = frozenset(
    map(
        np.dtype,
        (
            *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
            *("float32", "float64"),
        ),
    )
)
"""The dtypes of native code."""


LOOK_AT_NUMBERS: Final = frozenset({"polygamma", "power"})
"""The operations whose form depends on the number that an operand is, if it is one."""


_POLYGAMMA: Final = {0: "digamma", 1: "trigamma", 2: "tetragamma"}
"""The derivatives of ln Γ that have a native form, by order."""


def number(value: Any, dtype: Any) -> Term:
    """A constant of that dtype."""
    return Term("constant", (), dtype, np.dtype(dtype).type(value))


def power(base: Any, exponent: Any) -> Term:
    """Powers of floats; small constant ones as NumPy takes them, by products and a root."""
    a, b = _pair(base, exponent)
    if a.dtype.kind != "f":
        raise NotLowered(f"power of {a.dtype}")
    if b.op == "constant":
        match float(b.payload):
            case 0.0:
                return number(1, a.dtype)
            case 1.0:
                return a
            case 2.0:
                return a * a
            case 3.0:
                return a * a * a
            case -1.0:
                return number(1, a.dtype) / a
    return Term("call", (a, b), a.dtype, "power")


@functools.cache
def is_native(type_: Type) -> bool:
    """Whether native code has values of that type."""
    return type_.form == "array" and type_.dtype in DTYPES


def ordered(roots: Sequence[Term]) -> list[Term]:
    """All terms that the roots need, operands first; without recursion."""
    found: dict[Term, None] = {}
    pending = list(reversed(roots))
    while pending:
        term = pending[-1]
        missing = [x for x in term.args if x not in found] if term not in found else []
        if missing:
            pending.extend(reversed(missing))
            continue
        pending.pop()
        found.setdefault(term)
    return list(found)


def rebuilt(roots: Sequence[Term], given: Mapping[Term, Term]) -> list[Term]:
    """Terms with others in the place of some of those that they need."""
    found = dict(given)
    for term in ordered(roots):
        if term not in found:
            args = tuple(found[x] for x in term.args)
            found[term] = Term(term.op, args, term.dtype, term.payload) if args else term
    return [found[term] for term in roots]


# What terms have in common ------------------------------------------------------------------------


def _pair(a: Any, b: Any) -> tuple[Term, Term]:
    """Both as terms; a Python number takes the other's dtype."""
    if not isinstance(a, Term):
        a = number(a, b.dtype)
    if not isinstance(b, Term):
        b = number(b, a.dtype)
    if a.dtype != b.dtype:
        raise NotLowered(f"{a.dtype} beside {b.dtype}")
    return a, b


def _same(op: str, a: Any, b: Any) -> Term:
    a, b = _pair(a, b)
    if a.dtype.kind == "b":
        if op == "subtract":
            raise NotLowered("subtract of bool")
        return Term("or" if op == "add" else "and", (a, b), a.dtype)
    return Term(op, (a, b), a.dtype)


def _floats(op: str, a: Any, b: Any) -> Term:
    a, b = _pair(a, b)
    if a.dtype.kind != "f":
        raise NotLowered(f"{op} of {a.dtype}")
    return Term(op, (a, b), a.dtype)


def _divided(op: str, a: Any, b: Any) -> Term:
    """Division that rounds down, and its remainder."""
    a, b = _pair(a, b)
    if a.dtype.kind == "b":
        raise NotLowered(f"{op} of {a.dtype}")
    if a.dtype.kind == "f":
        return _call(op, a, b)
    return Term(op, (a, b), a.dtype)


def _bits(op: str, a: Any, b: Any) -> Term:
    a, b = _pair(a, b)
    _integral(a)
    return Term(op, (a, b), a.dtype)


def _shifted(op: str, a: Any, b: Any) -> Term:
    a, b = _pair(a, b)
    if a.dtype.kind not in "iu":
        raise NotLowered(f"{op} of {a.dtype}")
    return Term(op, (a, b), a.dtype)


def _compared(op: str, a: Any, b: Any) -> Term:
    return Term(op, _pair(a, b), np.bool_)


def _numeric(x: Term) -> Any:
    if x.dtype.kind == "b":
        raise NotLowered("arithmetic of one bool")
    return x.dtype


def _integral(x: Term) -> Any:
    if x.dtype.kind == "f":
        raise NotLowered(f"bits of {x.dtype}")
    return x.dtype


def _call(name: str, *args: Term) -> Term:
    """A function of the math library, for floats."""
    if name not in NAMES:
        raise NotLowered(name)
    if any(x.dtype.kind != "f" for x in args):
        raise NotLowered(f"{name} of {args[0].dtype}")
    return Term("call", args, args[0].dtype, name)


def _truth(x: Term) -> Term:
    return x if x.dtype.kind == "b" else x != 0


# The vocabulary -----------------------------------------------------------------------------------


@final
class Vocabulary:
    """NumPy's names, for terms."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in NAMES:
            raise NotLowered(name)
        return lambda *args: _call(name, *args)

    def where(self, mask: Term, a: Any, b: Any) -> Term:
        """One of two, by a truth value."""
        a, b = _pair(a, b)
        return Term("select", (mask, a, b), a.dtype)

    def absolute(self, x: Term) -> Term:
        """The size."""
        return abs(x)

    def power(self, a: Term, b: Term) -> Term:
        """See :func:`power`."""
        return power(a, b)

    def polygamma(self, n: Term, x: Term) -> Term:
        """Derivatives of the logarithm of the gamma function, of the first orders."""
        name = _POLYGAMMA.get(round(float(n.payload))) if n.op == "constant" else None
        if name is None:
            raise NotLowered("polygamma of that order")
        return _call(name, x)

    def sign(self, x: Term) -> Term:
        """−1, 0 or 1; NaN of NaN."""
        if x.dtype.kind == "f":
            return _call("sign", x)
        if x.dtype.kind != "i":
            raise NotLowered(f"sign of {x.dtype}")
        one, nil = number(1, x.dtype), number(0, x.dtype)
        return self.where(x > nil, one, self.where(x < nil, -one, nil))

    def maximum(self, a: Term, b: Term) -> Term:
        """The larger; NaN wins."""
        return self._extreme("maximum", a, b)

    def minimum(self, a: Term, b: Term) -> Term:
        """The smaller; NaN wins."""
        return self._extreme("minimum", a, b)

    def _extreme(self, name: str, a: Term, b: Term) -> Term:
        a, b = _pair(a, b)
        if a.dtype.kind == "b":
            return a | b if name == "maximum" else a & b
        return Term(name, (a, b), a.dtype)

    def logical_and(self, a: Term, b: Term) -> Term:
        """Whether both are not 0."""
        return _truth(a) & _truth(b)

    def logical_or(self, a: Term, b: Term) -> Term:
        """Whether one is not 0."""
        return _truth(a) | _truth(b)

    def logical_xor(self, a: Term, b: Term) -> Term:
        """Whether just one is not 0."""
        return _truth(a) ^ _truth(b)

    def logical_not(self, x: Term) -> Term:
        """Whether it is 0."""
        return ~_truth(x)

    def isnan(self, x: Term) -> Term:
        """Whether it is NaN."""
        return number(False, np.bool_) if x.dtype.kind != "f" else x != x

    def isinf(self, x: Term) -> Term:
        """Whether it is infinite."""
        return number(False, np.bool_) if x.dtype.kind != "f" else abs(x) == np.inf

    def isfinite(self, x: Term) -> Term:
        """Whether it is neither infinite nor NaN."""
        return number(True, np.bool_) if x.dtype.kind != "f" else abs(x) < np.inf


VOCABULARY: Final = Vocabulary()
