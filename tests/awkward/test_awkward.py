"""Each decision at an awkward point holds: in both modes, over both namespaces, and on the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest
from numpy.testing import assert_allclose

import clearprop as cp
import clearprop.numpy
from scripts.awkward_page import PAGE, render
from tests.awkward.row import Row
from tests.awkward.table import GROUPS, ROWS

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*encountered in:RuntimeWarning",
    "ignore:Mean of empty slice:RuntimeWarning",
    "ignore:Degrees of freedom <= 0 for slice:RuntimeWarning",
)

DECIDED = {key: row for key, row in ROWS.items() if not row.refused}
REFUSED = {key: row for key, row in ROWS.items() if row.refused}
SECOND = {key: row for key, row in DECIDED.items() if row.second is not None}

over_both = pytest.mark.parametrize(
    "np", [numpy, clearprop.numpy], ids=["numpy", "clearprop.numpy"]
)


def each(rows: dict[str, Row]) -> Any:
    return pytest.mark.parametrize("row", rows.values(), ids=rows)


def point(row: Row) -> Any:
    """A list as an array of floats; anything else as it is."""
    return numpy.array(row.at, float) if isinstance(row.at, list) else row.at


def same(found: Any, expected: Any) -> None:
    assert numpy.shape(found) == numpy.shape(expected)
    assert_allclose(found, expected, rtol=1e-12, atol=0)


@over_both
@each(DECIDED)
def test_in_reverse(row: Row, np: Any) -> None:
    same(cp.grad(row.function(np))(point(row)), row.first)


@over_both
@each(DECIDED)
def test_forward(row: Row, np: Any) -> None:
    """Along each unit vector; where its zeros meet ∞ or NaN, they may give NaN."""
    x = point(row)
    for index in numpy.ndindex(numpy.shape(x)):
        unit = numpy.zeros(numpy.shape(x))
        unit[index] = 1.0
        tangent = cp.jvp(row.function(np), (x,), (unit[()] if numpy.ndim(x) else float(unit),))[1]
        if numpy.all(numpy.isfinite(row.first)) or not numpy.isnan(tangent):
            same(tangent, numpy.asarray(row.first)[index])


@over_both
@each(SECOND)
def test_second_derivatives(row: Row, np: Any) -> None:
    f, x = row.function(np), point(row)
    same(cp.hessian(f)(x), row.second)
    if not numpy.ndim(x):
        same(cp.grad(cp.grad(f))(x), row.second)
        same(cp.jvp(lambda x: cp.jvp(f, (x,), (1.0,))[1], (x,), (1.0,))[1], row.second)


@over_both
@each(REFUSED)
def test_refused(row: Row, np: Any) -> None:
    with pytest.raises(Exception, match=r".+") as caught:
        cp.grad(row.function(np))(point(row))
    assert type(caught.value).__name__ == row.first


def test_each_row_stands_once() -> None:
    assert len(ROWS) == sum(len(group.rows) for group in GROUPS)


def test_the_page_is_made_from_the_table() -> None:
    page = Path(__file__).parents[2] / PAGE
    made = page.read_text(encoding="utf-8")
    assert made == render(), "run `make awkward`, or without the others `-m scripts.awkward_page`"
