"""Derivatives of derivatives, in every composition of the modes."""

import itertools

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import ArgumentError, CheckError

ALL_FOUR = {
    f"{outer}-over-{inner}" for outer, inner in itertools.product(("forward", "reverse"), repeat=2)
}


def right_once(x):
    """x², whose first derivative is right, and whose second is lost."""
    still = cp.stop_gradient(x)
    return 2 * x * still - still**2


def test_order_two_is_checked_in_all_four_compositions():
    result = cp.check_grads(lambda x, y: np.sum(np.exp(x)) * y, np.array([1.0, 2.0]), 3.0, order=2)
    second = [e for e in result.elements if e.order == 2]
    assert {e.mode for e in second} == ALL_FOUR
    assert len(second) == 4 * 3 * 3
    assert {e.mode for e in result.elements if e.order == 1} == {"forward", "reverse"}
    assert {e.place for e in second} >= {"x[0], x[1]", "x[1], y", "y, x[1]", "y, y"}


def test_a_mistake_of_second_order_is_found():
    assert cp.check_grads(right_once, 1.5).ok
    result = cp.check_grads(right_once, 1.5, order=2, raises=False)
    assert {e.mode for e in result.failures} == ALL_FOUR
    assert all(e.ok for e in result.elements if e.order == 1)
    assert (result.failures[0].analytic, result.failures[0].numerical) == (0, pytest.approx(2))
    with pytest.raises(CheckError, match=r"4 of 6 elements: d²/d x d x: .* 0, numerical 2"):
        cp.check_grads(right_once, 1.5, order=2)


def test_a_rule_of_the_users_that_is_right_once_only():
    @cp.custom_derivative
    def square(x):
        return x**2

    square.defjvp(
        lambda primals, tangents: (
            square(*primals),
            2 * cp.stop_gradient(primals[0]) * tangents[0],
        )
    )
    x = np.array([1.0, -2.0])
    assert cp.check_grads(lambda x: np.sum(square(x)), x).ok
    result = cp.check_grads(lambda x: np.sum(square(x)), x, order=2, raises=False)
    assert {e.title for e in result.failures} == {"d²/d x[0] d x[0]", "d²/d x[1] d x[1]"}


def test_the_pair_is_named():
    def f(x, w):
        return np.sum(x * x) * np.sum(w) + right_once(x[1]) + x[0] * right_once(w[2])

    result = cp.check_grads(f, np.array([1.0, 2.0]), np.ones(3), order=2, raises=False)
    assert {e.place for e in result.failures} == {"x[1], x[1]", "w[2], w[2]"}
    assert {e.title for e in result.failures} == {"d²/d x[1] d x[1]", "d²/d w[2] d w[2]"}
    assert result.failures[0].inner == (("x", (1,)),) or result.failures[0].inner == (("w", (2,)),)


def test_only_some_compositions():
    result = cp.check_grads(np.exp, 1.0, order=2, modes="forward-over-reverse")
    assert [e.mode for e in result.elements] == ["reverse", "forward-over-reverse"]
    result = cp.check_grads(np.exp, 1.0, order=2, modes="forward")
    assert [e.mode for e in result.elements] == ["forward", "forward-over-forward"]


def test_order_three():
    result = cp.check_grads(lambda x: np.sum(x**4) * x[0], np.array([1.0, 2.0]), order=3)
    third = [e for e in result.elements if e.order == 3]
    assert len(third) == 8 * 2**3
    assert third[0].title == "d³/d x[0] d x[0] d x[0]"
    assert third[0].numerical == pytest.approx(60.0, rel=1e-6)


def test_outputs_of_order_two():
    result = cp.check_grads(lambda x: (x**3, {"y": np.sin(x)}), 1.2, order=2)
    assert {e.output for e in result.elements} == {"result[0]", "result[1]['y']"}
    many = cp.check_grads(lambda x: np.outer(x, x), np.array([1.0, 2.0]), order=2)
    assert {e.output for e in many.elements if e.order == 2} == {
        *("result[0, 0]", "result[0, 1]", "result[1, 0]", "result[1, 1]")
    }


def test_many_pairs_are_sampled_and_covered_by_random_directions():
    x = np.linspace(0.1, 1.0, 30)
    result = cp.check_grads(lambda x: np.sum(np.sin(x)) ** 2, x, order=2, max_elements=9)
    assert len([e for e in result.elements if e.order == 2]) == 4 * 9
    assert result.skipped == 21 + 30**2 - 9
    assert any(e.inner == (("random direction", ()),) for e in result.directions)


def test_a_kink_of_the_gradient():
    result = cp.check_grads(lambda x: np.maximum(x, 0) ** 2, 0.0, order=2)
    assert {e.order for e in result.kinks} == {2}
    assert "0 from the left, 2 from the right" in result.kinks[0].note


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"order": 0}, "no order 0"),
        ({"order": 1.5}, r"no order 1\.5"),
        ({"modes": ()}, "no mode"),
        ({"modes": ["sideways"]}, "no mode 'sideways'"),
        ({"modes": [3]}, "no mode 3"),
        ({"modes": "forward-over-sideways", "order": 2}, "no mode 'forward-over-sideways'"),
        ({"modes": "forward-over-reverse"}, "is of order 2, and the check of order 1"),
        ({"order": 2, "grad": np.cos}, "at order 1 only"),
    ],
)
def test_what_cannot_be_asked(options, said):
    with pytest.raises(ArgumentError, match=said):
        cp.check_grads(np.sin, 1.0, **options)
