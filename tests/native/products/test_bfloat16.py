"""Products in bfloat16 against operands rounded by NumPy and sums in float64."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import ArgumentError
from clearprop.execute.native.cache import ObjectCache
from clearprop.execute.native.machine import Machine, levels, machine
from clearprop.execute.native.placing import chunks
from clearprop.execute.native.products import Product, dense, module_text, symbol
from clearprop.execute.native.program import Program
from clearprop.rewrite import simplify
from tests.native.products.harness import check, compiled, guarded
from tests.native.threads.test_chunks import bits, given

HOSTS = [machine(), *map(machine, levels())]
"""All that the host knows, with bfloat16 if it does; then its levels, which are without."""


def rounded(x: Any) -> Any:
    """To the nearest bfloat16, the even one of two, as float32."""
    words = np.ascontiguousarray(x, np.float32).view(np.uint32)
    up = words + np.uint32(0x7FFF) + ((words >> 16) & 1)
    return np.where(np.isnan(x), np.uint32(0x7FC00000), up & 0xFFFF0000).view(np.float32)


@pytest.fixture(params=HOSTS, ids=lambda host: f"{host.level} {'bfloat16' * host.bfloat16}")
def host(request: pytest.FixtureRequest) -> Machine:
    found: Machine = request.param
    return found


def test_rounding_is_to_the_nearest_and_to_even(host: Machine) -> None:
    """Of numbers times 1, next to all kinds of halves between two bfloat16."""
    words = [
        sign | (upper << 16) | lower
        for sign in (0, 1 << 31)
        for upper in (0x0080, 0x3F80, 0x3F81, 0x4049, 0x7F7E, 0x7F7F, 0x7F80)
        for lower in (0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF)
        if upper < 0x7F80 or lower == 0
    ]
    x = np.array(words, np.uint32).view(np.float32)
    for transposed in (False, True):
        product = replace(dense(len(x), 1, 1, "float32", transposed_a=transposed), form="rounded")
        run = compiled([product], host)
        found = np.full(len(x), np.nan, np.float32)
        run(product, x, np.ones(1, np.float32), found)
        np.testing.assert_array_equal(found, rounded(x))


def test_sums_are_of_rounded_operands(host: Machine) -> None:
    sizes = [
        (1, 1, 1),
        (2, 3, 5),
        (7, 19, 21),
        (34, 70, 33),
        (13, 10, 128),
        (65, 17, 2),
        (70, 64, 1101),
    ]
    forms = list(itertools.product((False, True), (False, True)))
    products = [
        replace(dense(m, n, k, "float32", transposed_a=ta, transposed_b=tb), form="rounded")
        for (m, n, k), (ta, tb) in itertools.product(sizes, forms)
    ]
    products += [replace(x, lda=x.lda + 3, ldb=x.ldb + 2, ldc=x.ldc + 5) for x in products[:12]]
    run = compiled(products, host)

    def of_rounded(product: Product, a: Any, b: Any, c: Any) -> None:
        """What the harness holds to exact products gets operands that lose nothing."""
        a[:], b[:] = rounded(a), rounded(b)
        run(product, a, b, c)

    for product, at_end in itertools.product(products, (True, False)):
        check(of_rounded, product, at_end)


def test_what_is_lost_is_what_rounding_loses(host: Machine) -> None:
    a, b = given(((40, 300), (300, 50)), "float32")
    product = replace(dense(40, 50, 300, "float32"), form="rounded")
    c = guarded(40 * 50, "float32", at_end=True)
    compiled([product], host)(product, a.reshape(-1), b.reshape(-1), c)
    x, y = rounded(a).astype(float), rounded(b).astype(float)
    bound = 2 * 302 * np.finfo(np.float32).eps * (abs(x) @ abs(y))
    assert (abs(c.reshape(40, 50) - x @ y) <= bound).all()
    assert np.max(np.abs(c.reshape(40, 50) - a.astype(float) @ b)) > 1e-3


def test_what_is_not_finite_goes_where_it_belongs(host: Machine) -> None:
    product = replace(dense(7, 19, 21, "float32"), form="rounded")
    run = compiled([product], host)
    for bad in (np.nan, np.inf):
        a, b = np.ones((7, 21), np.float32), np.ones((21, 19), np.float32)
        a[6, 20] = b[0, 9] = bad
        c = np.zeros((7, 19), np.float32)
        run(product, a.reshape(-1), b.reshape(-1), c.reshape(-1))
        want = np.full((7, 19), 21.0)
        want[6, :] = want[:, 9] = bad
        np.testing.assert_array_equal(c, want)


def test_no_depth_gives_zeros(host: Machine) -> None:
    product = replace(dense(3, 4, 0, "float32"), form="rounded")
    c = np.full(12, np.nan, np.float32)
    nothing = np.zeros(0, np.float32)
    compiled([product], host)(product, nothing, nothing, c)
    np.testing.assert_array_equal(c, 0)


def test_the_processor_does_it_where_it_can(host: Machine) -> None:
    product = replace(dense(32, 64, 100, "float32"), form="rounded")
    assert ("dpbf16ps" in module_text([product], host)) == host.bfloat16


def test_names_tell_forms_apart() -> None:
    one = dense(3, 4, 5, "float32")
    assert symbol(one) != symbol(replace(one, form="rounded"))


def layer(x: Any, w: Any, b: Any) -> Any:
    return np.maximum(x @ w + b, 0)


def test_the_same_bits_for_any_number_of_threads_and_with_a_cache(tmp_path: Path) -> None:
    x, w, b = values = given(((331, 815), (815, 256), (256,)), "float32")
    graph = simplify(cp.trace(layer)(*values))
    cache = ObjectCache(tmp_path)
    made = [Program(graph, cache=cache, threads=n, bfloat16=True) for n in (1, 2, 7)]
    assert [each.was_cached for each in made] == [False, True, True]
    assert chunks(made[0].steps[-1], made[0].machine) > 1
    found = [bits(each.run(values)[0]) for each in made]
    assert found[1:] == found[:1] * 2
    right = layer(rounded(x).astype(float), rounded(w).astype(float), b.astype(float))
    np.testing.assert_allclose(made[0].run(values)[0][0], right, rtol=1e-5, atol=1e-3)
    assert not Program(graph, cache=cache).was_cached


@pytest.mark.parametrize("host", HOSTS)
def test_a_program_with_epilogues_and_loops(host: Machine) -> None:
    def epoch(p: Any, xs: Any) -> Any:
        def step(p: Any, x: Any) -> Any:
            w, b = p
            value, slopes = cp.value_and_grad(lambda p: np.sum(layer(x, *p) ** 2))(p)
            return [w - 0.001 * slopes[0], b - 0.001 * slopes[1]], value

        return cp.scan(step, p, xs)

    w, b, xs = given(((40, 48), (48,), (3, 33, 40)), "float32")
    graph = simplify(cp.trace(epoch)([w, b], xs))
    found, _ = Program(graph, host, bfloat16=True).run([w, b, xs])
    p, q = w.copy(), b.copy()
    for x in xs:
        z = rounded(x) @ rounded(p) + q
        d = np.where(z < 0, 0, 2 * np.maximum(z, 0)).astype(np.float32)
        p, q = p - 0.001 * (rounded(x).T @ rounded(d)), q - 0.001 * d.sum(axis=0)
    np.testing.assert_allclose(found[0], p, rtol=1e-3, atol=2e-3)
    np.testing.assert_allclose(found[1], q, rtol=1e-3, atol=2e-3)


def test_float64_is_as_it_was() -> None:
    x, w = given(((33, 40), (40, 48)))
    plain = cp.compile(lambda x, w: x @ w)
    rounded_ = cp.compile(lambda x, w: x @ w, products="bfloat16")
    np.testing.assert_array_equal(plain(x, w), rounded_(x, w))
    assert "bfloat16" not in str(rounded_.explain_plan())


def test_it_is_asked_for_and_shown() -> None:
    x, w, b = given(((32, 64), (64, 128), (128,)), "float32")
    f = cp.compile(layer, products="bfloat16")
    found = f(x, w, b)
    assert "product 32×64 · 64×128 bfloat16 with add, maximum" in str(f.explain_plan())
    np.testing.assert_allclose(found, layer(rounded(x), rounded(w), b), rtol=1e-5, atol=1e-4)
    assert np.max(np.abs(found - cp.compile(layer)(x, w, b))) > 1e-3
    with pytest.raises(ArgumentError, match="no products in 'float16'"):
        cp.compile(layer, products="float16")  # type: ignore[call-overload]
