"""Taking an item out of a tuple: the one operation that tuples have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

from clearprop.primitives.builder import Builder, Bundle, Sym
from clearprop.primitives.families.ruled import Ruled


@final
class Projection(Ruled):
    """The one operation on a tuple; its derivatives pick from bundles, and make none of zeros.

    Args:
        name: Its name.
        value: ``value(xp, x, index)``.
        result: The type rule.
        formula: LaTeX.
        samples: Sample calls.
        batch: ``batch(ops, xs, batched, size, **params)``: see :meth:`Primitive.batch`.
    """

    family = "projection"

    def jvp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Any], params: Any
    ) -> Sym | None:
        """The item's tangent."""
        bundle: Bundle | None = tangents[0]
        return None if bundle is None else bundle.parts[params["index"]]

    def vjp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], cotangent: Sym, needed: Any, params: Any
    ) -> Sequence[Any]:
        """A bundle with the item's cotangent and nothing else."""
        count = len(xs[0].type.parts)
        return [Bundle([cotangent if i == params["index"] else None for i in range(count)])]
