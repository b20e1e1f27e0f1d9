"""Operations with several results in explanations: a node per result, an edge per operand."""

import numpy as np
import pytest

import clearprop as cp
from clearprop import explain


def branch(x):
    y = cp.cond(x > 0, np.sin, np.cos, x)
    return y * x


def loop(x):
    y = cp.scan(lambda c, _: (np.sin(c) * x, None), x, length=3)[0]
    return y + x


def while_loop(x):
    return cp.while_loop(lambda y: y < 9.0, lambda y: y * x, x)


@pytest.mark.parametrize(("f", "x"), [(branch, 0.5), (loop, 0.7), (while_loop, 1.7)])
def test_the_gradient_is_that_of_the_engine(f, x):
    explanation = explain.function(f, x)
    assert explanation.gradient["x"] == pytest.approx(cp.grad(f)(x), rel=1e-12)
    total = sum(path.product for path in explanation.paths())
    assert total == pytest.approx(explanation.gradient["x"], rel=1e-12)
    for shown in (explanation.text(), explanation.svg(), explanation._repr_html_()):
        assert f.__name__ in shown


def test_a_branch_is_one_node():
    explanation = explain.function(branch, 0.5)
    assert explanation.node("y").expression.startswith("cond(")
    assert explanation.edge("v2", "y").partial == np.cos(0.5)


def test_what_loops_keep_for_derivatives_is_not_shown():
    expressions = [node.expression for node in explain.function(loop, 0.7).nodes]
    assert [text for text in expressions if text and "scan" in text] == ["scan(x, v1)[0]"]


def test_why_names_the_edge_into_a_loop():
    why = cp.why(lambda x: cp.scan(lambda c, _: (c * 0.0, None), x, length=3)[0], 1.0)
    assert why.verdict == "zero"
