"""Stacks as values: what the reverse of a while loop keeps of each trip.

A stack never changes: pushing makes a new one that shares the old. Below its last element a stack
goes on with zeros, so an empty one also stands for a stack of zeros of any height.
"""

from __future__ import annotations

from typing import Any, final


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
