"""Copies of one computation in lockstep: each step of all of them as one operation on a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import final

import numpy as np

from clearprop.graph import Constant, Node, Value, constant
from clearprop.primitives import Builder, Bundle, Elementwise, Same, Sym
from clearprop.rewrite.rolling.picks import Pick, picked
from clearprop.rewrite.share import Constants

Copies = tuple[Value, ...]
"""The same value of each copy."""


@final
class Lockstep:
    """Makes batches of copies.

    Args:
        ops: What the operations are made with.
        picks: The values that are parts of arrays.
        shared: One object for equal constants.
        now: What stands for a value that is no copy.
    """

    def __init__(
        self,
        ops: Builder,
        picks: Mapping[Value, Pick],
        shared: Constants,
        now: Callable[[Value], Value],
    ) -> None:
        self.ops = ops
        self.picks = picks
        self.shared = shared
        self.now = now
        self._rows: dict[Value, Sym] = {}
        self._made: dict[Copies, tuple[Sym, bool]] = {}

    def batch(self, roots: Copies) -> Sym:
        """The copies along a leading axis."""
        pending = [roots]
        while pending:
            copies = pending[-1]
            missing = [] if copies in self._made else self._missing(copies)
            if missing:
                pending.extend(missing)
                continue
            pending.pop()
            if copies not in self._made:
                self._made[copies] = self._make(copies)
        made, is_batch = self._made[roots]
        return made if is_batch else self.ops.broadcast(made, shape=(len(roots), *made.shape))

    def _missing(self, copies: Copies) -> list[Copies]:
        """What has to be made before."""
        if not self.steps(copies):
            return []
        return [each for each in operands(copies) if each not in self._made]

    def steps(self, copies: Copies) -> bool:
        """Whether these are operations that are done in lockstep."""
        first = copies[0]
        if not isinstance(first, Node) or first in self.picks:
            return False
        return any(x is not first for x in copies)

    def _make(self, copies: Copies) -> tuple[Sym, bool]:
        """The copies' values, and whether they have the leading axis, as they differ."""
        ops, first = self.ops, copies[0]
        if isinstance(first, Constant):
            several = [self.shared.one(x) for x in copies if isinstance(x, Constant)]
            if all(x is several[0] for x in several):
                return Sym(ops, several[0]), False
            stacked = np.stack([x.value for x in several])
            return Sym(ops, self.shared.one(constant(stacked, weak=False))), True
        if all(x is first for x in copies):
            return Sym(ops, self.now(first)), False
        if first in self.picks:
            places = np.stack([self.picks[x].places for x in copies])
            ops.mark(first if isinstance(first, Node) else None, "batched")
            return picked(ops, self._row(self.picks[first].base), places), True
        if not isinstance(first, Node):
            rows = [ops.reshape(self.now(x), shape=(1, *x.type.shape)) for x in copies]
            return ops.concatenate(*rows, axis=0), True
        ops.mark(first, "batched")
        made = [self._made[each] for each in operands(copies)]
        values, flags = [value for value, _ in made], [is_batch for _, is_batch in made]
        params = dict(first.params)
        if isinstance(first.primitive, Elementwise):
            pairs = zip(values, flags, strict=True)
            values = [self._spread(x, first) if is_batch else x for x, is_batch in pairs]
        if True not in flags:
            return ops.apply(first.primitive, values, params), False
        found = first.primitive.batch(ops, values, flags, len(copies), params)
        assert not isinstance(found, Bundle), "copies are arrays"
        return (found.value, False) if isinstance(found, Same) else (found, True)

    def _row(self, base: Value) -> Sym:
        """An array as one row."""
        if base not in self._rows:
            shape = (base.type.size,)
            found = Sym(self.ops, self.now(base))
            self._rows[base] = (
                found if found.shape == shape else self.ops.reshape(found, shape=shape)
            )
        return self._rows[base]

    def _spread(self, numbers: Sym, node: Node) -> Sym:
        """Constants, one per copy, that stand beside arrays."""
        count, *rest = numbers.shape
        if len(rest) == len(node.type.shape):
            return numbers
        column = self.ops.reshape(numbers, shape=(count, *[1] * node.type.ndim))
        return self.ops.broadcast(column, shape=(count, *node.type.shape))


def operands(copies: Sequence[Value]) -> list[Copies]:
    """The operands of copies of an operation, one after the other."""
    return list(zip(*(x.operands for x in copies if isinstance(x, Node)), strict=True))
