"""Operations without a path: integer or boolean results, and cuts made on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families.ruled import Ruled


@final
class Discrete(Ruled):
    """An operation with integer or boolean results, or one that cuts the path on purpose.

    Args:
        name: Its name.
        value: ``value(xp, *operands, **params)``.
        result: The type rule.
        formula: LaTeX.
        samples: Sample calls.
        batch: ``batch(ops, xs, batched, size, **params)``: see :meth:`Primitive.batch`.
    """

    family = "discrete"

    def jvp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Sym | None], params: Any
    ) -> Sym | None:
        """No path."""
        return None

    def vjp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], cotangent: Sym, needed: Any, params: Any
    ) -> Sequence[Sym | None]:
        """No path."""
        return [None] * len(xs)
