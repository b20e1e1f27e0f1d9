"""Gates: what a choice leaves out is not part of a derivative, whatever its slopes are.

The oracle is Python's own ``if``: a function that never looks at the branch that is not taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

import clearprop as cp
from clearprop.derive import forward, reverse
from clearprop.execute.reference import run
from clearprop.graph import Input, type_of
from clearprop.primitives import CATALOGUE, Linear, Sym
from clearprop.primitives.gates import MOST_ALTERNATIVES, Gate
from tests.primitives.calls import call, drawn

pytestmark = pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")

# Random programs --------------------------------------------------------------------------------

POINTS = (-1.0, 0.0, 1.0, 2.0)

UNARY: dict[str, Callable[[Any], Any]] = {
    "root": np.sqrt,
    "log": np.log,
    "inverse": lambda x: 1 / x,
    "sin": np.sin,
    "moved": lambda x: x - 1.0,
}

Program = list[tuple[str, int, int, int]]
"""Steps; each names earlier values by their number, modulo how many there are."""

programs = st.lists(
    st.tuples(
        st.sampled_from([*UNARY, "product", "sum", "choice", "choice", "choice"]),
        *[st.integers(0, 7)] * 3,
    ),
    min_size=2,
    max_size=9,
)


def with_where(program: Program, x: Any) -> Any:
    """Every value is computed, and ``where`` picks."""
    values = [x, x - 1.0]
    for name, i, j, k in program:
        a, b, c = (values[n % len(values)] for n in (i, j, k))
        if name == "choice":
            values.append(np.where(c > 0, a, b))
        else:
            values.append(_step(name, a, b))
    return values[-1]


def with_if(program: Program, x: Any) -> Any:
    """Only the values that are taken are computed."""

    def value(n: int) -> Any:
        if n < 2:
            return x - 1.0 if n else x
        name, *places = program[n - 2]
        i, j, k = (place % n for place in places)
        if name == "choice":
            return value(i) if value(k) > 0 else value(j)
        return _step(name, value(i), value(j) if name in ("product", "sum") else None)

    return value(len(program) + 1)


def _step(name: str, a: Any, b: Any) -> Any:
    if name == "product":
        return a * b
    return a + b if name == "sum" else UNARY[name](a)


@settings(deadline=None, max_examples=300)
@given(programs)
def test_where_agrees_with_if(program: Program) -> None:
    """First derivatives in both modes, and second ones, wherever ``if`` has finite ones."""
    for x in POINTS:
        expected = float(cp.grad(lambda x: with_if(program, x) + 0.0 * x)(x))
        if not np.isfinite(expected):
            continue
        f = lambda x: with_where(program, x) + 0.0 * x  # noqa: E731
        assert cp.grad(f)(x) == pytest.approx(expected, rel=1e-9)
        assert cp.jvp(f, (x,), (1.0,))[1] == pytest.approx(expected, rel=1e-9)
        second = float(cp.grad(cp.grad(lambda x: with_if(program, x) + x))(x))
        if np.isfinite(second):
            twice = cp.grad(cp.grad(lambda x: with_where(program, x) + x))(x)
            assert twice == pytest.approx(second, rel=1e-9)


@settings(deadline=None, max_examples=100)
@given(programs)
def test_arrays_agree_with_their_elements(program: Program) -> None:
    """Elements do not meet, so neither do their gates; through axes and sums as well."""

    def whole(x: Any) -> Any:
        return np.sum(np.reshape(with_where(program, np.reshape(x, (2, 2))), (4,))[::-1])

    x = np.array(POINTS)
    expected = [cp.grad(lambda x: with_where(program, x) + 0.0 * x)(float(e)) for e in x]
    assert_array_equal(cp.grad(lambda x: whole(x) + np.sum(0.0 * x))(x), expected)
