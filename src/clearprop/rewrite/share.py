"""Sharing: two operations that are the same on the same operands are one.

Source: A. P. Ershov, *On programming of arithmetic operations*, Communications of the ACM 1 (1958);
today called hash-consing.
"""

from __future__ import annotations

from typing import Any, Final, final

from clearprop.graph import Constant, Node

COMMUTATIVE: Final = frozenset(
    [
        *("add", "multiply", "equal", "not_equal", "logical_and", "logical_or", "logical_xor"),
        *("bitwise_and", "bitwise_or", "bitwise_xor"),
    ]
)
"""Operations whose operands may be exchanged without changing a bit, but for complex numbers."""

SMALL: Final = 1024
"""Larger constants, by their number of elements, are the same only if they are one object."""


@final
class Constants:
    """One object for constants of the same type and bits."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[Any, Constant] = {}

    def one(self, value: Constant) -> Constant:
        """The object that stands for all constants like this."""
        key = value.key if value.type.size <= SMALL else id(value.value)
        return self._known.setdefault(key, value)


def key_of(node: Node) -> tuple[Any, ...]:
    """Equal for operations that give the same value; operands and constants are unique objects."""
    operands = node.operands
    name = node.primitive.name
    if name in COMMUTATIVE and operands[0].type.dtype.kind != "c":
        first, second = operands
        if id(first) > id(second):
            return (name, node.params, second, first)
    return (name, node.params, *operands)
