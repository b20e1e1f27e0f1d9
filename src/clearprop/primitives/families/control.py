"""Operations with several results, among them those that hold graphs: branches, loops, calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, final

from clearprop.primitives.builder import Builder, Bundle, Sym
from clearprop.primitives.families.ruled import BatchRule, Ruled, TypeRule


@final
class Control(Ruled):
    """An operation on values and graphs; its result is a tuple.

    Args:
        name: Its name.
        value: ``value(xp, *operands, **params)``: a tuple.
        result: The type rule.
        formula: LaTeX.
        tangent: ``tangent(ops, y, xs, tangents, **params)``: a tangent for each item of the result;
            None where no path leads.
        cotangents: ``cotangents(ops, y, xs, cts, needed, **params)``: a cotangent per operand, at
            least for those that are needed; ``y`` and ``cts`` go item by item.
        batch: ``batch(ops, xs, batched, size, **params)``: see :meth:`Primitive.batch`.
    """

    family = "control"

    def __init__(
        self,
        name: str,
        *,
        value: Callable[..., Any],
        result: TypeRule,
        formula: str,
        tangent: Callable[..., Sequence[Sym | None]],
        cotangents: Callable[..., Sequence[Sym | None]],
        batch: BatchRule,
    ) -> None:
        super().__init__(name, value=value, result=result, formula=formula, samples=(), batch=batch)
        self.tangent = tangent
        self.cotangents = cotangents

    def jvp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Any], params: Any
    ) -> Bundle | None:
        """As the file says; none if no operand has one."""
        if all(tangent is None for tangent in tangents):
            return None
        return Bundle(self.tangent(ops, ops.items(y), xs, tangents, **params))

    def vjp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], cotangent: Bundle, needed: Any, params: Any
    ) -> Sequence[Sym | None]:
        """As the file says."""
        return self.cotangents(ops, ops.items(y), xs, cotangent.parts, needed, **params)
