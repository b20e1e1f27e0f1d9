"""Operations that are linear in some operands together: the file gives the transpose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, final

from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families.ruled import BatchRule, Ruled, TypeRule
from clearprop.primitives.samples import Sample


@final
class Linear(Ruled):
    """An operation that is linear in some of its operands together.

    Args:
        name: Its name.
        value: ``value(xp, *operands, **params)``.
        result: The type rule.
        transpose: ``transpose(ops, ct, *operands, **params)``: a cotangent per operand; None for
            those in which it is not linear.
        formula: LaTeX.
        samples: Sample calls.
        batch: ``batch(ops, xs, batched, size, **params)``: see :meth:`Primitive.batch`.
        linear: The positions of the linear operands; None for all.
        view: Whether NumPy returns a view of the first operand.
        lower: The value of single numbers over the vocabulary of native code, if it has such a
            form.
    """

    family = "linear"

    def __init__(
        self,
        name: str,
        *,
        value: Callable[..., Any],
        result: TypeRule,
        transpose: Callable[..., Sequence[Sym | None]],
        formula: str,
        samples: Sequence[Sample],
        batch: BatchRule,
        linear: tuple[int, ...] | None = None,
        view: bool = False,
        lower: Callable[..., Any] | None = None,
    ) -> None:
        super().__init__(
            name, value=value, result=result, formula=formula, samples=samples, batch=batch
        )
        self.transpose = transpose
        self.linear = linear
        self.view = view
        self.lower = lower

    def jvp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Sym | None], params: Any
    ) -> Sym | None:
        """The same operation on the tangents; zeros stand in for missing ones."""
        linear = range(len(xs)) if self.linear is None else self.linear
        if all(tangents[i] is None for i in linear):
            return None
        operands = list(xs)
        for i in linear:
            operands[i] = tangents[i] or ops.zeros(xs[i].type)
        return ops.apply(self, operands, params)

    def vjp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], cotangent: Sym, needed: Any, params: Any
    ) -> Sequence[Sym | None]:
        """The transpose."""
        return self.transpose(ops, cotangent, *xs, **params)
