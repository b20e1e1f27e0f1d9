"""The gradient of straight-line scalar code: of 10⁵ distinct nodes, and of 10⁵ operations.

Nodes are counted as in a reverse sweep by hand: an operation, its partials that are not ±1, their
products with the slope of its result, and the sums of slopes that meet.

Rounding errors grow along such code: over 10⁵ operations one after the other by 10⁴⁰, so that no
two programs that round in different places would agree, and values would not stay in bounds. So it
consists of stretches of some thousand operations, all different, which have nothing but the inputs
in common; all of them are computed before the first is differentiated.

JAX takes 20 s for a thousand operations of this kind, and more than linearly longer for more; it
does not take part.
"""

from __future__ import annotations

import math
import random
from functools import partial
from typing import Any

import numpy as np

from benchmarks.compiled.harness import FUNCTION, OURS, Bar, Case, Work
from benchmarks.compiled.peers import ours_work

INPUTS, WINDOW = 64, 1000
Stretch = list[tuple[str, int, int]]
Code = list[Stretch]


def code(stretches: int, count: int) -> Code:
    """Stretches of about so many operations each."""
    return [_stretch(seed, count) for seed in range(stretches)]


def nodes(code: Code) -> int:
    """How many nodes the code and a reverse sweep over it have."""
    own = {"add": 0, "sub": 1, "mul": 2, "sin": 2}
    count = sum(1 + own[kind] for stretch in code for kind, _, _ in stretch)
    for stretch in code:
        slopes = [0] * INPUTS + [0] * len(stretch)
        slopes[-64:] = [1] * 64
        for kind, a, b in stretch:
            for place in (a,) if kind == "sin" else (a, b):
                slopes[place] += 1
        count += sum(max(met - 1, 0) for met in slopes)
    return count


def _stretch(seed: int, count: int) -> Stretch:
    """Operations on earlier values, all of which the last 64 depend on; about so many.

    Values stay between 0.05 and 3 in size: where one would leave those, its sine is taken.
    """
    draw = random.Random(seed)
    values = list(inputs())
    made: Stretch = []
    while len(made) < 1.48 * count:  # a third of them will turn out to be unused
        a, b = (len(values) - 1 - draw.randrange(min(WINDOW, len(values))) for _ in range(2))
        kind = draw.choices(("add", "sub", "mul", "sin"), (35, 25, 34, 6))[0]
        value = _apply(kind, values[a], values[b], math.sin)
        if not 0.05 < abs(value) < 3:
            kind, value = "sin", math.sin(values[a])
        made.append((kind, a, a if kind == "sin" else b))
        values.append(value)
    live = set(range(len(values) - 64, len(values)))
    for place in range(len(made) - 1, -1, -1):
        if INPUTS + place in live:
            live.update(made[place][1:])
    names = {i: i for i in range(INPUTS)}
    kept: Stretch = []
    for place, (kind, a, b) in enumerate(made):
        if INPUTS + place in live:
            names[INPUTS + place] = INPUTS + len(kept)
            kept.append((kind, names[a], names[b]))
    return kept


def inputs() -> np.ndarray:
    return np.random.default_rng(3).uniform(0.5, 1.5, INPUTS)


def _apply(kind: str, a: Any, b: Any, sin: Any) -> Any:
    match kind:
        case "add":
            return a + b
        case "sub":
            return a - b
        case "mul":
            return a * b
    return sin(a)


def value_of(code: Code, sin: Any) -> Any:
    """The code as a function of its inputs: the sum of the last 64 values of each stretch."""

    def f(x: Any) -> Any:
        given, last = [x[i] for i in range(INPUTS)], []
        for stretch in code:
            last += _values(stretch, given, sin)[-64:]
        total = last[0]
        for value in last[1:]:
            total = total + value
        return total

    return f


def _values(stretch: Stretch, given: list[Any], sin: Any) -> list[Any]:
    """The inputs and all values of a stretch."""
    values = list(given)
    for kind, a, b in stretch:
        values.append(_apply(kind, values[a], values[b], sin))
    return values


def by_hand(code: Code, x: np.ndarray) -> np.ndarray:
    """The reverse sweep as a loop over the code."""
    return np.sum([_swept(stretch, x.tolist()) for stretch in code], axis=0)


def _swept(stretch: Stretch, given: list[float]) -> list[float]:
    """The reverse sweep over a stretch."""
    values = _values(stretch, given, math.sin)
    slopes = [0.0] * (len(values) - 64) + [1.0] * 64
    for place in range(len(stretch) - 1, -1, -1):
        kind, a, b = stretch[place]
        slope = slopes[INPUTS + place]
        match kind:
            case "add":
                slopes[a] += slope
                slopes[b] += slope
            case "sub":
                slopes[a] += slope
                slopes[b] -= slope
            case "mul":
                slopes[a] += slope * values[b]
                slopes[b] += slope * values[a]
            case _:
                slopes[a] += slope * math.cos(values[a])
    return slopes[:INPUTS]


def of_casadi(code: Code, x: np.ndarray) -> Work:
    """CasADi's virtual machine."""
    import casadi

    v = casadi.SX.sym("x", INPUTS)
    f = casadi.Function("f", [v], [casadi.gradient(value_of(code, casadi.sin)(v), v)])
    return Work(lambda: f(x), lambda result: [np.asarray(result)[:, 0]])


def case(name: str, stretches: int, count: int, bars: tuple[Bar, ...]) -> Case:
    """Of so many stretches of so many operations; figures are for each node, forward and back."""
    given, x = code(stretches, count), inputs()
    f, operations = value_of(given, np.sin), sum(map(len, given))
    contenders = {
        OURS: partial(ours_work, "grad", f, x),
        FUNCTION: partial(ours_work, "value", f, x),
        "casadi": partial(of_casadi, given, x),
        "Python by hand": lambda: Work(lambda: by_hand(given, x)),
    }
    size = nodes(given)
    title = f"gradient of straight-line code of {operations:,} operations, {size:,} nodes"
    return Case(
        *(name, title, "node", size, lambda: [by_hand(given, x)], contenders),
        bars=bars,
        rtol=1e-6,
    )


CASES = [
    partial(case, "straight", 4, 8200, (Bar(1e-9, ()),)),
    partial(case, "straight-operations", 10, 10**4, (Bar(1e-9, ()),)),
]
