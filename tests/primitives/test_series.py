"""Every primitive's Taylor series: one pass of ``jet`` is forward mode, nested."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pytest
from numpy.testing import assert_allclose

import clearprop as cp
from clearprop.derive import forward, jet
from clearprop.execute.reference import run
from clearprop.primitives import Primitive
from clearprop.primitives.samples import Sample
from clearprop.tracing import apply, items
from tests.primitives.calls import drawn, each_sample, legal

ORDER: Final = 3

pytestmark = pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")


@each_sample
def test_series_along_a_curve(primitive: Primitive, sample: Sample) -> None:
    """Along x + a t + b t²/2 + c t³/6, in which every moving operand has numbers of its own."""
    made = drawn(primitive, sample, "float64")
    if not made.smooth:
        return
    ways = {x: made.direction([x] * ORDER) for x in made.moving}

    def along(t: Any) -> list[Any]:
        xs = []
        for x, value in zip(made.graph.inputs, made.values, strict=True):
            a, b, c = ways.get(x, (0, 0, 0))
            xs.append(value + t * (a + t * (b / 2 + t * c / 6)) if x in ways else value)
        y = apply(primitive.name, *xs, **sample.params)
        return list(items(y)) if len(made.graph.outputs) > 1 else [y]

    series = legal(jet(made.graph, made.moving, ORDER))
    found = run(series, *made.values, *[way for of_one in ways.values() for way in of_one])
    nested = cp.trace(along)(np.float64(0))
    for k in range(ORDER):
        nested = forward(nested, nested.inputs[:1])
        expected = run(nested, 0.0, *[1.0] * (k + 1))
        for mine, other in zip(found[k::ORDER], expected, strict=True):
            is_single = other.dtype.name in ("float32", "complex64")  # a cast
            rough = 1e-5 if is_single else 1e-9
            assert_allclose(mine, other, rtol=rough, atol=rough)
