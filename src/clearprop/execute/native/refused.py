"""What the reference says where native code found that it cannot go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from clearprop.execute.reference import run
from clearprop.graph import Graph


def answered(graph: Graph, values: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """A graph's outputs and the values at which its guards look, as the Python code meets them.

    A guard that does not hold ends it: what comes after belongs to a branch that is not taken.
    None stands for the values that are not known then, and there are no outputs.

    Raises:
        ArgumentError: If a position that is computed lies outside of its array.
    """
    watched: list[Any] = []
    for guard in graph.guards:
        (value,) = run(Graph(graph.inputs, graph.nodes, (guard.value,)), *values)
        watched.append(np.asarray(value))
        flat = watched[-1].ravel() if isinstance(guard.outcome, tuple) else watched[-1]
        if not np.array_equal(flat, guard.outcome):
            return [], [*watched, *[None] * (len(graph.guards) - len(watched))]
    outputs = run(Graph(graph.inputs, graph.nodes, graph.outputs), *values)
    return [np.asarray(value) for value in outputs], watched
