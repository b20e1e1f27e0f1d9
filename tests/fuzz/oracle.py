"""The oracle: one function, computed and differentiated in every way, has one answer.

Plain NumPy = traced = run from the graph; reverse = forward = numerical; four compositions for the
second order = numerical; batched = one by one. Source: C. Yang, Y. Deng, J. Yao, Y. Tu, H. Li and
L. Zhang, *Fuzzing automatic differentiation in deep-learning libraries*, ICSE 2023.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import clearprop as cp
from clearprop.errors import ClearpropError
from clearprop.graph import Graph, check
from tests.fuzz.numerics import Values, as_tuple, dot, like, moved, size, slope
from tests.fuzz.program import Program

EXACT = 1e-9
"""Two exact derivatives differ by rounding only, relative to the terms that are summed."""
NUMERICAL = 1e-5
HOPELESS = 1e8
"""Derivatives beyond this drown in rounding; nothing is concluded from them."""


class Disagreement(AssertionError):
    """Two ways to one answer gave two."""


@dataclass
class Checked:
    """What was compared; the numerical comparisons are left out where differences cannot tell."""

    numerical: bool = False
    second: bool = False
    second_numerical: bool = False
    batched: bool = False


@dataclass
class Case:
    """A program at its point, with the directions along which it is looked at."""

    program: Program
    checked: Checked = field(default_factory=Checked)

    def __post_init__(self) -> None:
        self.f = self.program.function
        self.args = self.program.args
        self.value = as_tuple(self.program.reference(*self.args))
        generator = np.random.default_rng(0)
        self.tangent = like(self.args, generator)
        self.other = like(self.args, generator)
        self.weights = like(self.value, generator)
        self.argnums = tuple(range(len(self.args)))
        self.exact = 2e-3 if self.program.single else EXACT

    def weighted(self, *xs: Any) -> Any:
        """The outputs as one number."""
        outputs = as_tuple(self.f(*xs))
        return sum(np.sum(w * y) for w, y in zip(self.weights, outputs, strict=True))

    def gradient(self, *xs: Any) -> Any:
        return cp.grad(self.weighted, self.argnums)(*xs)

    def slope(self, *xs: Any) -> Any:
        return cp.jvp(self.weighted, xs, self.tangent)[1]

    @functools.cached_property
    def graph(self) -> Graph:
        return cp.trace(self.f)(*self.args)

    def same_branch(self, xs: Values) -> bool:
        """Whether the Python code takes the same decisions at another point."""
        try:
            cp.run(self.graph, *xs)
        except ClearpropError:
            return False
        return True


def examine(program: Program) -> Checked:
    """Hold all ways to compute a program's value and derivatives against each other.

    Raises:
        Disagreement: Saying which two.
    """
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        case = _tried(Case, program)
        for step in (values, graphs, first_order, numerically, second_order, batches):
            _tried(step, case)
    return case.checked


def _tried(step: Callable[[Any], Any], subject: Any) -> Any:
    """The step's result; an exception that it raises is a disagreement too."""
    try:
        return step(subject)
    except Disagreement:
        raise
    except Exception as error:
        raise Disagreement(f"{step.__name__}: {type(error).__name__}: {error}") from error


def values(case: Case) -> None:
    """Plain NumPy, traced, and run from the graph: the same to the bit."""
    traced, _ = cp.vjp(case.f, *case.args)
    _same(as_tuple(traced), case.value, "the traced value is not NumPy's")
    _same(cp.run(case.graph, *case.args), case.value, "the graph's value is not NumPy's")


def graphs(case: Case) -> None:
    """The graph and its derivatives are legal, read back as they were, and compute the same."""
    graph = case.graph
    forward, reverse = cp.derive.forward(graph), cp.derive.reverse(graph)
    for derived in (graph, forward, reverse, cp.derive.reverse(forward)):
        check(derived)
    for shown in (graph, reverse):
        if cp.parse(str(shown)) != shown:
            raise Disagreement("a graph's text reads back as another graph")
    _, pull = cp.vjp(case.f, *case.args)
    moving = [w for w, y in zip(case.weights, graph.outputs, strict=True) if y.type.differentiable]
    found = cp.run(reverse, *case.args, *moving)
    _close(found, pull(_given(case.weights)), "the derived graph, run, and vjp", case.exact)


def first_order(case: Case) -> None:
    """The dot-product test, and the pullback's linearity."""
    _, tangents = cp.jvp(case.f, case.args, case.tangent)
    _, pull = cp.vjp(case.f, *case.args)
    pulled, tangents = pull(_given(case.weights)), as_tuple(tangents)
    scale = size(case.weights, tangents) + size(pulled, case.tangent)
    forward, reverse = dot(case.weights, tangents), dot(pulled, case.tangent)
    _near(reverse, forward, case.exact * (scale + 1e-3), "reverse and forward")
    others = like(case.weights, np.random.default_rng(1))
    mixed = moved([2.0 * w for w in case.weights], others, -0.5)
    mixed = like_types(mixed, case.weights)
    expected = [2.0 * a - 0.5 * b for a, b in zip(pulled, pull(_given(others)), strict=True)]
    _close(pull(_given(mixed)), expected, "vjp is not linear in the cotangent", case.exact)


def numerically(case: Case) -> None:
    """Forward mode and differences of plain NumPy."""
    if case.program.single:
        return
    analytic = dot(case.weights, as_tuple(cp.jvp(case.f, case.args, case.tangent)[1]))

    def along(step: float) -> float:
        return dot(case.weights, as_tuple(case.program.reference(*_at(case, step))))

    case.checked.numerical = _against_differences(case, along, analytic, "numerical derivative")


def second_order(case: Case) -> None:
    """Four compositions of the two modes, and differences of the gradient."""
    xs, tangent = case.args, case.tangent
    product = as_tuple(cp.jvp(case.gradient, xs, tangent)[1])
    scale = size(product, case.other)
    if not scale < HOPELESS:
        return
    reverse_forward = cp.grad(case.slope, case.argnums)(*xs)
    _close(reverse_forward, product, "reverse over forward, forward over reverse", case.exact)
    _, pull = cp.vjp(case.gradient, *xs)
    _close(pull(tangent), product, "reverse over reverse, forward over reverse", case.exact)
    twice = cp.jvp(case.slope, xs, case.other)[1]
    wanted = dot(product, case.other)
    _near(float(twice), wanted, case.exact * (scale + 1), "forward over forward, over reverse")
    case.checked.second = True
    if case.program.single:
        return

    def along(step: float) -> float:
        return dot(case.gradient(*_at(case, step)), case.other)

    done = _against_differences(case, along, wanted, "difference of the gradient")
    case.checked.second_numerical = done


def batches(case: Case) -> None:
    """``vmap``, and one after the other."""
    vmap = getattr(cp, "vmap", None)
    points = [_at(case, step) for step in (0.0, 1e-4, -2e-4)]
    if vmap is None or not all(map(case.same_branch, points)):
        return
    stacked = [np.stack(column) for column in zip(*points, strict=True)]
    for f, what in ((case.f, "the values"), (case.gradient, "the gradients")):
        singles = [as_tuple(f(*point)) for point in points]
        loop = [np.stack(column) for column in zip(*singles, strict=True)]
        _close(as_tuple(vmap(f)(*stacked)), loop, f"vmap and a loop, {what}", case.exact)
    case.checked.batched = True


def _against_differences(
    case: Case, along: Callable[[float], float], analytic: float, what: str
) -> bool:
    """Compare with a numerical derivative where there is a sensible one."""
    if not all(case.same_branch(_at(case, step)) for step in (2e-3, 1e-3, -1e-3, -2e-3)):
        return False
    try:
        numerical, doubt = slope(along)
    except NameError:  # a branch that the graph has no guard for, as it did not matter there
        return False
    scale = max(abs(analytic), 1.0)
    if not doubt < 1e-4 * scale:
        return False
    _near(analytic, numerical, NUMERICAL * scale + 10 * doubt, what)
    return True


def _at(case: Case, step: float) -> Values:
    return moved(case.args, case.tangent, step)


def _given(weights: Values) -> Any:
    """Cotangents in the structure of the result."""
    return weights if len(weights) > 1 else weights[0]


def like_types(found: Sequence[Any], wanted: Sequence[Any]) -> Values:
    """Numbers in the dtypes of others."""
    pairs = zip(found, wanted, strict=True)
    return tuple(a if isinstance(b, float) else np.asarray(a, b.dtype)[()] for a, b in pairs)


def _same(found: Sequence[Any], wanted: Sequence[Any], what: str) -> None:
    if len(found) != len(wanted):
        raise Disagreement(f"{what}: {len(found)} outputs, not {len(wanted)}")
    for mine, other in zip(found, wanted, strict=True):
        other = np.asarray(other)
        if mine.dtype != other.dtype if hasattr(mine, "dtype") else other.dtype != np.float64:
            raise Disagreement(f"{what}: {mine.dtype}, {other.dtype}")
        if not np.array_equal(mine, other):
            raise Disagreement(f"{what}: {mine!r}, {other!r}")


def _close(found: Sequence[Any], wanted: Sequence[Any], what: str, relative: float) -> None:
    scale = 1e-3 + max(map(_largest, wanted), default=0.0)
    if not scale < HOPELESS:
        return
    for mine, other in _pairs(found, wanted, what):
        if not np.allclose(mine, other, rtol=relative, atol=relative * scale):
            raise Disagreement(f"{what}: {mine!r}, {other!r}")


def _pairs(
    found: Sequence[Any], wanted: Sequence[Any], what: str
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for mine, other in zip(found, wanted, strict=True):
        mine, other = np.asarray(mine), np.asarray(other)
        if mine.shape != other.shape:
            raise Disagreement(f"{what}: shapes {mine.shape}, {other.shape}")
        yield mine, other


def _near(found: float, wanted: float, allowed: float, what: str) -> None:
    if not abs(found - wanted) <= allowed and abs(wanted) < HOPELESS:
        raise Disagreement(f"{what}: {found!r}, {wanted!r}; allowed {allowed:.1e}")


def _largest(value: Any) -> float:
    return float(np.max(np.abs(value), initial=0.0))
