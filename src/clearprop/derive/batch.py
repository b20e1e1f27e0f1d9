"""Batching: a function of one element as a function of many, by a leading axis on what differs.

Each operation is replaced by one that does the same for a whole batch; what no element of the batch
changes stays as it is. Source: the flattening of nested parallelism in G. E. Blelloch and G. W.
Sabot, *Compiling collection-oriented languages onto massively parallel computers*, Journal of
Parallel and Distributed Computing 8 (1990).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import final

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
    made = _Batched(ops, size)
    inputs = [
        made.input(value) if differs else value
        for value, differs in zip(graph.inputs, batched, strict=True)
    ]
    for node in graph.nodes:
        made.add(node)
    ops.mark(None, "")
    wanted = [always] * len(graph.outputs) if isinstance(always, bool) else always
    for value, forced in zip(graph.outputs, wanted, strict=True):
        if forced:
            made.repeat(value)
    outputs = [made.now(value) for value in graph.outputs]
    guards = [made.guard(guard) for guard in graph.guards]
    differ = tuple(value in made.batches for value in graph.outputs)
    return prune(Graph(inputs, ops.nodes, outputs, guards)), differ


@final
class _Batched:
    """What stands for the values of one element's graph in the graph of the batch.

    Args:
        ops: A new builder.
        size: The number of elements.

    Attributes:
        batches: For values in which elements differ: the batch of them.
        agreed: For values that were made anew, in which elements do not differ: the new one.
        tuples: For tuples that a rule took apart: their items, batches all.
    """

    def __init__(self, ops: Builder, size: int) -> None:
        self.ops = ops
        self.size = size
        self.batches: dict[Value, Value] = {}
        self.agreed: dict[Value, Value] = {}
        self.tuples: dict[Value, Bundle] = {}

    def now(self, value: Value) -> Value:
        """What stands for the value; itself where nothing has changed."""
        return self.batches.get(value) or self.agreed.get(value) or value

    def input(self, value: Input) -> Input:
        """The input that takes a batch of what this one takes."""
        made = self.batches[value] = Input(value.name, batched_type(value.type, self.size))
        return made

    def add(self, node: Node) -> None:
        """The operation for the batch; the node itself where its operands are as they were."""
        first = node.operands[0] if node.operands else None
        if isinstance(node.primitive, Projection) and first in self.tuples:
            item = self.tuples[first].parts[dict(node.params)["index"]]
            assert item is not None, "a rule for a batch gives every item"
            self.batches[node] = item.value
        elif all(self.now(operand) is operand for operand in node.operands):
            self.ops.nodes.append(node)
        else:
            self._add_anew(node)

    def _add_anew(self, node: Node) -> None:
        self.ops.mark(node, "batched")
        flags = [operand in self.batches for operand in node.operands]
        operands = [Sym(self.ops, self.now(operand)) for operand in node.operands]
        params = dict(node.params)
        if True not in flags:
            self.agreed[node] = self.ops.apply(node.primitive, operands, params).value
            return
        found = node.primitive.batch(self.ops, operands, flags, self.size, params)
        if isinstance(found, Bundle):
            self.tuples[node] = found
        elif isinstance(found, Same):
            self.agreed[node] = found.value.value
        else:
            self.batches[node] = found.value

    def repeat(self, value: Value) -> None:
        """Make a batch of equal ones, if it is none yet."""
        if value not in self.batches:
            single = Sym(self.ops, self.now(value))
            self.batches[value] = repeated(self.ops, single, self.size).value

    def guard(self, guard: Guard) -> Guard:
        """The guard in the graph of the batch: on a batch, that each element has the outcome."""
        if guard.value not in self.batches:
            return replace(guard, value=self.now(guard.value))
        ops, values = self.ops, Sym(self.ops, self.batches[guard.value])
        outcome: Value = constant(np.asarray(guard.outcome, values.dtype), weak=False)
        expected = ops.broadcast(outcome, shape=values.shape) if outcome.type.shape else outcome
        agree = ops.all(ops.equal(values, expected), axes=tuple(range(len(values.shape))))
        return Guard(agree.value, "bool", True, guard.provenance)
