"""Operations on each element before moves of the elements, not after them.

The elements are fewer before a broadcast; and past a transpose or a reshape, moves meet each other
and matrix products, where they cancel. What NumPy computes by vector instructions, such as an
exponential, may have other last bits for a single number than for many.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from clearprop.graph import Constant, Node, Shape, Value, type_of
from clearprop.primitives import CATALOGUE, Elementwise
from clearprop.rewrite.maker import Maker
from clearprop.rewrite.rule import CONSTANT, Rewrite, Rule, made_by

UNARY: Final = ("cast", "conj", "imag", "real", "stop_gradient")
"""Operations on each element of one operand that are of other families."""

EXACT: Final = (
    *("add", "subtract", "multiply", "divide", "floor_divide", "remainder", "fmod", "negative"),
    *("absolute", "sign", "sqrt", "ceil", "floor", "rint", "trunc", "maximum", "minimum", "where"),
    *("equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "isfinite", "isinf"),
    *("isnan", "logical_and", "logical_or", "logical_xor", "logical_not", "bitwise_and"),
    *("bitwise_or", "bitwise_xor", "invert", "left_shift", "right_shift", *UNARY),
)
"""Operations whose result is the nearest number there is, however it is computed."""

FUNCTIONS: Final = tuple(
    name
    for name, primitive in CATALOGUE.items()
    if isinstance(primitive, Elementwise) and name not in EXACT
)
"""All other operations on each element."""

FEW: Final = 64
"""How many elements are compared before all are."""

MOVED: Final = ("transpose", "reshape", "flip")


def numbers(make: Maker, node: Node) -> Value | None:
    """A number repeated as an operand is the number; NumPy repeats it by itself.

    Not as an exponent: of an array of them NumPy takes no square where all are 2.
    """
    if node.primitive.name in (*UNARY, "power"):
        return None
    operands = tuple([_number(make, x) or x for x in node.operands])
    if operands == node.operands:
        return None
    return _repeated(make, _applied(make, node, operands), node.type.shape)


def _number(make: Maker, x: Value) -> Constant | None:
    """The number that an array consists of."""
    if isinstance(x, Node):
        first = x.operands[0] if made_by(x, "broadcast") else None
        if not isinstance(first, Constant) or first.type.size != 1:
            return None
        if not first.type.shape:
            return first
        return make.constant(Constant(first.value.reshape(-1)[0], type_of((), first.type.dtype)))
    if not isinstance(x, Constant) or not x.type.size or not x.type.shape:
        return None
    flat = x.value.reshape(-1)
    bits = flat.view(f"u{min(flat.itemsize, 8)}").reshape(flat.size, -1)
    if (bits[:FEW] != bits[0]).any() or (bits != bits[0]).any():
        return None
    return make.constant(Constant(flat[0], type_of((), x.type.dtype)))


def before_broadcast(make: Maker, node: Node) -> Value | None:
    """On the elements that there are before they are repeated."""
    parts = [x for x in node.operands if made_by(x, "broadcast")]
    if len(parts) < sum(not _is_free(x) for x in node.operands):
        return None
    shape = np.broadcast_shapes(*(part.operands[0].type.shape for part in parts))
    smaller = type_of(shape, bool).size < node.type.size
    if not smaller or (node.primitive.name == "power" and not shape):
        return None  # scalars have their own power, which rounds in another way
    operands = [
        _repeated(make, x.operands[0], shape) if made_by(x, "broadcast") else x
        for x in node.operands
    ]
    return _repeated(make, _applied(make, node, operands), node.type.shape)


def before_move(make: Maker, node: Node) -> Value | None:
    """Before a transpose, a reshape or a flip of all operands; single numbers are not moved."""
    if not node.type.shape:
        return None  # it is as well after a reshape
    moved = [x for x in node.operands if made_by(x, *MOVED)]
    if not moved or node.type.weak:  # only single numbers are weak
        return None
    first = moved[0]
    shape = first.operands[0].type.shape
    operands: list[Value] = []
    for x in node.operands:
        if made_by(x, first.primitive.name) and x.params == first.params:
            operands.append(x.operands[0])
        elif _is_free(x):
            operands.append(x)
        elif made_by(x, "broadcast") and not x.operands[0].type.shape:
            operands.append(_repeated(make, x.operands[0], shape))
        else:
            return None
    if not shape or not all(x.type.shape == shape or _is_free(x) for x in operands):
        return None
    made = _applied(make, node, operands)
    return make(first.primitive.name, made, **dict(first.params))


def _is_free(x: Value) -> bool:
    """Whether it is a number, which fits any shape."""
    return isinstance(x, Constant) and not x.type.shape


def _applied(make: Maker, node: Node, operands: Any) -> Value:
    return make(node.primitive.name, *operands, **dict(node.params))


def _repeated(make: Maker, x: Value, shape: Shape) -> Value:
    return x if x.type.shape == shape else make("broadcast", x, shape=shape)


def _rules(what: str, rewrite: Rewrite, *heads: str) -> tuple[Rule, ...]:
    """The rule for operations that keep their bits, and the one for those that may round."""
    needs = frozenset(heads)
    return (
        Rule(what, EXACT, rewrite, needs=needs),
        Rule(f"{what}, of a function", FUNCTIONS, rewrite, rounds=True, needs=needs),
    )


NUMBERS: Final = (
    *_rules("a number repeated is a number", numbers, "broadcast"),
    *_rules("an array of one number is a number", numbers, CONSTANT),
)
"""Before the identities, which are about numbers."""

LIFTS: Final = (
    *_rules("before a broadcast", before_broadcast, "broadcast"),
    *_rules("before a transpose", before_move, "transpose"),
    *_rules("before a reshape", before_move, "reshape"),
    *_rules("before a flip", before_move, "flip"),
)
