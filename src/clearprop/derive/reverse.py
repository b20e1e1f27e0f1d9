"""Reverse mode: adjoints travel against the graph, from the outputs to the inputs.

One pass gives the derivative of one output by every input. Source: S. Linnainmaa, *Taylor
expansion of the accumulated rounding error*, BIT 16 (1976); A. Griewank and A. Walther,
*Evaluating Derivatives*, 2nd ed. (2008), section 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clearprop.derive.gating import pulled
from clearprop.graph import Graph, Input, Value, active_values, prune
from clearprop.primitives import Builder, Sym


def reverse(
    ops: Builder, graph: Graph, wrt: Sequence[Value] | None = None, *, keep_values: bool = False
) -> Graph:
    """The graph that computes adjoints of inputs from cotangents of the outputs.

    Args:
        ops: A new builder.
        graph: The graph of a function.
        wrt: The values whose adjoints are wanted, nodes in the middle of the graph included; by
            default all inputs. Those that are not differentiable are passed over.
        keep_values: Whether the outputs start with the function's own.

    Returns:
        A graph with the same inputs followed by one cotangent per differentiable output, of its
        type; its outputs are the adjoints of the values in ``wrt``, in order, of their types. The
        nodes of ``graph`` that are needed are part of it, as the same objects.
    """
    wanted = tuple(graph.inputs if wrt is None else wrt)
    wanted = tuple(value for value in wanted if value.type.differentiable)
    active = active_values(graph, wanted)
    ops.nodes.extend(graph.nodes)
    adjoints: dict[Value, Any] = {}
    found: dict[Value, Any] = dict.fromkeys(wanted)
    seeds: list[Input] = []
    for value in graph.outputs:
        if value.type.differentiable:
            seeds.append(Input(f"ct{len(seeds)}", value.type))
            if value in active:
                adjoints[value] = ops.total([adjoints.get(value), Sym(ops, seeds[-1])])
    for node in reversed(graph.nodes):
        adjoint = adjoints.pop(node, None)
        if node in found:
            found[node] = adjoint
        if adjoint is not None:
            ops.mark(node, "adjoint")
            contributions = pulled(ops, node, adjoint, [x in active for x in node.operands])
            for operand, contribution in zip(node.operands, contributions, strict=True):
                if contribution is not None and operand in active:
                    known = adjoints.get(operand)
                    adjoints[operand] = (
                        contribution if known is None else ops.plus(known, contribution)
                    )
    ops.mark(None, "")
    results = [
        ops.settle(found[value] or adjoints.get(value) or ops.zeros(value.type)).value
        for value in wanted
    ]
    outputs = (*graph.outputs, *results) if keep_values else tuple(results)
    return prune(Graph((*graph.inputs, *seeds), ops.nodes, outputs, graph.guards))
