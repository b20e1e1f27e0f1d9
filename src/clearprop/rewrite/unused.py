"""What goes into loops and branches, or comes out of them, to no use: they no longer have it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final, final

from clearprop.graph import Graph, Node, Params, Value, prune, replaced


@final
@dataclass(frozen=True, slots=True)
class Kept:
    """What is left of a loop or branch.

    Attributes:
        results: Which results are.
        operands: Which operands are.
        params: Its parameters then.
    """

    results: list[int]
    operands: list[int]
    params: Params


def without_unused(graph: Graph) -> Graph:
    """The graph, its loops and branches without results that nothing takes.

    What the others do not need for themselves is not carried from trip to trip either, nor handed
    in. The graph itself where all is of use.
    """
    kept = _kept(graph)
    if not kept:
        return graph

    def instead(node: Node, at: Callable[[Value], Value], nodes: list[Node]) -> Node | None:
        if node in kept:
            found = _trimmed(node, kept[node], at)
        elif node.primitive.name == "item" and node.operands[0] in kept:
            place = kept[node.operands[0]].results.index(dict(node.params)["index"])
            of = at(node.operands[0])
            params = (("index", place),)
            found = Node(node.primitive, (of,), params, node.type, node.provenance)
        else:
            return None
        nodes.append(found)
        return found

    return replaced(graph, instead)


def _kept(graph: Graph) -> dict[Value, Kept]:
    """For the loops and branches with something of no use: what is of use."""
    whole = [node for node in graph.nodes if node.primitive.name in _TRIMS]
    if not whole:
        return {}
    taken: dict[Value, set[int]] = {node: set() for node in whole}
    for node in graph.nodes:
        for x in node.operands:
            if x in taken and node.primitive.name == "item":
                taken[x].add(dict(node.params)["index"])
            elif x in taken:
                del taken[x]  # it is taken as a whole
    for value in (*graph.outputs, *(guard.value for guard in graph.guards)):
        taken.pop(value, None)
    found: dict[Value, Kept] = {}
    for node in whole:
        if node in taken:
            kept = _TRIMS[node.primitive.name](dict(node.params), taken[node])
            less = len(kept.results) < len(node.type.parts)
            if less or len(kept.operands) < len(node.operands):
                found[node] = kept
    return found


def _trimmed(node: Node, kept: Kept, at: Callable[[Value], Value]) -> Node:
    """The operation with what is kept alone."""
    operands = tuple([at(node.operands[i]) for i in kept.operands])
    type_ = node.primitive.result(tuple([x.type for x in operands]), kept.params)
    return Node(node.primitive, operands, kept.params, type_, node.provenance)


# What of each is of use ---------------------------------------------------------------------------


def _of_scan(params: dict[str, Any], taken: Collection[int]) -> Kept:
    body, consts, carries = params["body"], params["consts"], params["carries"]

    def needed(live: Collection[int]) -> set[int]:
        return {i - consts for i in _used(body, {*taken, *live}) if 0 <= i - consts < carries}

    live = _live({i for i in taken if i < carries}, needed)
    results = sorted({*taken, *live})
    inside = _used(body, results) | {consts + i for i in live}
    params["body"] = _only(body, inside, results)
    params["consts"] = sum(i < consts for i in inside)
    params["carries"] = len(live)
    return Kept(results, sorted(inside), tuple(params.items()))


def _of_while_loop(params: dict[str, Any], taken: Collection[int]) -> Kept:
    """What the condition looks at is needed; what entered each trip is kept if it is taken."""
    cond, body, consts = params["cond"], params["body"], params["consts"]
    decides, carries = _used(cond, [0]), len(body.outputs)
    bare = (carries - 1) // 2 if params["saves"] else carries
    params["saves"] = any(i >= bare for i in taken)

    def needed(live: Collection[int]) -> set[int]:
        return {i - consts for i in _used(body, live) | decides if i >= consts}

    live = set(range(carries)) if params["saves"] else _live(set(taken), needed)
    inside = _used(body, live) | decides | {consts + i for i in live}
    params["cond"] = _only(cond, inside, [0])
    params["body"] = _only(body, inside, live)
    params["consts"] = sum(i < consts for i in inside)
    return Kept(sorted(live), sorted(inside), tuple(params.items()))


def _of_cond(params: dict[str, Any], taken: Collection[int]) -> Kept:
    results, branches = sorted(taken), ("on_true", "on_false")
    inside = {i for name in branches for i in _used(params[name], results)}
    params |= {name: _only(params[name], inside, results) for name in branches}
    return Kept(results, [0, *(1 + i for i in sorted(inside))], tuple(params.items()))


def _live(live: set[int], needed: Callable[[Collection[int]], set[int]]) -> set[int]:
    """Carries, and those that they need, and so on."""
    while not (more := needed(live)) <= live:
        live = live | more
    return live


def _used(body: Graph, results: Iterable[int]) -> set[int]:
    """Which inputs those outputs need."""
    kept = prune(body, [body.outputs[i] for i in sorted(results)])
    values = {x for node in kept.nodes for x in node.operands}
    values.update(kept.outputs, (guard.value for guard in kept.guards))
    return {i for i, x in enumerate(body.inputs) if x in values}


def _only(body: Graph, operands: Iterable[int], results: Iterable[int]) -> Graph:
    """The graph of those inputs and outputs alone."""
    kept = prune(body, [body.outputs[i] for i in sorted(results)])
    inputs = [body.inputs[i] for i in sorted(operands)]
    return Graph(inputs, kept.nodes, kept.outputs, kept.guards)


_TRIMS: Final[dict[str, Callable[[dict[str, Any], Collection[int]], Kept]]] = {
    "scan": _of_scan,
    "while_loop": _of_while_loop,
    "cond": _of_cond,
}
