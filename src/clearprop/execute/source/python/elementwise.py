"""Operations on each element by itself: operators, NumPy's functions and SciPy's."""

from __future__ import annotations

from typing import Final

import numpy as np

from clearprop.execute.source.python.expression import (
    ATOM,
    Expression,
    binary,
    called,
    dtype_name,
    method,
    unary,
)
from clearprop.execute.source.python.writer import Printer, Writer
from clearprop.graph import Node
from clearprop.primitives import CATALOGUE, Elementwise

SPECIAL: Final = ("erf", "erfinv", "gammaln", "log_ndtr", "ndtri_exp", "gammaincinv", "polygamma")
"""Functions of SciPy's; some know double precision alone."""


def _operation(writer: Writer, node: Node) -> Expression:
    """An operator, or a ufunc by its name."""
    primitive = node.primitive

    def make(*given: Expression) -> Expression:
        xs = writer.anchored(node.operands, given)
        shape = np.broadcast_shapes(*[x.shape for x in xs])
        if primitive.symbol == "abs" or not primitive.symbol:
            return called(f"np.{primitive.ufunc.__name__}", shape, *xs)
        if len(xs) == 1:
            return unary(primitive.symbol, shape, xs[0])
        return binary(primitive.symbol, shape, *xs)

    return writer.build(node.operands, make, loose=True)


def _special(writer: Writer, node: Node) -> Expression:
    """A function of SciPy's, and the dtype put back."""
    name, dtype = node.primitive.name, node.type.dtype
    writer.modules["from scipy import special"] = None

    def make(*given: Expression) -> Expression:
        xs = writer.anchored(node.operands, given)
        shape = np.broadcast_shapes(*[x.shape for x in xs])
        if name == "polygamma" and not xs[0].literal:
            xs[0] = called("np.rint", xs[0].shape, xs[0])
        elif name == "polygamma":
            xs[0] = Expression(repr(round(float(xs[0].text))), ATOM, (), literal=True)
        made = called(f"special.{name}", shape, *xs)
        if dtype == np.float64:
            return made
        return method(made, f"astype({dtype_name(dtype)})", shape)

    return writer.build(node.operands, make, loose=True)


def _where(writer: Writer, node: Node) -> Expression:
    """A choice; the mask is no part of the dtype."""

    def make(mask: Expression, *given: Expression) -> Expression:
        a, b = writer.anchored(node.operands[1:], given)
        shape = np.broadcast_shapes(mask.shape, a.shape, b.shape)
        made = called("np.where", shape, mask, a, b)
        return made if shape else Expression(f"{made.text}[()]", ATOM, shape)

    return writer.build(node.operands, make, loose=True)


def _cast(writer: Writer, node: Node) -> Expression:
    """Another dtype."""

    def make(x: Expression) -> Expression:
        (x,) = writer.anchored(node.operands, [x])
        return method(x, f"astype({dtype_name(node.type.dtype)})", x.shape)

    return writer.build(node.operands, make, loose=True)


def _alias(writer: Writer, node: Node) -> Expression:
    """The same value."""
    return writer.get(node.operands[0])


def _part(writer: Writer, node: Node) -> Expression:
    """The real part, the imaginary one, or the conjugate."""

    def make(x: Expression) -> Expression:
        (x,) = writer.anchored(node.operands, [x])
        return called(f"np.{node.primitive.name}", x.shape, x)

    return writer.build(node.operands, make, loose=True)


PRINTERS: Final[dict[str, Printer]] = {
    **{
        name: _operation
        for name, primitive in CATALOGUE.items()
        if isinstance(primitive, Elementwise) and primitive.ufunc is not None
    },
    **dict.fromkeys(SPECIAL, _special),
    **dict.fromkeys(("real", "imag", "conj"), _part),
    "where": _where,
    "cast": _cast,
    "stop_gradient": _alias,
}
"""How each is written."""
