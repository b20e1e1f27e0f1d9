"""What every primitive is: the abstract base of the families in ``families.py``.

A primitive is described in one file by an instance of a family. The base holds what all families
share; the families turn what the file says (partials, a transpose, a jvp and a vjp) into the two
directions of differentiation.
"""

from __future__ import annotations

import abc
import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from clearprop.graph import Node, Params, Type, Value

if TYPE_CHECKING:
    from clearprop.primitives.builder import Builder, Bundle, Same, Sym
    from clearprop.primitives.samples import Sample


class Primitive(abc.ABC):
    """One operation of the catalogue.

    Args:
        name: Its name, the same as its file's.
        value: ``value(xp, *operands, **params)``: what it computes, over an array namespace.
        formula: LaTeX, with ``@0``, ``@1``, … where the operands stand.
        samples: Operands and parameters at which the conformance suite tries it.

    Attributes:
        lower: ``lower(xp, *operands, **params)``: the operation on single numbers, over the
            vocabulary of native code; None if it has no such form.
    """

    family: ClassVar[str]

    def __init__(
        self,
        name: str,
        *,
        value: Callable[..., Any],
        formula: str,
        samples: Sequence[Sample],
    ) -> None:
        self.name = name
        self.value = value
        self.formula = formula
        self.samples = tuple(samples)
        self.view = False
        self.symbol = ""
        self.lower: Callable[..., Any] | None = None
        self._result = functools.cache(self._ruled)
        self._bare = functools.partial(value, np)

    # What the families give ----------------------------------------------------------------------

    @abc.abstractmethod
    def type_rule(self, types: tuple[Type, ...], params: Params) -> Type:
        """The result's type, or an error that says what does not fit."""

    @abc.abstractmethod
    def jvp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Any], params: Any
    ) -> Sym | Bundle | None:
        """The tangent of the result, given those of the operands (None: no path)."""

    @abc.abstractmethod
    def vjp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], cotangent: Any, needed: Any, params: Any
    ) -> Sequence[Sym | Bundle | None]:
        """The cotangent of each operand that is needed (None: no path)."""

    @abc.abstractmethod
    def batch(
        self, ops: Builder, xs: Sequence[Sym], batched: Sequence[bool], size: int, params: Any
    ) -> Sym | Bundle | Same:
        """The operation on a batch: element by element, in one step.

        Args:
            ops: What to build with.
            xs: The operands.
            batched: Which of them have a leading axis of length ``size``, that of the batch; one of
                them at least.
            size: The number of elements; 0 and 1 are numbers too.
            params: The parameters, as for a single element.

        Returns:
            The results, with the leading axis. Of a tuple, a value of the tuple's form or a
            :class:`Bundle` of its items, each with the axis. :class:`Same` holds a result on which
            all elements agree, without it.
        """

    @abc.abstractmethod
    def conform(self, ops: Builder, operands: Sequence[Any]) -> tuple[Value, ...]:
        """The operands of a rule's call as values of the graph: numbers become constants."""

    # What all share ------------------------------------------------------------------------------

    def result(self, types: tuple[Type, ...], params: Params) -> Type:
        """The type rule, remembered."""
        return self._result(types, params, _kinds(params) if params else None)

    def _ruled(self, types: tuple[Type, ...], params: Params, kinds: Any) -> Type:
        """The type rule under its whole key: 1, 1.0 and True are equal, but not to a rule."""
        return self.type_rule(types, params)

    def evaluator(self, params: Params) -> Callable[..., Any]:
        """The operation on NumPy values, with its parameters bound."""
        return functools.partial(self.value, np, **dict(params)) if params else self._bare

    def objection(self, node: Node) -> str:
        """Why a node of this primitive is illegal beyond its type; empty if it is legal."""
        return ""

    def __repr__(self) -> str:
        return f"<{self.family} primitive {self.name}>"


def _kinds(value: Any) -> Any:
    """The classes of a parameter's parts."""
    return tuple(map(_kinds, value)) if value.__class__ is tuple else value.__class__
