"""Three worked examples of derivatives as sums over paths, for tests, tutorials and the command.

Two of them are bare graphs: edges with numbers on them and no operations, as one would draw them on
a board to see why factoring the sum of all paths is worth while.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, Final

from clearprop.errors import ExplainError
from clearprop.explain.expressions import read_expression
from clearprop.explain.functions.function import function
from clearprop.explain.numbers.costs import count_costs
from clearprop.explain.numbers.paths import PathFinder
from clearprop.explain.numbers.wiring import Wire, from_wires
from clearprop.graph import Input, type_of

Figures = dict[str, Any]

EXPRESSION: Final = "c = a+b; d = b+1; e = c*d"
POINT: Final[Mapping[str, float]] = {"a": 2.0, "b": 1.0}

_NINE: Final = {"α": 2.0, "β": 3.0, "γ": 5.0, "δ": 7.0, "ε": 11.0, "ζ": 13.0}
_STAGES: Final = 300
_STAGE: Final = (0.5, 0.3, 0.2)
_TOP: Final = 3


def worked_example() -> Figures:
    """The derivatives of e = (a + b)(b + 1) at a = 2, b = 1, in both directions.

    Returns:
        ``expression``, ``inputs``, and the explanation's ``to_dict()``.

    >>> worked_example()["gradient"]
    {'a': 2.0, 'b': 5.0}
    """
    graph = read_expression(EXPRESSION).graph(POINT)
    explanation = function(graph, *POINT.values())
    return {"expression": EXPRESSION, "inputs": dict(POINT), **explanation.to_dict()}


def nine_paths() -> Figures:
    """Three edges α β γ from X to Y and three δ ε ζ from Y to Z: nine products, or one.

    Returns:
        ``edges`` with a number on each; the number of ``paths``; the ``products``, one per path;
        their ``sum``; the same sum ``factored``; and the ``cost`` of each way to it.

    >>> figures = nine_paths()
    >>> figures["paths"], figures["sum"], figures["factored"]
    (9, 310.0, 310.0)
    """
    names = list(_NINE)
    first, second = names[:3], names[3:]
    finder = _parallel([[_NINE[name] for name in part] for part in (first, second)], "XYZ")
    # Listed in the order of the graph, the paths are all pairs of a first and a second edge.
    products = {
        one + other: path.product
        for (one, other), path in zip(product(first, second), finder.all([0]), strict=True)
    }
    return {
        "edges": dict(_NINE),
        "paths": finder.counts[0],
        "products": products,
        "sum": sum(products.values()),
        "factored": _factored(finder),
        "cost": count_costs(finder.wiring, [0], finder.output).to_dict(),
    }


def three_hundred_stages() -> Figures:
    """300 stages of three parallel edges: 3³⁰⁰ paths, counted exactly and never listed.

    Returns:
        The number of ``stages`` and the ``partials`` in each; the exact number of ``paths`` and
        its ``digits``; the ``derivative``; the ``cost`` of each way to it; why the paths are not
        listed (``refused``); and the ``top`` paths by contribution.

    >>> figures = three_hundred_stages()
    >>> figures["paths"] == 3**300, figures["digits"], figures["cost"]["reverse"]
    (True, 144, {'multiplications': 900, 'additions': 600})
    """
    names = [f"x{place}" for place in range(_STAGES + 1)]
    finder = _parallel([_STAGE] * _STAGES, names)
    try:
        refused = f"{len(finder.all([0]))} paths"
    except ExplainError as error:
        refused = str(error)
    top = [
        {"partials": list(path.factors), "product": path.product} for path in finder.top([0], _TOP)
    ]
    return {
        "stages": _STAGES,
        "partials": list(_STAGE),
        "paths": finder.counts[0],
        "digits": len(str(finder.counts[0])),
        "derivative": _factored(finder),
        "cost": count_costs(finder.wiring, [0], finder.output).to_dict(),
        "refused": refused,
        "top": top,
    }


def _parallel(stages: Sequence[Sequence[float]], names: Sequence[str]) -> PathFinder:
    """A chain of values in which several edges lead from each one to the next."""
    values = [Input(name, type_of((), "float64")) for name in names]
    wires = [
        Wire(place, place + 1, slot)
        for place, partials in enumerate(stages)
        for slot in range(len(partials))
    ]
    partials = [partial for stage in stages for partial in stage]
    return PathFinder(from_wires(values, wires), names, partials, len(stages))


def _factored(finder: PathFinder) -> float:
    """The derivative of the output by the first value: reverse mode over the edges."""
    adjoints = [0.0] * len(finder.wiring.values)
    adjoints[finder.output] = 1.0
    for wire, partial in zip(finder.wiring.wires[::-1], finder.partials[::-1], strict=True):
        adjoints[wire.source] += adjoints[wire.target] * partial
    return adjoints[0]
