"""Why a derivative is zero, NaN, infinite, huge or tiny: each case names the edge and the line."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.errors import ArgumentError
from clearprop.explain import Why, why


def line_of(f: Callable[..., Any], text: str) -> int:
    """The number of the line of the function that holds the text."""
    lines, first = inspect.getsourcelines(f)
    (found,) = (i for i, line in enumerate(lines) if text in line)
    return first + found


def relu(x: Any) -> Any:
    z = x - 3.0
    h = cnp.maximum(z, 0.0)  # here
    return h * 2.0


def stopped(x: Any) -> Any:
    s = cp.stop_gradient(x)  # here
    return s * 2.0


def compared(x: Any) -> Any:
    m = x > 0  # here
    return cnp.where(m, 1.0, 2.0)


def floored(x: Any) -> Any:
    n = cnp.floor(x)  # here
    return n * 3.0


def truncated(x: Any) -> Any:
    n = x * 1.0
    k = n.astype("int64")  # here
    return k * 2.0


def saturated(x: Any) -> Any:
    z = x * 100.0
    h = cnp.tanh(z)  # here
    return h + 1.0


def masked(x: Any) -> Any:
    m = x > 5.0
    y = cnp.where(m, x, 0.0)  # here
    return y * 2.0


def masked_root(x: Any) -> Any:
    s = cnp.sqrt(x)
    m = x > 0
    return cnp.where(m, s, 0.0)  # here


def by_zero(x: Any) -> Any:
    w = 0.0
    y = x * w  # here
    return y + 1.0


def cancelled(x: Any) -> Any:
    a = x * 2.0
    b = x + x
    y = a - b  # here
    return y


def underflown(x: Any) -> Any:
    a = x * 1e-200
    y = a * 1e-200  # here
    return y


ZERO: list[tuple[Callable[[Any], Any], float, str, str]] = [
    (relu, 1.0, "zero", "the other operand is the larger one (0 against −2)"),
    (stopped, 1.0, "no path", "stop_gradient cuts the path on purpose"),
    (compared, 1.0, "no path", "a truth value does not move"),
    (floored, 2.5, "no path", "a step function is flat between its jumps"),
    (truncated, 2.5, "no path", "an integer does not move"),
    (saturated, 1.0, "zero", "tanh is saturated at 100"),
    (masked, 1.0, "zero", "the mask is False, so the other branch was taken"),
    (masked_root, 0.0, "zero", "the mask is False, so the other branch was taken"),
    (by_zero, 3.0, "zero", "the other factor is 0"),
    (cancelled, 1.5, "zero", "the terms 2 and −2 cancel"),
    (underflown, 1.0, "zero", "the product is below every float"),
]


@pytest.mark.parametrize(
    ("f", "x", "verdict", "because"), ZERO, ids=lambda c: getattr(c, "__name__", "")
)
def test_a_zero_names_its_edge_and_line(
    f: Callable[[Any], Any], x: float, verdict: str, because: str
) -> None:
    answer = why(f, x)
    assert (answer.verdict, answer.derivative) == (verdict, 0.0)
    finding = answer.findings[0]
    assert because in finding.because
    assert finding.location is not None
    assert finding.location.line == line_of(f, "# here")
    assert because in answer.text()
    assert f"test_why.py:{line_of(f, '# here')}" in answer.text()


def guarded(x: Any, y: Any) -> Any:
    if x > 0:  # here
        return y * 2.0
    return x


def test_a_branch_that_was_not_taken() -> None:
    answer = why(guarded, (1.0, 2.0), "x")
    assert answer.verdict == "no path"
    assert f"`if x > 0:  # here` (test_why.py:{line_of(guarded, '# here')}) gave True" in str(
        answer
    )


def test_a_branch_with_a_constant() -> None:
    def f(x: Any) -> Any:
        if x > 0:
            return 5.0
        return x

    answer = why(f, 1.0)
    assert answer.verdict == "no path"
    assert "the output of f is not computed from x" in answer.text()
    assert "`if x > 0:`" in answer.text()


def test_an_element_that_is_left_out() -> None:
    def f(x: Any) -> Any:
        y = x[0:2]  # here
        return (y * y).sum()

    answer = why(f, np.array([1.0, 2.0, 3.0]), 2)
    assert (answer.element, answer.verdict) == ("x[2]", "no path")
    assert "the element is not among those that are taken" in answer.text()
    assert answer.findings[0].location is not None
    assert answer.findings[0].location.line == line_of(f, "# here")


def test_every_closed_way_is_named() -> None:
    def f(x: Any, w: Any) -> Any:
        h = cnp.maximum(x * w - 4.0, 0.0)  # first
        m = x > 1.0
        k = cnp.where(m, h, 2.0 * x)  # second
        return k * w

    answer = why(f, (3.0, 1.0), "x")
    lines = {finding.location.line for finding in answer.findings if finding.location}
    assert lines == {line_of(f, "# first"), line_of(f, "# second")}


# Not finite --------------------------------------------------------------------------------------


def root(x: Any) -> Any:
    r = x * x
    s = cnp.sqrt(r)  # here
    return s


def logarithm(x: Any) -> Any:
    z = x * 1.0
    y = cnp.log(z)  # here
    return y


def quotient(x: Any) -> Any:
    n, d = x - x, x * 0
    q = n / d  # here
    return q


def overflown(x: Any) -> Any:
    e = cnp.exp(x)  # here
    return e * 2.0


def too_large(x: Any) -> Any:
    e = x * 1e200  # here
    return e * 1e200


NOT_FINITE: list[tuple[Callable[[Any], Any], float, str, str]] = [
    (root, 0.0, "nan", "the slope of sqrt at 0 is ∞"),
    (logarithm, 0.0, "infinite", "the value of log at 0 is −∞"),
    (quotient, 1.0, "nan", "the value of divide at 0 and 0 is nan"),
    (overflown, 1000.0, "infinite", "the value of exp at 1000 is ∞"),
    (too_large, 1.0, "infinite", "1e+200 · 1e+200 is too large for a float"),
]


@pytest.mark.parametrize(
    ("f", "x", "verdict", "because"), NOT_FINITE, ids=lambda c: getattr(c, "__name__", "")
)
def test_nan_and_infinity_name_where_they_come_from(
    f: Callable[[Any], Any], x: float, verdict: str, because: str
) -> None:
    answer = why(f, x)
    assert answer.verdict == verdict
    assert not math.isfinite(answer.derivative)
    finding = answer.findings[0]
    assert because in finding.because
    assert finding.location is not None
    assert finding.location.line == line_of(f, "# here")


def test_a_branch_that_was_not_taken_is_no_cause() -> None:
    def f(x: Any) -> Any:
        s = cnp.sqrt(x)
        r = cnp.where(x > 0, s, 0.0)
        return r + cnp.log(x)  # here

    answer = why(f, 0.0)
    assert answer.verdict == "infinite"
    assert "sqrt" not in answer.text()


def test_where_infinity_turns_into_nan() -> None:
    answer = why(root, 0.0)
    assert [finding.number for finding in answer.findings[:1]] == [math.inf]
    assert "0 · ∞ is NaN" in answer.text()


def test_infinity_minus_infinity() -> None:
    def f(x: Any) -> Any:
        r = cnp.sqrt(x)
        s = cnp.sqrt(x)
        return r - s

    answer = why(f, 0.0)
    assert answer.verdict == "nan"
    assert "∞ − ∞" in answer.text()


def test_an_element_that_is_not_taken_meets_an_infinite_slope() -> None:
    """Among arrays 0 · ∞, among scalars no path: the answer is that of ``cp.grad``."""

    def f(x: Any) -> Any:
        s = cnp.sqrt(x)  # here
        return s[0] * 2.0

    x = np.array([1.0, 0.0])
    assert np.isnan(cp.grad(f)(x)[1])
    answer = why(f, x, 1)
    assert answer.verdict == "nan"
    assert "0 · ∞ is NaN" in answer.findings[0].because
    assert answer.findings[0].location is not None
    assert answer.findings[0].location.line == line_of(f, "# here")


def test_a_way_that_is_closed_only_backwards() -> None:
    """Forwards the effect is ∞ · 0 = NaN; backwards it is 0 before it meets the ∞."""

    def f(x: Any) -> Any:
        u = x * 1e200 * 1e200
        return 1.0 / u  # here

    answer = why(f, 1.0)
    assert answer.verdict == "zero"
    assert answer.findings[0].location is not None
    assert answer.findings[0].location.line == line_of(f, "# here")


# Large, small, ordinary --------------------------------------------------------------------------


def test_growth_names_its_edges() -> None:
    def f(x: Any) -> Any:
        a = x * 1e4  # second
        b = a + x
        return b * 1e5  # first

    answer = why(f, 1.0)
    assert answer.verdict == "huge"
    gains = [(finding.number, finding.location) for finding in answer.findings[:2]]
    assert [round(gain) for gain, _ in gains] == [100_000, 10_000]
    lines = [location.line for _, location in gains if location]
    assert lines == [line_of(f, "# first"), line_of(f, "# second")]


def test_growth_by_the_number_of_paths() -> None:
    def f(x: Any) -> Any:
        for _ in range(300):
            x = (x + x) + x
        return x

    answer = why(f, 1.0)
    assert answer.verdict == "huge"
    assert "the sum over 1.3689e+143 paths" in answer.text()


def test_a_cancellation_up_to_rounding() -> None:
    def f(x: Any) -> Any:
        a = x * 0.1 + x * 0.2
        b = x * 0.3
        y = a - b  # here
        return y

    answer = why(f, 1.0)
    assert answer.verdict == "tiny"
    assert "cancel" in answer.text()
    assert answer.findings[0].location is not None
    assert answer.findings[0].location.line == line_of(f, "# here")


def test_shrinking_names_its_edges() -> None:
    def f(x: Any) -> Any:
        y = x * 1e-9  # here
        return y * 2.0

    answer = why(f, 1.0)
    assert answer.verdict == "tiny"
    assert answer.findings[0].location is not None
    assert answer.findings[0].location.line == line_of(f, "# here")


def test_nothing_unusual() -> None:
    answer = why(lambda x: x * x, 3.0)
    assert (answer.verdict, answer.derivative) == ("ordinary", 6.0)
    assert "nothing is unusual" in answer.text()


# Arrays, arguments and output --------------------------------------------------------------------


def test_the_most_remarkable_element_is_chosen() -> None:
    def f(x: Any) -> Any:
        return cnp.sqrt(x).sum() + (x * 0.0).sum()

    answer = why(f, np.array([1.0, 0.0, 4.0]))
    assert (answer.element, answer.verdict, answer.others) == ("x[1]", "infinite", 0)


def test_the_others_with_the_same_verdict_are_counted() -> None:
    answer = why(lambda x: cnp.maximum(x, 0.0).sum(), np.array([-1.0, 2.0, -3.0, -4.0]))
    assert (answer.element, answer.verdict, answer.others) == ("x[0]", "zero", 2)
    assert "2 more elements of the gradient are zero as well" in answer.text()


def test_arrays_too_large_to_take_apart() -> None:
    weights = np.random.default_rng(0).normal(size=(20, 3_000))

    def dead(x: Any) -> Any:
        z = weights @ x
        h = cnp.maximum(z, 0.0) * 0.0  # here
        return h.sum()

    answer = why(dead, np.ones(3_000), 7)
    assert answer.verdict == "zero"
    assert answer.findings[0].location is not None
    assert answer.findings[0].location.line == line_of(dead, "# here")

    def rooted(x: Any) -> Any:
        s = cnp.sqrt(x)  # here
        return (weights @ s).sum()

    x = np.ones(3_000)
    x[17] = 0.0
    answer = why(rooted, x)
    assert (answer.element, answer.verdict) == ("x[17]", "infinite")
    assert "the edge x[17] → " in answer.text()


def test_cancellation_inside_an_array_operation() -> None:
    signs = np.resize([1.0, -1.0], 3_000)

    def f(x: Any) -> Any:
        y = x * np.ones(3_000)
        return signs @ y  # here

    answer = why(f, 2.0)
    assert answer.verdict == "zero"
    assert "cancel" in answer.text()
    assert answer.findings[0].location is not None
    assert answer.findings[0].location.line == line_of(f, "# here")


def test_several_arguments_and_containers() -> None:
    def f(params: Any, x: Any) -> Any:
        return params["w"] * x + params["b"] * 0.0

    answer = why(f, ({"w": 2.0, "b": 1.0}, 3.0), "params['b']")
    assert (answer.element, answer.verdict) == ("params['b']", "zero")
    with pytest.raises(ArgumentError, match=r"no element y.*params\['b'\]"):
        why(f, ({"w": 2.0, "b": 1.0}, 3.0), "y")
    with pytest.raises(ArgumentError, match="may be an element of"):
        why(f, ({"w": 2.0, "b": 1.0}, 3.0), 0)


def test_negative_indices_count_from_the_end() -> None:
    assert why(lambda x: (x * x).sum(), np.arange(3.0), -1).element == "x[2]"


@pytest.mark.parametrize("answer", [why(relu, 1.0), why(root, 0.0), why(stopped, 1.0)])
def test_every_answer_can_be_seen(answer: Why) -> None:
    assert cp.why is why
    drawn = answer.svg()
    assert ElementTree.fromstring(drawn) is not None
    assert 'class="cp-mark"' in drawn
    assert ElementTree.fromstring(answer._repr_html_()) is not None
    data = answer.to_dict()
    assert data["verdict"] == answer.verdict
    assert data["findings"][0]["line"] == answer.findings[0].location.line  # type: ignore[union-attr]
    assert "\n" not in answer.text()
