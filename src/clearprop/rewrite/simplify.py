"""Simplification: one sweep along the graph, each operation made again in its simplest form."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass
from operator import is_
from typing import Final, final

from clearprop.graph import Constant, Graph, Guard, Node, Params, Value, prune
from clearprop.rewrite.bodies import BRANCHES, with_bodies
from clearprop.rewrite.casts import CASTS
from clearprop.rewrite.identities import IDENTITIES
from clearprop.rewrite.lifts import LIFTS, NUMBERS
from clearprop.rewrite.maker import Maker
from clearprop.rewrite.moves import MOVES
from clearprop.rewrite.products import PRODUCTS
from clearprop.rewrite.reductions import REDUCTIONS
from clearprop.rewrite.regions import REGIONS
from clearprop.rewrite.rule import Rule, Rules
from clearprop.rewrite.scattered import parts_together
from clearprop.rewrite.unused import without_unused

RULES: Final[tuple[Rule, ...]] = (
    *NUMBERS,
    *(identity.rule for identity in IDENTITIES),
    *CASTS,
    *MOVES,
    *REGIONS,
    *PRODUCTS,
    *REDUCTIONS,
    *LIFTS,
    *BRANCHES,
)
"""Every rule; of those that look at one primitive, the first that applies is taken."""

SWEEPS: Final = 64
"""One is enough, unless replacements nest very deeply, or results of loops are of no use."""


@final
@dataclass(frozen=True, slots=True)
class Simplified:
    """A simplified graph, and how it came about.

    Attributes:
        graph: The graph.
        fired: How often each rule was applied, by its name.
    """

    graph: Graph
    fired: Counter[str]


def simplify(graph: Graph) -> Graph:
    """The same function by fewer or cheaper operations.

    Constants are folded, equal operations shared, those that nothing needs dropped; identities and
    moves of elements are cancelled. Values keep their bits, but for the last of them where a rule
    says that it rounds. Derivatives stay what they were, so a simplified graph may be derived.

    Args:
        graph: A legal graph.

    Returns:
        A graph with the same inputs, outputs of the same types, and the same guards. Operations
        that stay as they are, are the same objects; each new one has the provenance of the one in
        whose place it stands. Simplifying once more changes nothing.

    >>> import clearprop as cp
    >>> print(simplify(cp.trace(lambda x: -(-x) * 1.0 + (2.0 + 3.0) * x - 0.0)(2.0)))
    graph(x: float) {
      %0: float = multiply(5.0, x)
      %1: float = add(x, %0)
      return %1
    }
    """
    return simplified(graph).graph


def simplified(graph: Graph) -> Simplified:
    """The same, with an account of the rules."""
    fired: Counter[str] = Counter()
    return Simplified(_to_the_end(graph, fired, {}), fired)


def _to_the_end(graph: Graph, fired: Counter[str], bodies: dict[Graph, Graph]) -> Graph:
    """Sweep until nothing is left to do."""
    rules = _rules()
    for _ in range(SWEEPS):
        make = Maker(rules)
        swept = _sweep(make, prune(graph), bodies)
        fired += make.fired
        graph = graph if _is_same(graph, swept) else swept
        found = parts_together(without_unused(graph))
        if found is graph and not make.unfinished:
            break
        graph = found
    return graph


@functools.cache
def _rules() -> Rules:
    """The rules, which remember from graph to graph what they look at."""
    return Rules(RULES)


def _sweep(make: Maker, graph: Graph, bodies: dict[Graph, Graph]) -> Graph:
    """Every operation made again, after its operands."""
    now: dict[Value, Value] = {value: value for value in graph.inputs}

    def found(value: Value) -> Value:
        if isinstance(value, Constant):
            return make.constant(value)
        return now[value]

    def inside(body: Graph) -> Graph:
        if body not in bodies:
            bodies[body] = _to_the_end(body, make.fired, bodies)
        return bodies[body]

    for node in graph.nodes:
        operands = tuple([now.get(operand) or found(operand) for operand in node.operands])
        params = with_bodies(node.params, inside) if node.params else node.params
        make.provenance = node.provenance
        now[node] = make.add(_made_of(node, operands, params))
    outputs = map(found, graph.outputs)
    guards = [
        Guard(found(guard.value), guard.kind, guard.outcome, guard.provenance)
        for guard in graph.guards
    ]
    return prune(Graph(graph.inputs, make.nodes, outputs, guards))


def _made_of(node: Node, operands: tuple[Value, ...], params: Params) -> Node:
    """The operation on operands of the same types; itself if nothing is new."""
    if params is node.params and operands == node.operands:
        return node
    return Node(node.primitive, operands, params, node.type, node.provenance)


def _is_same(old: Graph, new: Graph) -> bool:
    """Whether nothing has changed."""
    return (
        len(old.nodes) == len(new.nodes)
        and all(map(is_, old.nodes, new.nodes))
        and all(map(is_, old.outputs, new.outputs))
        and all(a.value is b.value for a, b in zip(old.guards, new.guards, strict=True))
    )
