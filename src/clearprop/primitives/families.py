"""The families: what a primitive's file must say, and how the two directions follow from it.

========== ======================================= =====================================
family     the file gives                          used for
========== ======================================= =====================================
Elementwise the local partials, number by number   arithmetic, exp, where, comparisons, …
Linear     the transpose                           sum, reshape, gather, cast, …
Bilinear   the two transposes                      products
General    a jvp and a vjp                         max, prod, …
Discrete   nothing: integers have no tangent       argmax, any, …
========== ======================================= =====================================
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, final

import numpy as np

from clearprop.errors import DtypeError, ShapeError
from clearprop.graph import Constant, Node, Params, Type, Value, type_of
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.primitive import Primitive
from clearprop.primitives.samples import Awkward, Draw, Sample
from clearprop.primitives.signatures import check_call

NUMBERS: Final = (bool, int, float, complex, np.bool_, np.number)

TypeRule = Callable[..., Type]
"""``rule(*types, **params)``: the result's type, or a ShapeError or DtypeError."""


@final
class Elementwise(Primitive):
    """An operation on each element by itself; operands have one shape, or are 0-d constants.

    Args:
        name: Its name, the same as its file's.
        value: ``value(xp, *operands)``.
        partials: ``partials(ops, y, *operands)``: the local partial by each operand: a Sym, a
            number (the ints 1 and −1 are structural), or None for "no path".
        formula: LaTeX with ``@0``, ``@1`` for the operands.
        domain: A 0-d draw per operand, inside which the partials are smooth.
        awkward: Points where the partial is a decision.
        ufunc: The NumPy ufunc that it computes, which settles the dtypes.
        accepts: Kinds of dtype that the operands may have.
        gives: ``"same"`` dtype as the operands, or ``"bool"``.
        masks: How many leading operands are boolean masks.
        symbol: Python's operator, if it has one; then weak operands give a weak result.
    """

    family = "elementwise"

    def __init__(
        self,
        name: str,
        *,
        value: Callable[..., Any],
        partials: Callable[..., tuple[Sym | float | None, ...]],
        formula: str,
        domain: tuple[Draw, ...],
        awkward: Sequence[Awkward] = (),
        ufunc: np.ufunc | None = None,
        accepts: str = "f",
        gives: Literal["same", "bool"] = "same",
        masks: int = 0,
        symbol: str = "",
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
        self, ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Sym | None], params: Any
    ) -> Sym | None:
        """The sum over the operands of tangent times partial."""
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
        self, ops: Builder, y: Sym, xs: Sequence[Sym], cotangent: Sym, needed: Any, params: Any
    ) -> Sequence[Sym | None]:
        """Cotangent times partial, operand by operand."""
        ops.role("partial")
        partials = self.partials(ops, y, *xs)
        ops.role("adjoint")
        return [
            ops.scale(cotangent, partial) if need else None
            for partial, need in zip(partials, needed, strict=True)
        ]


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
    ) -> None:
        super().__init__(name, value=value, formula=formula, samples=samples)
        self.rule = result

    def type_rule(self, types: tuple[Type, ...], params: Params) -> Type:
        """As the file says, once the call fits the rule's signature."""
        named = dict(params)
        check_call(self.name, self.rule, types, named)
        return self.rule(*types, **named)

    def conform(self, ops: Builder, operands: Sequence[Any]) -> tuple[Value, ...]:
        """Operands as they are."""
        return tuple(ops.sym(operand).value for operand in operands)


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
        linear: The positions of the linear operands; None for all.
        view: Whether NumPy returns a view of the first operand.
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
        linear: tuple[int, ...] | None = None,
        view: bool = False,
    ) -> None:
        super().__init__(name, value=value, result=result, formula=formula, samples=samples)
        self.transpose = transpose
        self.linear = linear
        self.view = view

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
        symbol: str = "",
    ) -> None:
        super().__init__(name, value=value, result=result, formula=formula, samples=samples)
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


@final
class General(Ruled):
    """An operation whose file gives both directions itself.

    Args:
        name: Its name.
        value: ``value(xp, *operands, **params)``.
        result: The type rule.
        tangent: ``tangent(ops, y, xs, tangents, **params)``: the tangent of the result.
        cotangents: ``cotangents(ops, y, xs, ct, **params)``: a cotangent per operand.
        formula: LaTeX.
        samples: Sample calls.
    """

    family = "general"

    def __init__(
        self,
        name: str,
        *,
        value: Callable[..., Any],
        result: TypeRule,
        tangent: Callable[..., Sym | None],
        cotangents: Callable[..., Sequence[Sym | None]],
        formula: str,
        samples: Sequence[Sample],
    ) -> None:
        super().__init__(name, value=value, result=result, formula=formula, samples=samples)
        self.tangent = tangent
        self.cotangents = cotangents

    def jvp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Sym | None], params: Any
    ) -> Sym | None:
        """As the file says."""
        return self.tangent(ops, y, xs, tangents, **params)

    def vjp(
        self, ops: Builder, y: Sym, xs: Sequence[Sym], cotangent: Sym, needed: Any, params: Any
    ) -> Sequence[Sym | None]:
        """As the file says."""
        return self.cotangents(ops, y, xs, cotangent, **params)


@final
class Discrete(Ruled):
    """An operation with integer or boolean results, or one that cuts the path on purpose.

    Args:
        name: Its name.
        value: ``value(xp, *operands, **params)``.
        result: The type rule.
        formula: LaTeX.
        samples: Sample calls.
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


def _reshaped(draw: Draw, shape: tuple[int, ...]) -> Draw:
    return Draw(draw.kind, shape, draw.low, draw.high, draw.distinct)


def _fit(ops: Builder, value: Value, shape: tuple[int, ...]) -> Value:
    if value.type.shape == shape or isinstance(value, Constant):
        return value
    return ops.apply(ops.catalogue["broadcast"], (value,), {"shape": shape}).value
