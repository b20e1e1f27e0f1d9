"""Forward mode: tangents travel along the graph, from the inputs to the outputs.

Source: A. Griewank and A. Walther, *Evaluating Derivatives*, 2nd ed. (2008), section 3.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clearprop.derive.gating import pushed
from clearprop.graph import Graph, Input, Value, active_values, prune
from clearprop.primitives import Builder, Sym


def forward(
    ops: Builder,
    graph: Graph,
    wrt: Sequence[Input] | None = None,
    *,
    at: Sequence[Value] | None = None,
    keep_values: bool = False,
) -> Graph:
    """The graph that computes tangents of the outputs from tangents of inputs.

    Args:
        ops: A new builder.
        graph: The graph of a function.
        wrt: The inputs that move; by default all that are differentiable.
        at: The values whose tangents are wanted; by default the outputs.
        keep_values: Whether the outputs start with the function's own.

    Returns:
        A graph with the same inputs followed by one tangent per input in ``wrt``, of its type; its
        outputs are the tangents of the differentiable values in ``at``, in order. The nodes of
        ``graph`` that are needed are part of it, as the same objects.
    """
    moving = tuple(graph.inputs if wrt is None else wrt)
    moving = tuple(value for value in moving if value.type.differentiable)
    active = active_values(graph, moving)
    seeds = [Input(f"d{value.name}", value.type) for value in moving]
    ops.nodes.extend(graph.nodes)
    tangents: dict[Value, Any] = {
        value: Sym(ops, seed) for value, seed in zip(moving, seeds, strict=True)
    }
    for node in graph.nodes:
        if node in active:
            ops.mark(node, "tangent")
            tangent = pushed(ops, node, [tangents.get(operand) for operand in node.operands])
            if tangent is not None:
                tangents[node] = tangent
    ops.mark(None, "")
    results = [
        ops.settle(tangents.get(value) or ops.zeros(value.type)).value
        for value in (graph.outputs if at is None else at)
        if value.type.differentiable
    ]
    outputs = (*graph.outputs, *results) if keep_values else tuple(results)
    return prune(Graph((*graph.inputs, *seeds), ops.nodes, outputs, graph.guards))
