"""Operations on each element by itself: the file gives the local partials, number by number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, final

import numpy as np

from clearprop.errors import DtypeError, ShapeError
from clearprop.graph import Constant, Node, Params, Type, Value, type_of
from clearprop.primitives.batching import repeated
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.gates import Gated
from clearprop.primitives.primitive import Primitive
from clearprop.primitives.samples import Awkward, Draw, Sample

NUMBERS: Final = (bool, int, float, complex, np.bool_, np.number)


@final
class Elementwise(Primitive):
    """An operation on each element by itself; operands have one shape, or are 0-d constants.

    Args:
        name: Its name, the same as its file's.
        value: ``value(xp, *operands)``.
        partials: ``partials(ops, y, *operands)``: the local partial by each operand: a Sym, a
            number (the ints 1 and −1 are structural), None for "no path", or one of them behind
            a gate (``ops.gated``), closed where no path leads.
        formula: LaTeX with ``@0``, ``@1`` for the operands.
        domain: A 0-d draw per operand, inside which the partials are smooth.
        awkward: Points where the partial is a decision.
        ufunc: The NumPy ufunc that it computes, which settles the dtypes.
        accepts: Kinds of dtype that the operands may have.
        gives: ``"same"`` dtype as the operands, or ``"bool"``.
        masks: How many leading operands are boolean masks.
        symbol: Python's operator, if it has one; then weak operands give a weak result.
        lower: The value over the vocabulary of native code, where that is not ``value`` itself,
            as it is where there is a ufunc.
    """

    family = "elementwise"

    def __init__(
        self,
        name: str,
        *,
        value: Callable[..., Any],
        partials: Callable[..., tuple[Sym | Gated | float | None, ...]],
        formula: str,
        domain: tuple[Draw, ...],
        awkward: Sequence[Awkward] = (),
        ufunc: np.ufunc | None = None,
        accepts: str = "f",
        gives: Literal["same", "bool"] = "same",
        masks: int = 0,
        symbol: str = "",
        lower: Callable[..., Any] | None = None,
    ) -> None:
        shapes: tuple[tuple[int, ...], ...] = ((), (3,), (2, 3), (0,))
        samples = [Sample(tuple(_reshaped(draw, shape) for draw in domain)) for shape in shapes]
        super().__init__(name, value=value, formula=formula, samples=samples)
        self.partials = partials
        self.domain = domain
        self.awkward = tuple(awkward)
        self.ufunc = ufunc
        self.accepts = accepts
        self.gives = gives
        self.masks = masks
        self.symbol = symbol
        self.lower = value if lower is None and ufunc is not None else lower

    def type_rule(self, types: tuple[Type, ...], params: Params) -> Type:
        """One dtype and one shape, or 0-d."""
        if len(types) != len(self.domain) or params:
            raise ShapeError(f"{self.name} takes {len(self.domain)} operands, not {len(types)}")
        shapes = {type_.shape for type_ in types if type_.shape}
        if len(shapes) > 1:
            raise ShapeError(
                f"{self.name} of shapes {', '.join(str(t.shape) for t in types)}",
                why="Elementwise operands have one shape; broadcasting is a node of its own.",
            )
        data = types[self.masks :]
        if len({type_.dtype for type_ in data}) != 1 or data[0].dtype.kind not in self.accepts:
            raise DtypeError(f"{self.name} of dtypes {', '.join(t.dtype.name for t in types)}")
        if any(type_.dtype.kind != "b" for type_ in types[: self.masks]):
            raise DtypeError(f"{self.name} wants a boolean first operand, not {types[0]}")
        shape = shapes.pop() if shapes else ()
        dtype = data[0].dtype if self.gives == "same" else np.dtype(bool)
        weak = bool(self.symbol) and dtype.kind != "b" and all(type_.weak for type_ in types)
        return type_of(shape, dtype, weak)

    def objection(self, node: Node) -> str:
        """A 0-d operand beside arrays must be a constant: broadcasting is explicit."""
        for operand in node.operands:
            if node.type.shape and not operand.type.shape and not isinstance(operand, Constant):
                return f"the 0-d operand {operand!r} meets arrays without a broadcast"
        return ""

    def conform(self, ops: Builder, operands: Sequence[Any]) -> tuple[Value, ...]:
        """Numbers take the dtype of the values that they meet; 0-d values are broadcast."""
        fitting = _of_one_shape(operands)
        if fitting is not None:
            return fitting
        values = [None if isinstance(x, NUMBERS) else ops.sym(x).value for x in operands]
        known = [value.type for value in values if value is not None]
        data = [value.type for value in values[self.masks :] if value is not None]
        shape = next((type_.shape for type_ in known if type_.shape), ())
        fitted: list[Value] = []
        for operand, value in zip(operands, values, strict=True):
            if value is not None:
                fitted.append(_fit(ops, value, shape))
            else:
                fitted.append(ops.like(operand, data[0]) if data else ops.sym(operand).value)
        return tuple(fitted)

    def jvp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Any], params: Any
    ) -> Any:
        """The sum over the operands of tangent times partial; gates stay on the slopes."""
        ops.role("partial")
        partials = self.partials(ops, y, *xs)
        ops.role("tangent")
        return ops.total(
            [
                None if tangent is None else ops.scale(tangent, partial)
                for tangent, partial in zip(tangents, partials, strict=True)
            ]
        )

    def vjp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], cotangent: Any, needed: Any, params: Any
    ) -> Sequence[Any]:
        """Cotangent times partial, operand by operand; gates stay on the slopes."""
        ops.role("partial")
        partials = self.partials(ops, y, *xs)
        ops.role("adjoint")
        return [
            ops.scale(cotangent, partial) if need else None
            for partial, need in zip(partials, needed, strict=True)
        ]

    def batch(
        self, ops: Builder, xs: Sequence[Sym], batched: Sequence[bool], size: int, params: Any
    ) -> Sym:
        """The same operation; 0-d constants serve every element as they are."""
        operands = [
            x if has_axis or _is_number(x) else repeated(ops, x, size)
            for x, has_axis in zip(xs, batched, strict=True)
        ]
        return ops.apply(self, operands, params)


def _of_one_shape(operands: Sequence[Any]) -> tuple[Value, ...] | None:
    """The operands' values if all are values of one shape already, as most are; else None."""
    found: list[Value] = []
    for operand in operands:
        if operand.__class__ is not Sym or operand.value.type.shape != operands[0].shape:
            return None
        found.append(operand.value)
    return tuple(found)


def _is_number(x: Sym) -> bool:
    return isinstance(x.value, Constant) and not x.shape


def _reshaped(draw: Draw, shape: tuple[int, ...]) -> Draw:
    return Draw(draw.kind, shape, draw.low, draw.high, draw.distinct)


def _fit(ops: Builder, value: Value, shape: tuple[int, ...]) -> Value:
    if value.type.shape == shape or isinstance(value, Constant):
        return value
    return ops.apply(ops.catalogue["broadcast"], (value,), {"shape": shape}).value
