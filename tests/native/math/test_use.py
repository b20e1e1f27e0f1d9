"""Special functions in compiled programs: values, derivatives, loops, threads; nothing by SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.special

import clearprop as cp
from clearprop.tracing import apply

FUNCTIONS = ("erfinv", "gammaln", "log_ndtr")
POINTS = {
    "erfinv": np.linspace(-0.999, 0.999, 61),
    "gammaln": np.linspace(-7.3, 30.1, 61),
    "log_ndtr": np.linspace(-30, 9, 61),
}


def compiled(f: Any, *values: Any) -> Any:
    """What a compiled function gives, with nothing left to NumPy."""
    made = cp.compile(f)
    found = made(*values)
    assert not made.explain_plan().fallbacks
    return found


def special(name: str, *values: Any) -> Any:
    return apply(name, *values)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_values(name: str, dtype: str) -> None:
    x = POINTS[name].astype(dtype)
    found = compiled(lambda x: special(name, x), x)
    assert found.dtype == dtype
    eps = float(np.finfo(dtype).eps)
    np.testing.assert_allclose(found, getattr(scipy.special, name)(x), rtol=8 * eps, atol=8 * eps)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_slopes(name: str) -> None:
    x = POINTS[name]
    found = compiled(cp.grad(lambda x: np.sum(special(name, x))), x)
    function = getattr(scipy.special, name)
    h = 1e-5 * np.minimum(1, 1 - x**2) if name == "erfinv" else 1e-5
    difference = (function(x + h) - function(x - h)) / (2 * h)
    np.testing.assert_allclose(found, difference, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_derivatives_of_ln_gamma(order: int) -> None:
    x = np.linspace(0.05, 20, 77)

    def f(x: Any) -> Any:
        return special("gammaln", x)

    for _ in range(order + 1):
        f = cp.grad(f)
    found = compiled(cp.vmap(f), x)
    np.testing.assert_allclose(found, scipy.special.polygamma(order, x), rtol=1e-13)


def test_higher_orders_and_computed_ones_are_scipys() -> None:
    x = np.linspace(0.5, 4, 9)
    for order, native_form in ((2.0, True), (3.0, False), (11.0, False)):
        made = cp.compile(lambda x, order=order: special("polygamma", order, x))
        np.testing.assert_allclose(made(x), scipy.special.polygamma(int(order), x), rtol=1e-13)
        assert bool(made.explain_plan().fallbacks) is not native_form
    orders = np.arange(9.0) % 4
    made = cp.compile(lambda n, x: special("polygamma", n, x))
    np.testing.assert_array_equal(made(orders, x), scipy.special.polygamma(orders, x))


def test_orders_beside_each_other_keep_their_forms() -> None:
    def f(x: Any) -> Any:
        return [special("polygamma", float(order), x) for order in (1, 0, 2, 3, 0)]

    for x in (2.5, np.linspace(0.5, 4, 9)):
        expected = [scipy.special.polygamma(order, x) for order in (1, 0, 2, 3, 0)]
        np.testing.assert_allclose(cp.compile(f)(x), expected, rtol=1e-13)


def test_within_a_loop() -> None:
    def f(shape: Any, seen: Any) -> Any:
        def step(total: Any, y: Any) -> Any:
            density = (shape - 1) * np.log(y) - y - special("gammaln", shape)
            return total + density, special("log_ndtr", y - shape)

        total, kept = cp.scan(step, 0.0, seen)
        return total + np.sum(kept)

    seen = np.random.default_rng(0).gamma(2.5, size=40)
    found = compiled(cp.value_and_grad(f), np.float64(2.5), seen)
    density = 1.5 * np.log(seen) - seen - scipy.special.gammaln(2.5)
    expected = np.sum(density) + np.sum(scipy.special.log_ndtr(seen - 2.5))
    np.testing.assert_allclose(found[0], expected, rtol=1e-13)
    normal = np.exp(-((seen - 2.5) ** 2) / 2 - scipy.special.log_ndtr(seen - 2.5))
    slope = np.sum(np.log(seen) - scipy.special.psi(2.5) - normal / np.sqrt(2 * np.pi))
    np.testing.assert_allclose(found[1], slope, rtol=1e-12)


def test_normal_samples_are_native() -> None:
    def f(key: Any) -> Any:
        return cp.random.normal(key, shape=(1000,))

    key = cp.random.key(3)
    np.testing.assert_allclose(compiled(f, key), f(key), rtol=0, atol=4e-15)


def test_the_same_bits_for_any_number_of_threads() -> None:
    x = np.random.default_rng(1).uniform(-3, 12, 60_000)

    def f(x: Any) -> Any:
        return special("gammaln", x), special("polygamma", 0.0, x), special("log_ndtr", x)

    alone, *others = [cp.compile(f, threads=count)(x) for count in (1, 2, 3)]
    for found in others:
        for mine, other in zip(found, alone, strict=True):
            np.testing.assert_array_equal(mine, other)
