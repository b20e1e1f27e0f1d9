"""Stacks as values: what the reverse of a while loop keeps of each trip.

A stack never changes: pushing makes a new one that shares the old. Below its last element a stack
goes on with zeros, so an empty one also stands for a stack of zeros of any height.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

from clearprop.errors import DtypeError
from clearprop.graph import Type, stack_of


@final
class Stack:
    """A persistent stack.

    Args:
        zero: What popping gives once it is empty: an array of zeros, or an empty stack.

    >>> stack = Stack(0.0).push(1.0).push(2.0)
    >>> stack.pop()[1], stack.pop()[0].pop()[1], stack.height
    (2.0, 1.0, 2)
    >>> (stack + Stack(0.0).push(10.0)).pop()[1]
    12.0
    """

    __slots__ = ("height", "rest", "top", "zero")

    def __init__(self, zero: Any) -> None:
        self.zero = zero
        self.top: Any = zero
        self.rest: Stack = self
        self.height = 0

    def push(self, value: Any) -> Stack:
        """The stack with one more value on top."""
        made = Stack(self.zero)
        made.top, made.rest, made.height = value, self, self.height + 1
        return made

    def pop(self) -> tuple[Stack, Any]:
        """The stack without its top, and the top."""
        return self.rest, self.top

    def map(self, change: Callable[[Any], Any]) -> Stack:
        """The stack with every array on it changed, those of inner stacks too."""

        def changed(value: Any) -> Any:
            return value.map(change) if isinstance(value, Stack) else change(value)

        values = []
        rest = self
        while rest.height:
            rest, top = rest.pop()
            values.append(top)
        made = Stack(changed(self.zero))
        for value in reversed(values):
            made = made.push(changed(value))
        return made

    def __add__(self, other: Stack) -> Stack:
        """Element by element, the tops together; where one has ended, the other goes on."""
        pairs = []
        left, right = self, other
        while left.height and right.height:
            pairs.append((left.top, right.top))
            left, right = left.rest, right.rest
        total = left if left.height else right
        for a, b in reversed(pairs):
            total = total.push(a + b)
        return total


def innermost(stack: Type) -> Type:
    """The type of the arrays on a stack, or on the stacks on it."""
    element = stack
    while element.form == "stack":
        (element,) = element.parts
    return element


def elements(stack: Type, change: Callable[[Type], Type]) -> Type:
    """The type of a stack whose arrays are changed.

    Raises:
        DtypeError: If it is no stack.
    """
    if stack.form != "stack":
        raise DtypeError(f"a value of type {stack}, where a stack is wanted")
    made, rest = stack_of(change(innermost(stack))), stack.parts[0]
    while rest.form == "stack":
        made, rest = stack_of(made), rest.parts[0]
    return made
