"""Gates: where a slope counts at all, as a fact of the graph and not of numbers.

``where(mask, a, b)`` leads no path into the branch that it does not take. Written down as a slope
of 0, that would be lost again: further up 0 meets the partials of that branch, and 0 · ∞ is NaN, as
for ``where(x > 0, sqrt(x), 0)`` at 0. So the slope carries a *gate*, the condition under which it
counts. Where the gate is closed the slope is none, whatever number stands in its place. Products
leave the gate as it is; one ``where`` closes it (:func:`settled`) when the slope leaves the
elements that the gate speaks of, or meets a slope with another gate. Two slopes whose gates are
opposite meet in a single ``where``: the derivative of a choice is the choice of the derivatives.

A gate is a list of alternatives, each of boolean values and the outcomes wanted of them: a
condition in disjunctive normal form, so that opposite gates can be seen to be opposite. A long one
is computed and becomes a single boolean value, so that each meeting costs one operation at most.

What else was considered:

- *Strong zeros*, 0 · x = 0 for every x, hide that 0 · √x has no derivative at 0. They are facts of
  numbers, and every product would pay for them.
- *Safe operands*, √(where(x > 0, x, 1)) in place of √x, are what one writes by hand elsewhere. Each
  operation would have to know a harmless operand, and the function's own graph would change.
- *A select for each partial* gives the same numbers for a select per operation; here it is one per
  chain of operations, and none without a choice.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, final

from clearprop.graph import Shape, Value

if TYPE_CHECKING:
    from clearprop.primitives.builder import Builder, Sym

Wishes = Mapping[Value, bool]
"""Boolean values, each with the outcome that is wanted of it."""

MOST_WISHES: Final = 3
"""A gate of more wishes is computed."""


@final
class Gate:
    """The condition under which a slope counts, element by element.

    Args:
        alternatives: The gate is open where all wishes of one of them come true.
    """

    __slots__ = ("_mask", "alternatives")

    def __init__(self, alternatives: Iterable[Wishes]) -> None:
        self.alternatives: Sequence[Wishes] = tuple(alternatives)
        self._mask: Sym | None = None

    @property
    def long(self) -> bool:
        """Whether it should be computed."""
        return sum(map(len, self.alternatives)) > MOST_WISHES

    @property
    def shape(self) -> Shape:
        """The shape of the elements that it speaks of."""
        shapes = [value.type.shape for wishes in self.alternatives for value in wishes]
        return next((shape for shape in shapes if shape), ())

    def both(self, other: Gate) -> Gate | None:
        """Open where both are; None if that is nowhere."""
        pairs = [
            {**a, **b}
            for a in self.alternatives
            for b in other.alternatives
            if all(b.get(value, wanted) == wanted for value, wanted in a.items())
        ]
        return Gate(pairs) if pairs else None

    def either(self, other: Gate) -> Gate | None:
        """Open where one of them is; None if that is everywhere."""
        alternatives = _simplified([*self.alternatives, *other.alternatives])
        return Gate(alternatives) if all(alternatives) else None

    def opposite(self, other: Gate) -> tuple[Value, bool, Gate | None] | None:
        """If they differ in one wish: what it is of, what this one wants, and the rest of both."""
        if not len(self.alternatives) == len(other.alternatives) == 1:
            return None
        (mine,), (theirs,) = self.alternatives, other.alternatives
        value = _opposed(mine, theirs)
        if value is None:
            return None
        rest = _shared([mine, theirs])
        return value, mine[value], Gate([rest]) if rest else None

    def mask(self, ops: Builder) -> Sym:
        """The gate as a boolean value."""
        if self._mask is None:
            alternatives = [
                functools.reduce(ops.logical_and, [_wish(ops, *wish) for wish in wishes.items()])
                for wishes in self.alternatives
            ]
            self._mask = functools.reduce(ops.logical_or, alternatives)
        return self._mask

    def close(self, ops: Builder, value: Sym) -> Sym:
        """The value where the gate is open, 0 where it is closed."""
        if len(self.alternatives) == 1 and len(self.alternatives[0]) == 1:
            ((mask, wanted),) = self.alternatives[0].items()
            return _chosen(ops, mask, wanted, value, 0)
        closed: Sym = ops.where(self.mask(ops), value, 0)
        return closed

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Gate)
            and len(self.alternatives) == len(other.alternatives)
            and all(wishes in other.alternatives for wishes in self.alternatives)
        )

    __hash__ = None  # type: ignore[assignment]


@final
class Gated:
    """A slope, or a partial, that counts only where a gate is open.

    Args:
        value: The slope; of a partial also a number, of which 1 and −1 are structural facts.
        gate: Where it counts.
        closed: Whether the value is known to be 0 where it does not count.
    """

    __slots__ = ("closed", "gate", "value")

    def __init__(self, value: Any, gate: Gate, closed: bool = False) -> None:
        self.value = value
        self.gate = gate
        self.closed = closed


def of(mask: Sym, wanted: bool = True) -> Gate:
    """The gate that is open where the mask has the wanted outcome."""
    return Gate([{mask.value: wanted}])


def settled(ops: Builder, slope: Any) -> Any:
    """The slope without its gate: 0 where it does not count. Slopes without one stay themselves."""
    if slope.__class__ is not Gated:
        return slope
    if not slope.closed:
        slope.value, slope.closed = slope.gate.close(ops, slope.value), True
    return slope.value


def scaled(ops: Builder, slope: Sym | Gated, partial: Any) -> Sym | Gated | None:
    """A slope times a partial, of which one has a gate, or both."""
    gate: Gate | None
    if not isinstance(slope, Gated):
        return _gated(ops.scale(slope, partial.value), partial.gate)
    if isinstance(partial, Gated):
        gate = partial.gate.both(slope.gate)
        if gate is not None and gate.long:
            gate = of(ops.logical_and(partial.gate.mask(ops), slope.gate.mask(ops)))
        return None if gate is None else _gated(ops.scale(slope.value, partial.value), gate)
    stays = isinstance(partial, int | float) and math.isfinite(partial)
    return _gated(ops.scale(slope.value, partial), slope.gate, stays and slope.closed)


def joined(ops: Builder, a: Any, b: Any) -> Any:
    """The sum of two slopes; opposite gates make it a choice."""
    if not isinstance(a, Gated) or not isinstance(b, Gated):
        return settled(ops, a) + settled(ops, b)
    if a.gate == b.gate:
        return Gated(a.value + b.value, a.gate, a.closed and b.closed)
    apart = a.gate.opposite(b.gate)
    if apart is not None:
        mask, wanted, rest = apart
        value = _chosen(ops, mask, wanted, a.value, b.value)
        return value if rest is None else Gated(value, rest, a.closed and b.closed)
    value = settled(ops, a) + settled(ops, b)
    gate = a.gate.either(b.gate)
    if gate is not None and gate.long:
        gate = of(ops.logical_or(a.gate.mask(ops), b.gate.mask(ops)))
    return value if gate is None else Gated(value, gate, closed=True)


def _gated(value: Sym | None, gate: Gate, closed: bool = False) -> Gated | None:
    return None if value is None else Gated(value, gate, closed)


def _wish(ops: Builder, value: Value, wanted: bool) -> Sym:
    if wanted:
        return ops.sym(value)
    if value not in ops.negations:
        ops.negations[value] = ops.logical_not(value)
    return ops.negations[value]


def _chosen(ops: Builder, mask: Value, wanted: bool, yes: Any, no: Any) -> Sym:
    """The one value where the mask has the wanted outcome, the other elsewhere."""
    return ops.where(mask, yes, no) if wanted else ops.where(mask, no, yes)


def _opposed(a: Wishes, b: Wishes) -> Value | None:
    """The value of which one wants true and the other false, if all else is the same."""
    if a.keys() != b.keys():
        return None
    apart = [value for value, wanted in a.items() if b[value] != wanted]
    return apart[0] if len(apart) == 1 else None


def _shared(alternatives: Sequence[Wishes]) -> Wishes:
    """The wishes that all alternatives have."""
    first, *rest = alternatives
    return {
        value: wanted
        for value, wanted in first.items()
        if all(wishes.get(value) == wanted for wishes in rest)
    }


def _simplified(alternatives: Sequence[Wishes]) -> Sequence[Wishes]:
    """The same condition: what holds with a wish and with its opposite holds without either."""
    waiting, kept = list(alternatives), list[Wishes]()
    while waiting:
        wishes = waiting.pop(0)
        partner = next((other for other in kept if _opposed(other, wishes) is not None), None)
        if partner is not None:
            kept.remove(partner)
            waiting.insert(0, _shared([partner, wishes]))
        elif not any(other.items() <= wishes.items() for other in kept):
            kept = [other for other in kept if not wishes.items() <= other.items()]
            kept.append(wishes)
    return kept
