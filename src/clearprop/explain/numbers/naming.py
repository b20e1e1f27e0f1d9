"""A name for every value of a graph: the user's own where there is one, else v1, v2 and so on.

The name of a node is the variable to which the source assigns it. One instruction may record
several nodes (``np.mean`` sums, then divides); then only what the instruction ends with is called
by the variable. A name that comes twice, as in a loop, gets a number: ``t``, ``t_2``, ``t_3``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clearprop.graph import Graph, Node, Value, name_of

Names = dict[Value, str]


def names_of(graph: Graph) -> Names:
    """A unique name for each input and for each node that depends on one, in the graph's order.

    >>> import clearprop as cp
    >>> def f(a, b):
    ...     c = a + b
    ...     return c * (b + 1)
    >>> list(names_of(cp.trace(f)(2.0, 1.0)).values())
    ['a', 'b', 'c', 'v1', 'v2']
    """
    nodes = dependent_nodes(graph)
    names: Names = {}
    taken = _Taken(value.name for value in graph.inputs)
    for value in graph.inputs:
        names[value] = taken.unique(value.name or "x", first=True)
    own = _own_names(nodes)
    count = 0
    reserved = {*own, *names.values()}
    for node, name in zip(nodes, own, strict=True):
        while not name:
            count += 1
            name = f"v{count}" if f"v{count}" not in reserved else ""
        names[node] = taken.unique(name)
    return names


def dependent_nodes(graph: Graph) -> list[Node]:
    """The nodes whose value depends on an input; the others are constants in effect."""
    depends: set[Value] = set(graph.inputs)
    nodes = []
    for node in graph.nodes:
        if not depends.isdisjoint(node.operands):
            depends.add(node)
            nodes.append(node)
    return nodes


def _own_names(nodes: Sequence[Node]) -> list[str]:
    """What the source calls each node; empty if nothing."""
    names = [""] * len(nodes)
    start = 0
    while start < len(nodes):
        end = start + 1
        provenance = nodes[start].provenance
        while provenance is not None and end < len(nodes) and nodes[end].provenance is provenance:
            end += 1
        name = name_of(nodes[start])
        if name:
            period = _period([node.primitive for node in nodes[start:end]])
            for place in range(start + period - 1, end, period):
                names[place] = name
        start = end
    return names


def _period(operations: Sequence[object]) -> int:
    """How many nodes one execution of the instruction records: the shortest pattern that repeats.

    >>> _period(["sum", "divide"]), _period(["add", "add"]), _period("mean" * 3)
    (2, 1, 4)
    """
    # The failure function of Knuth, Morris and Pratt: the longest border of each prefix.
    borders = [0] * len(operations)
    for place in range(1, len(operations)):
        border = borders[place - 1]
        while border and operations[place] != operations[border]:
            border = borders[border - 1]
        borders[place] = border + (operations[place] == operations[border])
    period = len(operations) - borders[-1]
    return period if len(operations) % period == 0 else len(operations)


class _Taken:
    """The names that are used already, and how often each was asked for."""

    def __init__(self, reserved: Iterable[str]) -> None:
        self.counts: dict[str, int] = {}
        self.used: set[str] = set()
        self.reserved = set(reserved)

    def unique(self, name: str, *, first: bool = False) -> str:
        """The name itself, or with the next free number; ``first`` may take a reserved name."""
        found, count = name, self.counts.get(name, 1)
        while found in self.used or (found in self.reserved and not first):
            count += 1
            found = f"{name}_{count}"
        self.counts[name] = count
        self.used.add(found)
        return found
