"""Derivatives at once: trace, derive (or find the derived graph again), run.

The derived graph depends only on the structure of the trace, so it is kept under the traced graph's
signature. The forward values that it needs were kept while tracing; they are not computed twice.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Final, final

import numpy as np

from clearprop.derive import batch
from clearprop.derive.residuals import saved_nodes
from clearprop.execute import Plan
from clearprop.graph import Graph, Node, Type
from clearprop.tracing import Trace, Traced, bind, is_usual, new_array, strengthened, weakened
from clearprop.tracing import owned as as_own_array

CACHED_NODES: Final = 20_000
"""Derived graphs of larger traces are not kept."""


@final
class Derived:
    """A derived graph, ready to run on the values that a trace kept.

    Args:
        graph: The traced graph.
        derive: ``forward`` or ``reverse``.
        wrt: Positions of the inputs to differentiate by.
        size: How many tangents or cotangents go through it at once, along a leading axis which the
            results have as well; None for a single one without that axis.
    """

    def __init__(
        self,
        graph: Graph,
        derive: Callable[..., Graph],
        wrt: tuple[int, ...],
        size: int | None = None,
    ) -> None:
        derived = derive(graph, [graph.inputs[i] for i in wrt])
        if size is not None:
            seeds = len(derived.inputs) - len(graph.inputs)
            flags = (*[False] * len(graph.inputs), *[True] * seeds)
            derived, _ = batch(derived, flags, size, always=True)
        saved = saved_nodes(graph)
        needed: set[Any] = set(derived.outputs)
        for node in derived.nodes:
            needed.update(node.operands)
        place = {node: i for i, node in enumerate(graph.nodes)}
        used = [node for node in saved if node in needed]
        self.positions = [place[node] for node in used]
        self.plan = Plan(derived, used)
        self.outputs = derived.outputs

    def run(self, nodes: Sequence[Node], saved: dict[Any, Any], inputs: Sequence[Any]) -> list[Any]:
        """The derived graph's outputs, as arrays in C order that belong to nobody else.

        Within a trace, too: of a derivative, what is a view and what is a copy follows from that.

        Args:
            nodes: The nodes of the trace.
            saved: The values that the trace kept.
            inputs: The traced inputs' values, then tangents or cotangents.
        """
        given = [saved[nodes[i]] for i in self.positions]
        if any(value.__class__ is Traced for value in (*inputs, *given)):
            results = self.plan.run(inputs, given, bind)
            pairs = zip(results, self.outputs, strict=True)
            return [as_traced(result, output.type) for result, output in pairs]
        with np.errstate(all="ignore"):
            results = self.plan.run(inputs, given)
        foreign = {id(value) for value in (*inputs, *given)}
        return [owned(value, foreign) for value in results]


_cached = functools.lru_cache(maxsize=512)(Derived)


def derived_of(
    graph: Graph, derive: Callable[..., Graph], wrt: tuple[int, ...], size: int | None = None
) -> Derived:
    """The derived graph, from the cache where an equal one was derived before."""
    make = _cached if len(graph.nodes) <= CACHED_NODES else Derived
    return make(graph, derive, wrt, size)


def owned(value: Any, foreign: set[int]) -> Any:
    """The value in C order, copied if it is in another or someone else holds its memory."""
    if not isinstance(value, np.ndarray):
        return value
    flags = value.flags
    if flags.c_contiguous and flags.owndata and flags.writeable and id(value) not in foreign:
        return value
    return value.copy()


def in_c_order(value: Any) -> Any:
    """A result of an operation that holds a graph: an array of its own in C order, or a number."""
    if value.__class__ is Traced:
        is_matrix = value.type.form == "array" and value.ndim > 1
        return as_own_array(value) if is_matrix else value
    return value if is_usual(value) else value.copy()


def as_traced(value: Any, type_: Type) -> Any:
    """A result among traced values, traced even if it depends on none of them."""
    if value.__class__ is Traced:
        return as_own_array(value)
    result = new_array(value.item() if type_.weak else np.array(value))
    result.is_array = bool(type_.shape)
    return result


def formed(value: Any, *, is_array: bool, weak: bool) -> Any:
    """A number as an array, a scalar of NumPy's or a weak number of Python's; traced, as its like.

    A derivative has the form of what it belongs to, in a trace and outside.
    """
    if value.__class__ is Traced:
        made = (weakened if weak else strengthened)(value.snapshot())
        made.is_array = is_array
        return made
    if is_array:
        return np.asarray(value)
    return value.item() if weak else value[()]


def unwrap(trace: Trace, value: Any) -> Any:
    """A leaf of a function's result as it leaves the trace."""
    if value.__class__ is not Traced or value.owner is not trace:
        return value
    node = value.current()
    concrete = value.concrete
    if concrete.__class__ is Traced:
        result = concrete.snapshot()
        result.is_array = value.is_array
        return result
    if value.is_array:
        return np.array(concrete)
    return concrete.item() if node.type.weak else concrete
