"""Batching: a function of one element as a function of many, by a leading axis on what differs.

Each operation is replaced by one that does the same for a whole batch; what no element of the batch
changes stays as it is. Source: the flattening of nested parallelism in G. E. Blelloch and G. W.
Sabot, *Compiling collection-oriented languages onto massively parallel computers*, Journal of
Parallel and Distributed Computing 8 (1990).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from clearprop.graph import Graph, Guard, Input, Node, Value, constant, prune
from clearprop.primitives import Builder, Bundle, Projection, Same, Sym
from clearprop.primitives.batching import batched_type, repeated


def batch(
    ops: Builder,
    graph: Graph,
    batched: Sequence[bool],
    size: int,
    *,
    always: Sequence[bool] | bool = False,
) -> tuple[Graph, tuple[bool, ...]]:
    """The graph that computes a function for all elements of a batch at once.

    Args:
        ops: A new builder.
        graph: The graph of the function for one element.
        batched: For each input, whether the elements of the batch differ in it.
        size: The number of elements.
        always: Which outputs are to have the leading axis even if all elements agree on them.

    Returns:
        A graph in whose place of each batched input stands one with a leading axis of that length,
        and a flag for each output: whether it has the leading axis. Nodes that no batched input
        reaches are part of it as the same objects. A guard on a value that may differ demands that
        all elements have the outcome.
    """
    known: dict[Value, Value] = {}
    agreed: dict[Value, Value] = {}
    bundles: dict[Value, Bundle] = {}
    inputs = list(graph.inputs)
    for place, (value, differs) in enumerate(zip(graph.inputs, batched, strict=True)):
        if differs:
            known[value] = inputs[place] = Input(value.name, batched_type(value.type, size))
    for node in graph.nodes:
        flags = [operand in known for operand in node.operands]
        if isinstance(node.primitive, Projection) and node.operands[0] in bundles:
            item = bundles[node.operands[0]].parts[dict(node.params)["index"]]
            assert item is not None, "a rule for a batch gives every item"
            known[node] = item.value
        elif True in flags or not agreed.keys().isdisjoint(node.operands):
            ops.mark(node, "batched")
            operands = [known.get(x, agreed.get(x, x)) for x in node.operands]
            made = _batched(ops, node, flags, operands, size)
            if isinstance(made, Bundle):
                bundles[node] = made
            elif isinstance(made, Same):
                agreed[node] = made.value.value
            else:
                known[node] = made.value
        else:
            ops.nodes.append(node)
    ops.mark(None, "")
    wanted = [always] * len(graph.outputs) if isinstance(always, bool) else always
    for value, forced in zip(graph.outputs, wanted, strict=True):
        if forced and value not in known:
            known[value] = repeated(ops, Sym(ops, agreed.get(value, value)), size).value
    outputs = [known.get(value, agreed.get(value, value)) for value in graph.outputs]
    guards = [
        _for_all(ops, guard, Sym(ops, known[guard.value]))
        if guard.value in known
        else replace(guard, value=agreed.get(guard.value, guard.value))
        for guard in graph.guards
    ]
    flags = [value in known for value in graph.outputs]
    return prune(Graph(inputs, ops.nodes, outputs, guards)), tuple(flags)


def _batched(
    ops: Builder, node: Node, flags: Sequence[bool], replaced: Sequence[Value], size: int
) -> Sym | Bundle | Same:
    """What the node's primitive makes of it, when those of its operands with a flag are batches."""
    operands = [Sym(ops, value) for value in replaced]
    if True not in flags:
        return Same(ops.apply(node.primitive, operands, dict(node.params)))
    made: Sym | Bundle | Same = node.primitive.batch(ops, operands, flags, size, dict(node.params))
    return made


def _for_all(ops: Builder, guard: Guard, values: Sym) -> Guard:
    """The guard on a batch of values: that each of them has the outcome."""
    outcome: Value = constant(np.asarray(guard.outcome, values.dtype), weak=False)
    expected = ops.broadcast(outcome, shape=values.shape) if outcome.type.shape else outcome
    agree = ops.all(ops.equal(values, expected), axes=tuple(range(len(values.shape))))
    return Guard(agree.value, "bool", True, guard.provenance)
