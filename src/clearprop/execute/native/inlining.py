"""Graphs that are called once, put in the place of their calls, so that they fuse with the rest."""

from __future__ import annotations

from collections.abc import Callable

from clearprop.graph import Graph, Guard, Node, Value, prune, replaced, tuple_of

CALLS = ("call", "custom")
"""Operations whose value is that of a graph of theirs."""


def inlined(graph: Graph) -> Graph:
    """The graph without calls of other graphs; those within bodies of loops stay.

    Its while loops keep what entered each trip only where something reads that.
    """
    while any(node.primitive.name in CALLS for node in graph.nodes):
        graph = _once(graph)
    return _unsaved(graph) if any(map(_saves, graph.nodes)) else graph


def _saves(node: Node) -> bool:
    return node.primitive.name == "while_loop" and bool(dict(node.params)["saves"])


def _once(graph: Graph) -> Graph:
    found: dict[Value, Value] = {}
    results: dict[Value, list[Value]] = {}
    nodes: list[Node] = []

    def copied(node: Node, places: dict[Value, Value]) -> None:
        operands = tuple(places.get(x, x) for x in node.operands)
        if all(new is old for new, old in zip(operands, node.operands, strict=True)):
            made = node
        else:
            made = Node(node.primitive, operands, node.params, node.type, node.provenance)
        places[node] = made
        nodes.append(made)

    for node in graph.nodes:
        params = dict(node.params)
        if node.primitive.name in CALLS:
            body = params["body"]
            given = node.operands[params.get("consts", 0) :]
            inside = {place: found.get(x, x) for place, x in zip(body.inputs, given, strict=True)}
            for inner in body.nodes:
                copied(inner, inside)
            results[node] = [inside.get(x, x) for x in body.outputs]
        elif node.primitive.name == "item" and node.operands[0] in results:
            found[node] = results[node.operands[0]][params["index"]]
        else:
            copied(node, found)
    guards = [
        Guard(found.get(each.value, each.value), each.kind, each.outcome, each.provenance)
        for each in graph.guards
    ]
    return Graph(graph.inputs, nodes, [found.get(x, x) for x in graph.outputs], guards)


def _unsaved(graph: Graph) -> Graph:
    """The graph with while loops that keep nothing which nobody reads."""
    used: dict[Value, set[int]] = {}
    for node in graph.nodes:
        if node.primitive.name == "item":
            used.setdefault(node.operands[0], set()).add(dict(node.params)["index"])

    def instead(node: Node, at: Callable[[Value], Value], nodes: list[Node]) -> Node | None:
        if not _saves(node):
            return None
        named = dict(node.params)
        cond, body, bare = named["cond"], named["body"], (len(node.type.parts) - 1) // 2
        if any(place >= bare for place in used.get(node, ())):
            return None
        count = named["consts"] + bare
        short = prune(Graph(body.inputs[:count], body.nodes, body.outputs[:bare]))
        cond = Graph(cond.inputs[:count], cond.nodes, cond.outputs)
        named.update(cond=cond, body=short, saves=False)
        operands, type_ = tuple(map(at, node.operands[:count])), tuple_of(node.type.parts[:bare])
        nodes.append(Node(node.primitive, operands, tuple(named.items()), type_, node.provenance))
        return nodes[-1]

    return prune(replaced(graph, instead))
