"""The base of the families whose file gives the type rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from clearprop.graph import Params, Type, Value
from clearprop.primitives.builder import Builder, Bundle, Same, Sym
from clearprop.primitives.primitive import Primitive
from clearprop.primitives.samples import Sample
from clearprop.primitives.signatures import check_call

TypeRule = Callable[..., Type]
"""``rule(*types, **params)``: the result's type, or a ShapeError or DtypeError."""

BatchRule = Callable[..., Sym | Bundle | Same]
"""``rule(ops, xs, batched, size, **params)``: see :meth:`Primitive.batch`."""


class Ruled(Primitive):
    """The families whose file gives the type rule; abstract."""

    def __init__(
        self,
        name: str,
        *,
        value: Callable[..., Any],
        result: TypeRule,
        formula: str,
        samples: Sequence[Sample],
        batch: BatchRule,
    ) -> None:
        super().__init__(name, value=value, formula=formula, samples=samples)
        self.rule = result
        self.batch_rule = batch

    def type_rule(self, types: tuple[Type, ...], params: Params) -> Type:
        """As the file says, once the call fits the rule's signature."""
        named = dict(params)
        check_call(self.name, self.rule, types, named)
        return self.rule(*types, **named)

    def conform(self, ops: Builder, operands: Sequence[Any]) -> tuple[Value, ...]:
        """Operands as they are."""
        return tuple(ops.sym(operand).value for operand in operands)

    def batch(
        self, ops: Builder, xs: Sequence[Sym], batched: Sequence[bool], size: int, params: Any
    ) -> Sym | Bundle | Same:
        """As the file says."""
        return self.batch_rule(ops, xs, batched, size, **params)
