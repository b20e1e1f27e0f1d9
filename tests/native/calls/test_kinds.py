"""Which calls the same code is for, and what a call gives that is no number."""

from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import TraceError, UnsupportedError


@dataclasses.dataclass(frozen=True)
class Rate:
    value: float


class Model:
    def __init__(self, weight: float) -> None:
        self.weight = weight

    @cp.compile
    def scaled(self, x: Any) -> Any:
        return x * self.weight


@cp.compile
def doubled(x: Any) -> Any:
    return x * 2


def stacked(parts: Any) -> Any:
    return np.stack(list(parts.values()))


ONE, OTHER = {"w": 1.0, "b": 2.0}, {"b": 2.0, "w": 1.0}


def test_dicts_keep_the_order_of_their_keys() -> None:
    f = cp.compile(stacked)
    for _ in range(2):
        np.testing.assert_array_equal(f(ONE), [1.0, 2.0])
        np.testing.assert_array_equal(f(OTHER), [2.0, 1.0])
    same = {"".join([*"w"]): 1.0, "".join([*"b"]): 2.0}  # other strings of the same characters
    np.testing.assert_array_equal(f(same), [1.0, 2.0])
    np.testing.assert_array_equal(f({"w": 3.0, "b": 4.0}), [3.0, 4.0])


def test_dicts_in_containers_and_results() -> None:
    g = cp.compile(cp.grad(lambda xs: sum(i * v for i, v in enumerate(xs[0].values()))))
    assert [g([ONE]), g([OTHER]), g([ONE])] == [
        [{"w": 0.0, "b": 1.0}],
        [{"b": 0.0, "w": 1.0}],
        [{"w": 0.0, "b": 1.0}],
    ]
    assert [list(part) for x in (ONE, OTHER) for part in g([x])] == [["w", "b"], ["b", "w"]]


def test_keywords_keep_the_order_of_the_call() -> None:
    f = cp.compile(lambda **parts: list(parts.values()))
    for _ in range(2):
        assert f(x=1.0, a=2.0) == [1.0, 2.0]
        assert f(a=2.0, x=1.0) == [2.0, 1.0]


@pytest.mark.parametrize(
    ("f", "values"),
    [
        (lambda c, x: x / c, [0.0, -0.0]),
        (lambda c, x: x * c[0], [(2,), (2.0,), (np.float32(2),)]),
        (lambda c, x: c.value // 2 + x if c.value.__class__ is int else x, [Rate(1), Rate(1.0)]),
        (lambda c, x: x * (1 if c is True else 2), [True, 1, 1.0]),
        (lambda c, x: x[c], [slice(0, 2), slice(1, 3), slice(None, None, -1)]),
        (lambda c, x: x * max(c), [frozenset([1]), frozenset([1.0])]),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_equal_values_may_be_other_code(f: Any, values: list[Any]) -> None:
    compiled, x = cp.compile(f, static_argnums=0), np.arange(1, 4)
    for value in (*values, *values):
        found, right = compiled(value, x), f(value, x)
        assert found.dtype == right.dtype
        np.testing.assert_array_equal(found, right)


def test_what_is_no_number_is_traced_once() -> None:
    traced = []

    def f(c: Any, x: Any) -> Any:
        traced.append(c)
        return x * 2.0

    compiled = cp.compile(f, static_argnums=0)
    for _ in range(3):
        compiled(float("nan"), 1.0)
        compiled((1, float("nan")), 1.0)
    assert len(traced) == 2


def test_methods() -> None:
    one, other = Model(2.0), Model(3.0)
    for _ in range(2):
        assert (one.scaled(1.0), other.scaled(1.0), Model.scaled(one, 4.0)) == (2.0, 3.0, 8.0)


def test_a_decorated_function_is_pickled_by_its_name() -> None:
    assert pickle.loads(pickle.dumps(doubled)) is doubled


@pytest.mark.parametrize(
    "f",
    [
        lambda z: z,
        lambda z: (z, z * 2, z),
        lambda z: [z * 2] * 2,
        lambda z: cp.fori_loop(0, 0, lambda i, c: c * 2, z),
        lambda z: np.where(z == z, z, z),
    ],
)
@pytest.mark.parametrize("value", [1j, np.ones(3, "c16"), np.float16(2), np.ones((2, 2), "f2")])
def test_what_has_no_native_form_is_given_back(f: Any, value: Any) -> None:
    found, right = cp.compile(f)(value), f(value)
    for mine, other in zip(np.atleast_1d(found), np.atleast_1d(right), strict=True):
        np.testing.assert_array_equal(mine, other)
        assert np.asarray(mine).dtype == np.asarray(other).dtype
        assert not isinstance(value, np.ndarray) or not np.shares_memory(mine, value)


def test_what_changes_is_given_anew() -> None:
    f = cp.compile(lambda x: (x, {1}, bytearray(b"a")))
    f(1.0)[1].add(2)
    f(1.0)[2].append(1)
    assert f(1.0) == (1.0, {1}, bytearray(b"a"))


def test_generators_are_refused() -> None:
    def f(x: Any) -> Iterator[Any]:
        yield x

    with pytest.raises(UnsupportedError, match="the function returns a generator"):
        cp.compile(f)(1.0)


def test_normal_numbers_kept_for_later_are_drawn_from_the_global_state_too() -> None:
    for transform in (cp.compile, cp.grad):
        for _ in range(3):
            with pytest.raises(TraceError, match="global random state"):
                transform(lambda x: x * np.random.normal())(1.0)  # noqa: NPY002
