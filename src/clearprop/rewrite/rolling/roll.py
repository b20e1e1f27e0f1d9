"""Rolling up: terms of a sum that are computed alike become one computation on arrays.

A loop of Python's over points, units or steps leaves a copy of its body in the graph for each trip.
Where the copies are added up, as those of a loss are, or put into one array, they are found by
their kinds, walked in lockstep, and batched like a function under ``vmap``; what is left is one
copy, on arrays, and a reduction. Its own terms may be copies again: a network that was written unit
by unit becomes products of matrices. Derivatives of the result are taken of one copy.

Kinds are numbered as in A. P. Ershov, *On programming of arithmetic operations*, Communications of
the ACM 1 (1958); the time taken grows with the number of operations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, final

import numpy as np

from clearprop.graph import Derived, Graph, Guard, Node, Value, prune, written_at
from clearprop.primitives import Builder, Sym
from clearprop.primitives.batching import moved
from clearprop.rewrite.rolling.copies import Copies, Lockstep, operands
from clearprop.rewrite.rolling.kinds import common, kinds_of
from clearprop.rewrite.rolling.picks import picks_of, put
from clearprop.rewrite.rolling.seeds import Seed, seeds_of
from clearprop.rewrite.share import Constants

LARGE: Final = 300
"""Graphs of fewer operations stay as they are: single numbers are kept in registers."""

MANY: Final = 8
"""How many copies there must be at first."""

FEW: Final = 4
"""How many there must be of what is done to arrays already."""

GAIN: Final = 0.9
"""Which share of the operations may be left at most."""

ROUNDS: Final = 8
"""How deep loops within loops are rolled up."""


def rolled(graph: Graph, builder: Callable[[], Builder]) -> Graph:
    """The same function, with copies of a computation as one on arrays.

    Args:
        graph: A legal graph.
        builder: Makes a new builder.

    Returns:
        A graph with the same inputs, outputs of the same types, and the same guards; the graph
        itself where nothing is gained. Sums are taken in another order, so their last bits differ.

    >>> import clearprop as cp, numpy as np
    >>> from clearprop.derive import PASSES
    >>> from clearprop.rewrite import simplify
    >>> def f(w, xs=np.arange(400.0).tolist()):
    ...     return sum(np.sin(w * x) for x in xs)
    >>> graph = cp.trace(f)(2.0)
    >>> print(len(graph.nodes), len(simplify(rolled(graph, PASSES.builder)).nodes))
    1200 5
    """
    fewest, shared = MANY, Constants()
    for _ in range(ROUNDS if len(graph.nodes) >= LARGE else 0):
        round_ = _Rolling(graph, builder(), shared, fewest)
        found = prune(round_.graph() if round_.chosen else graph)
        if len(found.nodes) > GAIN * len(graph.nodes):
            break
        graph, fewest = found, FEW
    return graph


@final
class _Rolling:
    """One round."""

    def __init__(self, source: Graph, ops: Builder, shared: Constants, fewest: int) -> None:
        self.source = source
        self.ops = ops
        self.shared = shared
        self.fewest = fewest
        self.picks = common(source, picks_of(source), shared)
        self.changed: dict[Value, Value] = {}
        self.lockstep = Lockstep(ops, self.picks, shared, self.now)
        self.chosen = self._chosen()

    def now(self, value: Value) -> Value:
        """What stands for the value."""
        return self.changed.get(value, value)

    def graph(self) -> Graph:
        """The new graph, in which not every operation is needed."""
        for node in self.source.nodes:
            found = self.chosen.get(node)
            if found is None:
                self._add(node)
            else:
                makes = {"add": self._sum, "assign": self._written}
                make = makes.get(node.primitive.name, self._array)
                self.changed[node] = make(found).value
        for node in self.ops.nodes:  # what stood for many is not kept for the sake of a line
            if isinstance(node.provenance, Derived):
                node.provenance = written_at(node)
        outputs = map(self.now, self.source.outputs)
        guards = [
            Guard(self.now(guard.value), guard.kind, guard.outcome, guard.provenance)
            for guard in self.source.guards
        ]
        return Graph(self.source.inputs, self.ops.nodes, outputs, guards)

    def _chosen(self) -> dict[Value, Seed]:
        """What is replaced; what stands in a copy is rolled up with it."""
        kinds = kinds_of(self.source, self.picks, self.shared)
        chosen: dict[Value, Seed] = {}
        copied: set[Value] = set()
        known: set[Copies] = set()
        for found in seeds_of(self.source, kinds, self.fewest):
            if found.root in copied or not _apart(found):
                continue
            chosen[found.root] = found
            pending: list[Copies] = [*found.groups]
            while pending:
                copies = pending.pop()
                if copies not in known and self.lockstep.steps(copies):
                    copied.update(copies)
                    pending.extend(operands(copies))
                known.add(copies)
        return chosen

    def _add(self, node: Node) -> None:
        """The operation itself, or the same on what is new."""
        values = tuple([self.changed.get(x, x) for x in node.operands])
        if values == node.operands:
            self.ops.nodes.append(node)
        else:
            self.ops.mark(node, "batched")
            self.changed[node] = self.ops.append(node.primitive, values, node.params)

    def _sum(self, found: Seed) -> Sym:
        """Sums over batches in place of a chain of additions."""
        ops, root = self.ops, found.root
        batches = [self.lockstep.batch(group) for group in found.groups]
        ops.mark(root, "batched")
        total, *parts = [ops.sum(batch, axes=(0,)) for batch in batches]
        for part in (*parts, *map(self.now, found.rest)):
            total = total + part
        if total.type is root.type:
            return total
        return ops.cast(total, dtype=root.type.dtype, weak=True)

    def _array(self, found: Seed) -> Sym:
        """A batch in place of parts in a row."""
        ops, root = self.ops, found.root
        batch = self.lockstep.batch(found.groups[0])
        ops.mark(root, "batched")
        axis = dict(root.params)["axis"]
        row = moved(ops, batch, 0, axis)
        return ops.reshape(row, shape=root.type.shape)

    def _written(self, found: Seed) -> Sym:
        """Batches written into an array, in place of parts; none lies over another."""
        ops, root = self.ops, found.root
        writes = list(found.writes.values())
        base = Sym(ops, self.now(writes[0].operands[0]))
        for group in found.groups:
            batch = self.lockstep.batch(group)
            ops.mark(root, "batched")
            places = np.stack([_places(found.writes[update]) for update in group])
            base = put(ops, base, batch, places)
        for update in found.rest:
            ops.mark(found.writes[update], "batched")
            params = found.writes[update].params
            base = ops.assign(base, Sym(ops, self.now(update)), **dict(params))
        return base


def _apart(found: Seed) -> bool:
    """Whether writes, if it is any, go to different places of one array."""
    places = [_places(node).reshape(-1) for node in found.writes.values()]
    if not places:
        return True
    flat = np.concatenate(places)
    return np.unique(flat).size == flat.size


def _places(write: Node) -> np.ndarray[Any, Any]:
    """Where an assignment writes, counted in C order."""
    params, places = dict(write.params), np.zeros((), np.int64)
    axes = zip(write.type.shape, params["start"], params["stop"], params["step"], strict=True)
    for length, start, stop, step in axes:
        places = np.add.outer(places * length, np.arange(start, stop, step))
    return places
