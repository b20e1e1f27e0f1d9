"""The oracle: one function, computed and differentiated in every way, has one answer.

Plain NumPy = traced = run from the graph; reverse = forward = numerical; four compositions for the
second order = numerical; batched = one by one. Source: C. Yang, Y. Deng, J. Yao, Y. Tu, H. Li and
L. Zhang, *Fuzzing automatic differentiation in deep-learning libraries*, ICSE 2023.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import clearprop as cp
from clearprop.derive import forward
from clearprop.execute import Plan
from clearprop.graph import check
from tests.fuzz.case import Case, Checked, strong
from tests.fuzz.comparing import HOPELESS, DisagreementError, close, near, same
from tests.fuzz.numerics import as_tuple, dot, like, moved, size, slope
from tests.fuzz.program import Program

NUMERICAL = 1e-5
"""By how much a numerical derivative that looks sound may still be off."""
STEPS = (2e-3, 1e-3, -1e-3, -2e-3)


def examine(program: Program) -> Checked:
    """Hold all ways to compute a program's value and derivatives against each other.

    Raises:
        DisagreementError: Saying which two.
    """
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            case = Case(program)
        except NameError:  # an array changed since, and an inner function takes another branch
            return Checked()
        except Exception as error:
            raise DisagreementError(f"by itself: {type(error).__name__}: {error}") from error
        for step in (values, texts, first_order, second_order, nested, batches):
            _tried(step, case)
    return case.checked


def values(case: Case) -> None:
    """Plain NumPy, traced, and run from the graph."""
    traced = as_tuple(case.pullback[0])
    same(traced, case.value, "the traced value and NumPy's", case.largest_passed)
    ran = cp.run(case.graph, *case.args)
    same(ran, traced, "the graph's value and the traced one", case.largest_passed)
    case.checked.bits = all(map(np.array_equal, (*ran, *traced), (*case.value, *case.value)))


def texts(case: Case) -> None:
    """The graph and its derivatives are legal, and read back as they were."""
    for graph in (case.graph, case.forward, case.reverse, case.second):
        check(graph)
    for graph in (case.graph, (case.forward, case.reverse, case.graph, case.second)[case.lot]):
        if cp.parse(str(graph)) != graph:
            raise DisagreementError("a graph's text reads back as another graph")


def first_order(case: Case) -> None:
    """The dot-product test, the pullback's linearity, and differences of plain NumPy."""
    tangents = as_tuple(cp.jvp(case.f, case.args, case.tangent)[1])
    _, pull = case.pullback
    pulled = pull(case.structured(case.weights))
    scale = size(case.weights, tangents) + size(pulled, case.tangent)
    analytic, reverse = dot(case.weights, tangents), dot(pulled, case.tangent)
    near(reverse, analytic, case.exact * (scale + 1e-3), "reverse and forward")
    close(case.gradients(case.args), pulled, "the derived graph, run, and vjp", case.exact)
    others = like(case.weights, np.random.default_rng(1))
    mixed = moved(moved(others, others, 1.0), case.weights, -0.5)
    again = pull(case.structured(others))
    expected = [2.0 * a - 0.5 * b for a, b in zip(again, pulled, strict=True)]
    close(pull(case.structured(mixed)), expected, "vjp's linearity", case.exact)

    def along(step: float) -> float:
        return dot(case.weights, as_tuple(case.program.reference(*case.at(step))))

    done = _against_differences(case, along, analytic, "the derivative and NumPy's differences")
    case.checked.numerical = done


def second_order(case: Case) -> None:
    """Forward over reverse, another composition, and differences of the gradient."""
    xs, tangent = strong(case.args), strong(case.tangent)
    weights = strong(case.moving(case.weights))
    still = [np.zeros_like(weight) for weight in weights]
    product = Plan(forward(case.reverse)).run([*xs, *weights, *tangent, *still])
    case.product = product
    scale, wanted = size(product, case.other), dot(product, case.other)
    if not scale < HOPELESS:
        return
    another = Plan(case.second)
    if case.lot == 0:
        resting = [np.zeros_like(x) for x in xs]
        twice = dot(another.run([*xs, *tangent, *strong(case.other), *resting]), weights)
        near(twice, wanted, case.exact * (scale + 1), "forward twice, forward over reverse")
    elif case.lot == 1:
        pushed = another.run([*xs, *tangent, *weights])[: len(xs)]
        close(pushed, product, "reverse over forward, forward over reverse", case.exact)
    else:
        pulled = another.run([*xs, *weights, *tangent])[: len(xs)]
        close(pulled, product, "reverse over reverse, forward over reverse", case.exact)
    case.checked.second = True

    def along(step: float) -> float:
        return dot(case.gradients(case.at(step)), case.other)

    done = _against_differences(case, along, wanted, "the second derivative and differences")
    case.checked.second_numerical = done


def nested(case: Case) -> None:
    """One of the four compositions again, as the user writes it: a derivative of a derivative."""
    if not case.checked.second:
        return
    xs, tangent, wanted = case.args, case.tangent, case.product
    kind = case.lot
    if kind == 0:
        found = as_tuple(cp.jvp(case.gradient, xs, tangent)[1])
    elif kind == 1:
        found = as_tuple(cp.vjp(case.gradient, *xs)[1](tangent))
    elif kind == 2:
        found = cp.grad(case.slope, case.argnums)(*xs)
    else:
        found = (cp.jvp(case.slope, xs, case.other)[1],)
        scale = size(wanted, case.other) + 1
        wanted = (dot(wanted, case.other),)
        near(float(found[0]), wanted[0], case.exact * scale, "jvp of jvp and the derived graph")
        return
    what = ("jvp of grad", "vjp of grad", "grad of jvp")[kind]
    close(found, wanted, f"{what} and the derived graph", case.exact)


def batches(case: Case) -> None:
    """``vmap``, and one after the other."""
    points = [case.at(step) for step in (0.0, 1e-4, -2e-4)]
    if not all(map(case.same_branch, points)):
        return
    if not all(isinstance(x, float) or (x.ndim and x.flags.c_contiguous) for x in case.args):
        return  # elements of a batch are scalars or in C order, so that other steps are views
    stacked = [np.stack(column) for column in zip(*points, strict=True)]
    rows = [*zip(*stacked, strict=True)]  # numbers in them are NumPy's, also where Python's were
    try:
        pair = [as_tuple(case.program.reference(*point)) for point in (points[0], rows[0])]
    except TypeError:  # it writes into what NumPy makes of Python's numbers, but not of its own
        return
    if not all(np.allclose(*both, 1e-3, equal_nan=True) for both in zip(*pair, strict=True)):
        return  # what is written there shows, or does not
    singles: tuple[tuple[Any, Callable[..., Any], str], ...] = (
        (case.f, lambda point: as_tuple(case.program.reference(*point)), "the values"),
        (case.gradient, case.gradients, "the gradients"),
    )
    for f, single, what in singles[: 1 + case.lot % 2]:
        columns = zip(*map(single, rows), strict=True)
        loop = [np.stack(column) for column in columns]
        close(as_tuple(cp.vmap(f)(*stacked)), loop, f"vmap and a loop, {what}", case.exact)
    case.checked.batched = True


def _against_differences(
    case: Case, along: Callable[[float], float], analytic: float, what: str
) -> bool:
    """Compare with a numerical derivative where there is a sensible one."""
    if case.program.single or not all(case.same_branch(case.at(step)) for step in STEPS):
        return False
    try:
        numerical, doubt = slope(along)
    except NameError:  # another branch, with no guard in the graph as nothing depended on it
        return False
    scale = max(abs(analytic), 1.0)
    if not doubt < 1e-4 * scale:
        return False
    near(analytic, numerical, NUMERICAL * scale + 10 * doubt, what)
    return True


def _tried(step: Callable[[Any], Any], subject: Any) -> Any:
    """The step's result; an exception that it raises is a disagreement too."""
    try:
        return step(subject)
    except DisagreementError:
        raise
    except Exception as error:
        raise DisagreementError(f"{step.__name__}: {type(error).__name__}: {error}") from error
