"""Products of matrices, of vectors and of stacks of them; Fourier transforms."""

from __future__ import annotations

from string import ascii_lowercase
from typing import Final

from clearprop.execute.source.python.expression import (
    ATOM,
    Expression,
    binary,
    called,
    method,
)
from clearprop.execute.source.python.writer import Printer, Writer
from clearprop.graph import Node

Axes = tuple[int, ...]


def _dot(writer: Writer, node: Node) -> Expression:
    """``a @ b`` where that is it, else ``np.tensordot`` or ``np.einsum``."""
    params = dict(node.params)
    (of_a, of_b), (by_a, by_b) = params["contract"], params["batch"]
    shape = node.type.shape

    def make(a: Expression, b: Expression) -> Expression:
        lead = tuple(range(len(by_a)))
        if by_a == by_b == lead and len(of_a) == 1:
            left, right = _as_left(a, of_a[0], len(lead)), _as_right(b, of_b[0], len(lead))
            if left is not None and right is not None:
                return binary("@", shape, left, right)
        if lead:
            return _einsum(a, b, node)
        if len(of_a) == 0 and len(a.shape) == len(b.shape) == 1:
            return called("np.outer", shape, a, b)
        axes = f"({_axes(of_a)}, {_axes(of_b)})"
        last = tuple(range(len(a.shape) - len(of_a), len(a.shape)))
        if of_a == last and of_b == tuple(range(len(of_b))):
            axes = str(len(of_a))
        return _number(called("np.tensordot", shape, a, b, axes))

    return writer.build(node.operands, make)


def _as_left(x: Expression, axis: int, lead: int) -> Expression | None:
    """The expression with the contracted axis last; None if it is no matrix and no vector."""
    ndim = len(x.shape) - lead
    if ndim == 1:
        return None if lead else x
    return _turned(x, axis != len(x.shape) - 1, lead) if ndim == 2 else None


def _as_right(x: Expression, axis: int, lead: int) -> Expression | None:
    """The expression with the contracted axis before the last."""
    ndim = len(x.shape) - lead
    if ndim == 1:
        return None if lead else x
    return _turned(x, axis == len(x.shape) - 1, lead) if ndim == 2 else None


def _turned(x: Expression, turn: bool, lead: int) -> Expression:
    *stack, rows, columns = x.shape
    return method(x, "mT" if lead else "T", (*stack, columns, rows)) if turn else x


def _einsum(a: Expression, b: Expression, node: Node) -> Expression:
    """Letters for axes: those of the stack first, then those of the left operand."""
    params = dict(node.params)
    (of_a, of_b), (by_a, by_b) = params["contract"], params["batch"]
    letters = iter(ascii_lowercase)
    left = [next(letters) for _ in a.shape]
    known = dict(zip((*by_b, *of_b), (*by_a, *of_a), strict=True))
    right = [left[known[i]] if i in known else next(letters) for i in range(len(b.shape))]
    result = [left[i] for i in by_a]
    result += [x for i, x in enumerate(left) if i not in (*by_a, *of_a)]
    result += [x for i, x in enumerate(right) if i not in (*by_b, *of_b)]
    spec = f'"{"".join(left)},{"".join(right)}->{"".join(result)}"'
    return called("np.einsum", node.type.shape, spec, a, b)


def _axes(axes: Axes) -> str:
    return str(axes[0]) if len(axes) == 1 else str(axes)


def _number(x: Expression) -> Expression:
    """What NumPy gives as a 0-d array, as a number."""
    return x if x.shape else Expression(f"{x.text}[()]", ATOM, ())


def _fft(writer: Writer, node: Node) -> Expression:
    """The transform, with the factor in neither direction."""
    params, shape = dict(node.params), node.type.shape
    options = {"axis": params["axis"]} if params["axis"] != len(shape) - 1 else {}
    if params["inverse"]:
        options["norm"] = "forward"
    function = "np.fft.ifft" if params["inverse"] else "np.fft.fft"
    return writer.build(node.operands, lambda x: called(function, shape, x, **options))


PRINTERS: Final[dict[str, Printer]] = {"dot": _dot, "fft": _fft}
"""How each is written."""
