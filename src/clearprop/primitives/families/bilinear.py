"""Products: the file gives the two transposes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, final

from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families.ruled import BatchRule, Ruled, TypeRule
from clearprop.primitives.samples import Sample


@final
class Bilinear(Ruled):
    """A product: linear in each of two operands when the other is held.

    Args:
        name: Its name.
        value: ``value(xp, a, b, **params)``.
        result: The type rule.
        transposes: ``transposes(ops, ct, a, b, **params)``: functions without arguments, one for
            each operand, that give its cotangent.
        formula: LaTeX.
        samples: Sample calls.
        batch: ``batch(ops, xs, batched, size, **params)``: see :meth:`Primitive.batch`.
    """

    family = "bilinear"

    def __init__(
        self,
        name: str,
        *,
        value: Callable[..., Any],
        result: TypeRule,
        transposes: Callable[..., tuple[Callable[[], Sym], Callable[[], Sym]]],
        formula: str,
        samples: Sequence[Sample],
        batch: BatchRule,
        symbol: str = "",
    ) -> None:
        super().__init__(
            name, value=value, result=result, formula=formula, samples=samples, batch=batch
        )
        self.transposes = transposes
        self.symbol = symbol

    def jvp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Sym | None], params: Any
    ) -> Sym | None:
        """The product rule."""
        a, b = xs
        da, db = tangents
        return ops.total(
            [
                None if da is None else ops.apply(self, (da, b), params),
                None if db is None else ops.apply(self, (a, db), params),
            ]
        )

    def vjp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], cotangent: Sym, needed: Any, params: Any
    ) -> Sequence[Sym | None]:
        """The two transposes."""
        transposes = self.transposes(ops, cotangent, *xs, **params)
        return [give() if need else None for give, need in zip(transposes, needed, strict=True)]
