"""Derivatives within a function that is compiled: of a graph whose repeated parts are rolled up.

Where the function is traced by types alone there are no numbers to be reused, so the differentiated
function is traced for itself, and value and gradient are recorded as one graph. Else that is done
where there is something to be rolled up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, final

import optree

from clearprop.api.eager import as_traced, formed
from clearprop.api.leaves import require_floating, scalar_output, split_aux
from clearprop.derive import PASSES
from clearprop.graph import Constant, Graph, Value, prune
from clearprop.numpy.namespace import NAMESPACE
from clearprop.primitives import Plan
from clearprop.rewrite import rolled
from clearprop.tracing import (
    CURRENT,
    Argument,
    Recorded,
    Trace,
    Traced,
    appended,
    bind,
    record_call,
)


def is_by_types(args: Sequence[Any]) -> bool:
    """Whether these arguments hold values of a function that is traced by types alone."""
    trace = CURRENT.get()
    if trace is None or trace.sketch is None:
        return False
    leaves: list[Any] = optree.tree_leaves(list(args))  # type: ignore[arg-type]
    return any(leaf.__class__ is Traced for leaf in leaves)


@final
@dataclass(frozen=True, slots=True)
class Slopes:
    """A function's value, what it returns beside, and its gradient leaf by leaf."""

    value: Any
    aux: Any
    arguments: list[Argument]
    slopes: list[Any]


def value_and_slopes(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    positions: Sequence[int],
    has_aux: bool,
) -> Slopes:
    """The value of a function and its gradient, recorded in the traces around.

    Args:
        f: The function.
        args: Its positional arguments.
        kwargs: Its keyword arguments.
        positions: Which arguments to differentiate by.
        has_aux: Whether the function returns something else beside its value.
    """
    trace = Trace(NAMESPACE, lift=True, detached=True)
    recorded = record_call(trace, f, args, kwargs, positions, admit=require_floating)
    result, aux = split_aux(recorded.result) if has_aux else (recorded.result, None)
    answer = scalar_output(trace, result)
    leaves: list[Any]
    leaves, structure = optree.tree_flatten(aux)  # type: ignore[arg-type]
    own = [x for x in leaves if x.__class__ is Traced and x.owner is trace]
    shown = [answer, *own]
    graph = rolled(trace.finish([x.current() for x in shown]), PASSES.builder)
    traced = _recorded(graph, recorded, answer)
    values = iter(
        formed(value, is_array=x.is_array, weak=x.type.weak)
        for value, x in zip(traced, shown, strict=False)
    )
    value = next(values)
    passed = [next(values) if any(x is y for y in own) else x for x in leaves]
    aux = optree.tree_unflatten(structure, passed)
    return Slopes(value, aux, recorded.arguments, traced[len(shown) :])


def rolled_within(trace: Trace, output: Value) -> Graph | None:
    """The graph of a trace's output, rolled up; None if nothing is gained, or nothing compiled."""
    if trace.outer is None or not trace.compiled:
        return None
    graph = prune(trace.finish([output]))
    bare = Graph(graph.inputs, graph.nodes, graph.outputs)
    found = rolled(bare, PASSES.builder)
    return None if found is bare else found


def value_and_slopes_of(graph: Graph, recorded: Recorded, answer: Traced) -> tuple[Any, list[Any]]:
    """The value of a rolled graph and its gradient, recorded in the traces around."""
    value, *slopes = _recorded(graph, recorded, answer)
    return formed(value, is_array=answer.is_array, weak=answer.type.weak), slopes


def _recorded(graph: Graph, recorded: Recorded, answer: Traced) -> list[Any]:
    """A graph's outputs, and the slopes of the first, recorded in the traces around."""
    whole, given = _with_slopes(graph, len(recorded.leaves)), recorded.values()
    seed = answer.dtype.type(1)
    results = appended(whole, [*given, Constant(seed, whole.inputs[-1].type)])
    if results is None:
        results = Plan(whole).run([*given, seed], bind=bind)
    pairs = zip(results, whole.outputs, strict=True)
    return [as_traced(value, output.type) for value, output in pairs]


def _with_slopes(graph: Graph, count: int) -> Graph:
    """The graph's outputs, and the adjoints of its first inputs for a cotangent of the first."""
    alone = Graph(graph.inputs, graph.nodes, graph.outputs[:1])
    if len(graph.outputs) == 1:
        return PASSES.reverse(alone, alone.inputs[:count], keep_values=True)
    derived = PASSES.reverse(alone, alone.inputs[:count])
    known = set(graph.nodes)
    nodes = [*graph.nodes, *(node for node in derived.nodes if node not in known)]
    return prune(Graph(derived.inputs, nodes, [*graph.outputs, *derived.outputs]))
