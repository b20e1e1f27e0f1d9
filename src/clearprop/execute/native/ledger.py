"""What is known of each value while a graph is planned: where it lies, when, and in which loop.

Every value that is computed element by element belongs to a *cluster*: the loop over one domain at
one *stage*. Stages run one after the other; what crosses from one to another goes through memory,
unless it is cheaper to compute it twice.
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from math import prod
from typing import Any, Final

from clearprop.execute.native.clusters import Cluster, loops_of
from clearprop.execute.native.lanes import LANES, lanes_loop
from clearprop.execute.native.layouts import Buffer, Layout, whole
from clearprop.execute.native.pieces import is_pieced
from clearprop.execute.native.steps import Loop, Step
from clearprop.execute.native.straight.planning import straight
from clearprop.execute.native.terms import Term
from clearprop.graph import Constant, Graph, Input, Node, Value

MOST_IN_A_LOOP: Final = 250
"""From this number of operations on, the rest of a cluster becomes a loop of its own."""

CHEAP: Final = 3
"""Up to this cost a value is computed again rather than stored for another loop."""

PIECE_CHEAP: Final = 24
"""The same for what is put together from parts, which is stored only to be read once."""

_COSTS: Final = {"divide": 4, "power": 30, "cast": 1, "floor_divide": 10, "remainder": 10}

Key = tuple[int, tuple[int, ...]]
"""A cluster's stage and domain."""


class Ledger:
    """The books of a plan.

    Attributes:
        graph: The graph.
        steps: What is done, in order, once it is assembled.
        constants: The buffers that hold constants.
    """

    def __init__(self, graph: Graph, outputs: Sequence[Value]) -> None:
        self.graph = graph
        self.steps: list[Step] = []
        self.constants: dict[Buffer, Constant] = {}
        self._buffers = 0
        self._layouts: dict[Value, Layout] = {}
        self._ready: dict[Value, int] = {}
        self._keys: dict[Value, Key] = {}
        self._clusters: defaultdict[Key, Cluster] = defaultdict(Cluster)
        self._staged: list[tuple[int, Step]] = []
        self._open: dict[tuple[int, ...], int] = {}
        self._constants: dict[Any, Layout] = {}
        self._memory: set[Value] = set()
        self._owned: set[Value] = set()
        self._given: set[Buffer] = set()
        self._folding: dict[Node, Key] = {}
        self._behind: defaultdict[Key, set[Key]] = defaultdict(set)
        operands = chain.from_iterable([node.operands for node in graph.nodes])
        self._uses = Counter(chain(outputs, operands))

    # Memory ---------------------------------------------------------------------------------------

    def _buffer(self, type_: Any) -> Buffer:
        self._buffers += 1
        return Buffer(self._buffers - 1, type_)

    def _place(self, value: Input | Node) -> Buffer:
        """A new buffer for the value."""
        buffer = self._buffer(value.type)
        self._layouts[value] = whole(buffer)
        self._ready[value] = 0
        if isinstance(value, Node):
            self._owned.add(value)
        return buffer

    def _layout(self, value: Value) -> Layout:
        """Where the value lies; from now on it is in memory."""
        if isinstance(value, Constant):
            return self._constant(value)
        if value in self._keys:
            self._store(value)
        return self._layouts[value]

    def _constant(self, value: Constant) -> Layout:
        if value.key not in self._constants:
            found = whole(self._buffer(value.type))
            self._constants[value.key] = found
            self.constants[found.buffer] = value
        return self._constants[value.key]

    def _store(self, node: Value) -> None:
        """Have a fused value written to memory."""
        if node not in self._memory:
            self._memory.add(node)
            self._layouts[node] = whole(self._buffer(node.type))
            self._owned.add(node)
            self._clusters[self._keys[node]].stored.append(node)

    def _after(self, values: Iterable[Value]) -> int:
        """The first stage at which all the values are in memory."""
        return max((self._ready.get(value, 0) for value in values), default=0) + 1

    def _copy(self, stage: int, source: Layout | Term, to: Layout) -> None:
        """Write a layout's elements, or a number, to another place."""
        if prod(to.shape):
            self._clusters[stage, to.shape].copies.append((source, to))

    def _stage_for(self, stage: int, domain: tuple[int, ...]) -> int:
        """From that stage on the first whose cluster has room."""
        if is_single(domain):
            return stage
        stage = max(stage, self._open.get(domain, 0))
        while self._clusters[stage, domain].count >= MOST_IN_A_LOOP:
            stage += 1
        return stage

    def _join(self, node: Node, stage: int, domain: tuple[int, ...]) -> None:
        stage = self._stage_for(stage, domain)
        cluster = self._clusters[stage, domain]
        cluster.count += 1
        cluster.members.append(node)
        if cluster.count >= MOST_IN_A_LOOP and self._open.get(domain, 1) == stage:
            self._open[domain] = stage + 1
        self._belong(node, (stage, domain))

    def _belong(self, node: Node, key: Key) -> None:
        """Have a value computed in that cluster."""
        self._keys[node] = key
        self._ready[node] = key[0]

    def _emit(self, value: Value) -> Buffer:
        """The buffer of an output, which nothing else is."""
        layout = self._layout(value)
        if value in self._owned and layout.buffer not in self._given:
            self._given.add(layout.buffer)
            return layout.buffer
        buffer = self._buffer(value.type)
        self._copy(self._ready.get(value, 0) + 1, layout, whole(buffer))
        return buffer

    # From clusters to loops -----------------------------------------------------------------------

    def _cross(self) -> None:
        """Store what one cluster computes and another needs, unless it is cheap."""
        keys, memory = self._keys, self._memory
        for node in self.graph.nodes:
            mine = keys.get(node) or self._folding.get(node)
            if mine is None:
                continue
            for operand in node.operands:
                theirs = keys.get(operand)
                if theirs is None or theirs is mine or theirs == mine or operand in memory:
                    continue
                if theirs[1] != mine[1] and LANES in (*theirs[1][1:], *mine[1][1:]):
                    self._store(operand)
                    continue
                again = PIECE_CHEAP if is_pieced(node) else CHEAP
                if self._clusters[theirs].cuts or self._cost(operand, again) > again:
                    self._store(operand)

    def _cost(self, node: Value, limit: int) -> int:
        """What it takes to compute a fused value from memory; the answer may stop at the limit."""
        assert isinstance(node, Node), "only operations are fused"
        cost = _COSTS.get(node.primitive.name, 1 if _is_simple(node) else 10)
        for operand in node.operands:
            if cost > limit:
                break
            if operand in self._keys and operand not in self._memory:
                cost += self._cost(operand, limit - cost)
        return cost

    def _assemble(self) -> None:
        for stage, domain in self._in_order():
            cluster = self._clusters[stage, domain]
            if cluster.stored or cluster.folds or cluster.copies:
                loops = self._loops((stage, domain), cluster)
                self._staged.extend((stage, loop) for loop in loops)
        self._staged.sort(key=lambda pair: pair[0])
        self.steps = [step for _, step in self._staged]

    def _in_order(self) -> list[Key]:
        """The clusters, each behind those of its own stage that it reads.

        One reads another where it puts parts together that the other computes as a whole. As that
        puts none together then, no two of them read each other.
        """
        found: dict[Key, None] = {}
        pending = [*reversed(self._clusters)]
        while pending:
            key = pending[-1]
            missing = [before for before in self._behind[key] if before not in found]
            if missing:
                pending.extend(missing)
                continue
            pending.pop()
            found[key] = None
        return [*found]

    def _loops(self, key: Key, cluster: Cluster) -> Sequence[Step]:
        def is_inside(value: Value) -> bool:
            mine = self._keys.get(value)
            return mine is not None and (mine == key or value not in self._memory)

        if key[1][1:] == (LANES,):
            return [lanes_loop(cluster, key[1][0], is_inside, self._layout)]
        if cluster.count > MOST_IN_A_LOOP and is_single(key[1]):

            def loop() -> Loop:
                return loops_of(cluster, key[1], is_inside, self._layout)[0]

            return [straight(cluster, is_inside, self._layout, self._number, loop)]
        return loops_of(cluster, key[1], is_inside, self._layout)

    def _number(self, node: Node) -> int:
        """The node's place in the graph."""
        return self._numbers[node]

    @functools.cached_property
    def _numbers(self) -> dict[Value, int]:
        """The place of each node in the graph."""
        return {node: number for number, node in enumerate(self.graph.nodes)}


@functools.cache
def is_single(domain: tuple[int, ...]) -> bool:
    """Whether a domain has one element, so that no loop is needed, however much is done there."""
    return all(length == 1 for length in domain)


def _is_simple(node: Node) -> bool:
    return node.primitive.name in _SIMPLE


_SIMPLE: Final = frozenset(
    {
        *("add", "subtract", "multiply", "negative", "absolute", "where", "maximum", "minimum"),
        *("less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "invert"),
        *("logical_and", "logical_or", "logical_not", "bitwise_and", "bitwise_or"),
    }
)
