"""In which order single numbers are computed: calls of one function wait until they are many.

The graph's order is kept but for that: a call whose operands are there waits for others of its
kind, and what needs its result waits with it. Where many operations wait, or nothing else is left,
the calls are done. So operations move a little from their places, and what is read stays near.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Container, Mapping, Sequence
from typing import Final, final

from clearprop.execute.native.singles import Argument, Batch, Code, Kept
from clearprop.execute.native.straight.recipes import Recipe
from clearprop.graph import Constant, Node, Value

MOST_IN_A_FUNCTION: Final = 250
"""From this number of entries on, the rest becomes a function of its own."""

MOST_IN_A_BATCH: Final = 64
"""So many calls are done at once."""

LEAST_IN_A_BATCH: Final = 4
"""Fewer are done one by one."""

MOST_WAITING: Final = 400
"""From this number of waiting operations on, calls are done even if they are few."""


@final
class Order:
    """Operations, put in order as they come.

    Args:
        recipes: How each operation is written.
        stored: The values that are to be written for others.

    Attributes:
        parts: What is done, in order.
    """

    def __init__(self, recipes: Mapping[Node, Recipe], stored: Container[Value]) -> None:
        self.parts: list[Code | Batch] = []
        self._recipes = recipes
        self._stored = stored
        counts = Counter([recipe.call for recipe in recipes.values() if recipe.call])
        self._often = {name for name, count in counts.items() if count >= LEAST_IN_A_BATCH}
        self._open: Code = []
        self._batches: dict[Recipe, Batch] = {}
        self._blocked: set[Value] = set()
        self._waiting: dict[Value, list[Node]] = {}
        self._missing: dict[Node, int] = {}
        self._free: deque[Node] = deque()

    def put(self, nodes: Sequence[Node]) -> list[Code | Batch]:
        """The parts that these operations make up, given in an order in which they may be done."""
        blocked = self._blocked
        for node in nodes:
            if blocked.isdisjoint(node.operands):
                self._do(node)
                self._done()
                continue
            missing = [x for x in node.operands if x in blocked]
            blocked.add(node)
            self._missing[node] = len(missing)
            for x in missing:
                self._waiting.setdefault(x, []).append(node)
            while len(self._missing) > MOST_WAITING:
                self._call_most()
                self._done()
        while self._batches:
            self._call_most()
            self._done()
        self._close()
        return self.parts

    def _done(self) -> None:
        """What waits for nothing more."""
        while self._free:
            self._do(self._free.popleft())

    def _do(self, node: Node) -> None:
        """An operation whose operands are there."""
        recipe = self._recipes[node]
        if not recipe.call or recipe.call not in self._often:
            self._write(node)
            return
        batch = self._batches.get(recipe)
        if batch is None:
            batch = self._batches[recipe] = Batch(recipe.call, node.type.dtype)
        for operand, value in enumerate(node.operands):
            self._open.append(Argument(value, batch, operand, len(batch.nodes)))
        batch.nodes.append(node)
        self._blocked.add(node)
        if len(batch.nodes) == MOST_IN_A_BATCH:
            self._call(recipe)

    def _write(self, node: Node) -> None:
        self._open.append(node)
        if len(self._open) >= MOST_IN_A_FUNCTION:
            self._close()
        if node in self._blocked:
            self._release(node)

    def _release(self, node: Node) -> None:
        """The operation is done: nobody waits for it any more."""
        self._blocked.discard(node)
        for other in self._waiting.pop(node, ()):
            self._missing[other] -= 1
            if not self._missing[other]:
                del self._missing[other]
                self._free.append(other)

    def _call_most(self) -> None:
        """Do the calls of the function that has the most."""
        self._call(max(self._batches, key=lambda recipe: len(self._batches[recipe].nodes)))

    def _call(self, recipe: Recipe) -> None:
        batch = self._batches.pop(recipe)
        batch.alone = len(batch.nodes) < LEAST_IN_A_BATCH
        if batch.alone:
            for node in batch.nodes:
                self._write(node)
            return
        self._close()
        self.parts.append(batch)
        for node in batch.nodes:
            if node in self._stored:
                self._open.append(Kept(node))
            self._release(node)

    def _close(self) -> None:
        if self._open:
            self.parts.append(self._open)
            self._open = []


def read_by(entry: object) -> Sequence[Value]:
    """The values that an entry of a stretch of code reads."""
    if entry.__class__ is Node:
        return entry.operands
    if isinstance(entry, Argument):
        return () if entry.batch.alone else (entry.value,)
    return (entry.value,) if isinstance(entry, Kept) else ()


def is_number(value: Value) -> bool:
    """Whether a value stands in the text as a number."""
    return value.__class__ is Constant and not value.type.shape
