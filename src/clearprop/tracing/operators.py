"""Python's operators on traced arrays: each is the function of NumPy's that it stands for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from clearprop.tracing.trace import Trace

Operator = Callable[[Any, Any], Any]


def _operator(name: str) -> Operator:
    """The method of a binary operator: the function of that name in the namespace."""

    def operator(self: Operators, other: Any) -> Any:
        return self.owner.namespace[name](self, other)

    return operator


def _reflected(name: str) -> Operator:
    """The same with the operands exchanged, for ``2 - x``."""

    def operator(self: Operators, other: Any) -> Any:
        return self.owner.namespace[name](other, self)

    return operator


def _in_place(name: str) -> Operator:
    """The method of an augmented assignment, such as ``x += other``."""

    def operator(self: Operators, other: Any) -> Any:
        return self.owner.namespace["in_place"](self, name, other)

    return operator


def _equality(name: str, with_no_number: bool) -> Operator:
    """``==`` or ``!=``, which NumPy and Python also answer for None and for text."""

    def operator(self: Any, other: Any) -> Any:
        if other is None or isinstance(other, (str, bytes)):
            return np.full(self.shape, with_no_number)[()]
        return self.owner.namespace[name](self, other)

    return operator


class Operators:
    """The operators of a traced array; a base of that class alone."""

    __slots__ = ()

    owner: Trace

    __add__ = _operator("add")
    __radd__ = _reflected("add")
    __sub__ = _operator("subtract")
    __rsub__ = _reflected("subtract")
    __mul__ = _operator("multiply")
    __rmul__ = _reflected("multiply")
    __truediv__ = _operator("divide")
    __rtruediv__ = _reflected("divide")
    __floordiv__ = _operator("floor_divide")
    __rfloordiv__ = _reflected("floor_divide")
    __mod__ = _operator("remainder")
    __rmod__ = _reflected("remainder")
    __divmod__ = _operator("divmod")
    __rdivmod__ = _reflected("divmod")
    __pow__ = _operator("power")
    __rpow__ = _reflected("power")
    __matmul__ = _operator("matmul")
    __rmatmul__ = _reflected("matmul")
    __lshift__ = _operator("left_shift")
    __rlshift__ = _reflected("left_shift")
    __rshift__ = _operator("right_shift")
    __rrshift__ = _reflected("right_shift")
    __and__ = _operator("bitwise_and")
    __rand__ = _reflected("bitwise_and")
    __or__ = _operator("bitwise_or")
    __ror__ = _reflected("bitwise_or")
    __xor__ = _operator("bitwise_xor")
    __rxor__ = _reflected("bitwise_xor")
    __eq__ = _equality("equal", False)
    __ne__ = _equality("not_equal", True)
    __lt__ = _operator("less")
    __le__ = _operator("less_equal")
    __gt__ = _operator("greater")
    __ge__ = _operator("greater_equal")

    def __neg__(self) -> Any:
        return self.owner.namespace["negative"](self)

    def __pos__(self) -> Any:
        return self.owner.namespace["positive"](self)

    def __abs__(self) -> Any:
        return self.owner.namespace["absolute"](self)

    def __invert__(self) -> Any:
        return self.owner.namespace["invert"](self)

    # In place: an array is written into, a scalar is bound anew, as in NumPy ---------------------

    __iadd__ = _in_place("add")
    __isub__ = _in_place("subtract")
    __imul__ = _in_place("multiply")
    __itruediv__ = _in_place("divide")
    __ifloordiv__ = _in_place("floor_divide")
    __imod__ = _in_place("remainder")
    __ipow__ = _in_place("power")
    __imatmul__ = _in_place("matmul")
    __ilshift__ = _in_place("left_shift")
    __irshift__ = _in_place("right_shift")
    __iand__ = _in_place("bitwise_and")
    __ior__ = _in_place("bitwise_or")
    __ixor__ = _in_place("bitwise_xor")
