"""Whether a rule is linear in its tangents or cotangents, as far as its graph shows."""

from __future__ import annotations

import functools

from clearprop.derive import forward
from clearprop.graph import Graph, Value
from clearprop.primitives import Control, Projection


@functools.lru_cache(maxsize=256)
def is_linear(rule: Graph, count: int) -> bool:
    """Whether the derivative of a graph by its last inputs does not depend on them.

    Loops and branches are taken at their word, and a constant that is added is not seen.

    Args:
        rule: The graph.
        count: How many of its inputs are meant.
    """
    slopes = rule.inputs[len(rule.inputs) - count :]
    derived = forward(rule, slopes)
    depending: set[Value] = set(slopes)
    for node in derived.nodes:
        if isinstance(node.primitive, (Control, Projection)):
            continue
        if not depending.isdisjoint(node.operands):
            depending.add(node)
    return depending.isdisjoint(derived.outputs)
