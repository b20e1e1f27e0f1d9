"""Operations whose file gives both directions itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, final

from clearprop.primitives.builder import Builder, Bundle, Sym
from clearprop.primitives.families.ruled import BatchRule, Ruled, TypeRule
from clearprop.primitives.samples import Sample


@final
class General(Ruled):
    """An operation whose file gives both directions itself.

    Args:
        name: Its name.
        value: ``value(xp, *operands, **params)``.
        result: The type rule.
        formula: LaTeX.
        samples: Sample calls.
        batch: ``batch(ops, xs, batched, size, **params)``: see :meth:`Primitive.batch`.
        tangent: ``tangent(ops, y, xs, tangents, **params)``: the tangent of the result.
        cotangents: ``cotangents(ops, y, xs, ct, **params)``: a cotangent per operand.

    Where the result is a tuple, ``y`` holds its items, ``tangent`` returns a tangent for each of
    them, and ``ct`` holds a cotangent for each; None where no path leads.
    """

    family = "general"

    def __init__(
        self,
        name: str,
        *,
        value: Callable[..., Any],
        result: TypeRule,
        tangent: Callable[..., Any],
        cotangents: Callable[..., Sequence[Sym | None]],
        formula: str,
        samples: Sequence[Sample],
        batch: BatchRule,
    ) -> None:
        super().__init__(
            name, value=value, result=result, formula=formula, samples=samples, batch=batch
        )
        self.tangent = tangent
        self.cotangents = cotangents

    def jvp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Any], params: Any
    ) -> Sym | Bundle | None:
        """As the file says; none if no operand has one."""
        if all(tangent is None for tangent in tangents):
            return None
        if y.type.form == "tuple":
            return Bundle(self.tangent(ops, ops.items(y), xs, tangents, **params))
        found: Sym | None = self.tangent(ops, y, xs, tangents, **params)
        return found

    def vjp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], cotangent: Any, needed: Any, params: Any
    ) -> Sequence[Sym | None]:
        """As the file says."""
        if y.type.form == "tuple":
            return self.cotangents(ops, ops.items(y), xs, cotangent.parts, **params)
        return self.cotangents(ops, y, xs, cotangent, **params)
