"""``jet``: all derivatives along a curve up to some order, at polynomial cost."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from clearprop.api.eager import Derived
from clearprop.api.leaves import like_value, no_tangent, outputs_of, record, seeds_of
from clearprop.derive import jet as derive_jet
from clearprop.errors import ArgumentError
from clearprop.graph import Graph
from clearprop.tracing import require_callable, user_line

R = TypeVar("R")


def jet(
    f: Callable[..., R], primals: Sequence[Any], series: Sequence[Sequence[Any]]
) -> tuple[R, list[R]]:
    """The derivatives of ``f`` along a curve, up to any order, in one pass.

    For x(t) with x(0) = primals and derivatives x′(0), x″(0), … = series: the derivatives of
    f(x(t)) at t = 0. The cost is polynomial in the order, where nested jvp doubles with each (as
    it does here, too, inside of ``cp.scan`` and the like).
    Source: A. Griewank and A. Walther, *Evaluating Derivatives*, 2nd ed. (2008), chapter 13.

    Args:
        f: A function of numbers and arrays, or containers of them.
        primals: Its arguments, as a tuple or list.
        series: For each argument the list of its derivatives by t, from the first on, each of the
            argument's structure and shapes; all lists of one length, the order.

    Returns:
        ``(value, derivatives)``: the value of f, and the list of its derivatives by t from the
        first on, each of the structure of the value.

    Raises:
        ArgumentError: If the series do not fit the arguments.

    >>> import numpy as np
    >>> jet(np.sin, (0.0,), ([1.0, 0.0, 0.0],))
    (np.float64(0.0), [np.float64(1.0), np.float64(0.0), np.float64(-1.0)])
    """
    require_callable(f, "jet")
    order = _order(primals, series)
    recorded = record(f, tuple(primals), {}, range(len(primals)))
    seeds: list[Any] = []
    for argument, derivatives in zip(recorded.arguments, series, strict=True):
        types = [None if leaf.place is None else leaf.place.type for leaf in argument.leaves]
        given = [seeds_of(d, argument.structure, types, "derivative") for d in derivatives]
        seeds += [value for of_leaf in zip(*given, strict=True) for value in of_leaf]
    value, results, structure = outputs_of(recorded)
    trace = recorded.trace
    graph = trace.finish([result.node for result in results])
    derived = _derived(graph, tuple(range(len(recorded.leaves))), order)
    found = iter(derived.run(trace.nodes, trace.saved, [*recorded.values(), *seeds]))
    by_result: list[Iterator[Any]] = [
        iter([like_value(next(found), r) for _ in range(order)])
        if r.type.differentiable
        else iter([no_tangent(r)] * order)
        for r in results
    ]
    shown = [[next(of_result) for of_result in by_result] for _ in range(order)]
    if structure is None:
        return value, [leaves[0] for leaves in shown]
    nested: Callable[[list[Any]], Any] = structure.unflatten
    return value, [nested(leaves) for leaves in shown]


@functools.lru_cache(maxsize=64)
def _derived(graph: Graph, wrt: tuple[int, ...], order: int) -> Derived:
    """The graph of the series, kept for the next call of the same structure."""
    return Derived(graph, lambda g, inputs: derive_jet(g, inputs, order), wrt)


def _order(primals: Any, series: Any) -> int:
    """The common length of the series."""
    for what, given in (("primals", primals), ("series", series)):
        if not isinstance(given, (tuple, list)):
            raise ArgumentError(
                f"jet wants {what} as a tuple, not {type(given).__name__}",
                where=user_line(),
                remedy="Write jet(f, (x,), ([dx, ddx],)), one entry per argument of f.",
            )
    if len(primals) != len(series):
        raise ArgumentError(
            f"jet was given {len(primals)} primals and {len(series)} series", where=user_line()
        )
    lengths = {len(derivatives) for derivatives in series}
    if len(lengths) != 1:
        raise ArgumentError(
            f"the series have different lengths: {sorted(lengths)}",
            where=user_line(),
            remedy="Give each argument as many derivatives; 0.0 where it does not move.",
        )
    return lengths.pop()
