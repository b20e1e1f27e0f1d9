"""Products of matrices against NumPy in a wider format, at memory that must not be touched."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from clearprop.execute.native.machine import Machine, levels, machine
from clearprop.execute.native.products import Product, dense, module_text, scratch_bytes, symbol
from clearprop.execute.native.products.choice import who
from tests.native.products.harness import Run, check, compiled, guarded

FORMS = list(itertools.product((False, True), (False, True)))
DTYPES = ("float32", "float64")


@pytest.fixture(params=levels())
def host(request: pytest.FixtureRequest) -> Machine:
    return machine(request.param)


@pytest.fixture(params=DTYPES)
def dtype(request: pytest.FixtureRequest) -> str:
    return request.param


def in_all_forms(sizes: list[tuple[int, int, int]], dtype: str) -> list[Product]:
    return [
        dense(m, n, k, dtype, transposed_a=ta, transposed_b=tb)
        for (m, n, k), (ta, tb) in itertools.product(sizes, FORMS)
    ]


def check_all(products: list[Product], host: Machine) -> Run:
    run = compiled(products, host)
    for product, at_end in itertools.product(products, (True, False)):
        check(run, product, at_end)
    return run


def test_sizes_around_every_edge_of_a_block(host: Machine, dtype: str) -> None:
    lanes = host.lanes(4 if dtype == "float32" else 8)
    heights = (2, 6, 7, 17)
    widths = (2, lanes - 1, lanes, lanes + 1, 2 * lanes, 4 * lanes, 5 * lanes + 3)
    check_all(in_all_forms(list(itertools.product(heights, set(widths), (1, 19))), dtype), host)


def test_narrow_products_in_every_way(host: Machine, dtype: str) -> None:
    sizes = list(itertools.product((3, 8, 21, 50), (3, 10, 17), (16, 33, 200)))
    products = in_all_forms(sizes, dtype)
    ways = {who(each, host) for each in products}
    assert ways >= ({"blocks", "dots", "flip"} if host.fma else {"blas", "blocks"})
    check_all(products, host)


def test_vectors(host: Machine, dtype: str) -> None:
    lengths = (1, 2, 3, 8, 17, 70)
    sizes = [
        size
        for length, depth in itertools.product(lengths, (1, 16, 33, 130))
        for size in ((1, length, depth), (length, 1, depth))
    ]
    check_all(in_all_forms(sizes, dtype), host)


def test_deep_and_tall_products_are_taken_in_parts(host: Machine, dtype: str) -> None:
    check_all(in_all_forms([(500, 130, 1050), (67, 261, 700)], dtype), host)


def test_gaps_between_rows_are_not_touched(host: Machine, dtype: str) -> None:
    sizes = [(7, 19, 21), (1, 19, 21), (19, 1, 21), (30, 40, 600)]
    products = [
        replace(each, lda=each.lda + 3, ldb=each.ldb + 2, ldc=each.ldc + 5)
        for each in in_all_forms(sizes, dtype)
    ]
    check_all(products, host)
    far = replace(dense(60, 90, 20, dtype), ldb=1200)
    check_all([far], host)


@pytest.mark.parametrize("shared", ["", "a", "b", "ab"])
def test_batches(host: Machine, dtype: str, shared: str) -> None:
    products = [
        replace(
            each,
            batch=3,
            batch_a=0 if "a" in shared else each.m * each.k,
            batch_b=0 if "b" in shared else each.n * each.k,
            batch_c=each.m * each.n,
        )
        for each in in_all_forms([(4, 5, 6), (1, 9, 3), (9, 1, 3)], dtype)
    ]
    check_all(products, host)


def test_nothing_to_sum_gives_zeros_and_nothing_to_write_does_nothing(
    host: Machine, dtype: str
) -> None:
    sizes = [(3, 4, 0), (1, 4, 0), (0, 4, 5), (3, 0, 5), (0, 0, 0)]
    gaps = [replace(each, ldc=each.ldc + 1) for each in in_all_forms(sizes, dtype)]
    nothing = replace(dense(3, 4, 5, dtype), batch=0)
    run = compiled([*gaps, nothing], host)
    for product in gaps:
        check(run, product, at_end=True)
    empty = np.empty(0, dtype)
    run(nothing, empty, empty, empty)


def test_what_is_not_finite_goes_where_it_belongs(host: Machine, dtype: str) -> None:
    products = in_all_forms([(7, 19, 21), (1, 19, 21), (19, 1, 21), (13, 70, 600)], dtype)
    run = compiled(products, host)
    for product, bad in itertools.product(products, (np.nan, np.inf)):
        m, n, k = product.m, product.n, product.k
        a, b = np.ones((m, k), dtype), np.ones((k, n), dtype)
        a[m - 1, k - 1] = bad
        b[0, n // 2] = bad
        c = np.full((m, n), 7, dtype)
        stored_a = np.ascontiguousarray(a.T if product.transposed_a else a)
        stored_b = np.ascontiguousarray(b.T if product.transposed_b else b)
        run(product, stored_a, stored_b, c)
        want = np.full((m, n), float(k))
        want[m - 1, :] = want[:, n // 2] = bad
        np.testing.assert_array_equal(c, want)


def test_results_depend_on_the_inputs_alone(host: Machine, dtype: str) -> None:
    products = in_all_forms([(23, 37, 530), (1, 37, 53), (37, 1, 53)], dtype)
    run = compiled(products, host)
    random = np.random.default_rng(1)
    for product in products:
        a, b = (random.standard_normal(product.k * size) for size in (product.m, product.n))
        results = []
        for shift, at_end in itertools.product((0, 1, 5), (True, False)):
            arrays = [guarded(each.size + shift, dtype, at_end) for each in (a, b)]
            for array, numbers in zip(arrays, (a, b), strict=True):
                array[: numbers.size] = numbers
            c = guarded(product.m * product.n + shift, dtype, at_end)
            run(product, *arrays, c)
            results.append(c[: product.m * product.n].tobytes())
        assert len(set(results)) == 1


def test_kernels_are_shared_between_products(host: Machine) -> None:
    products = [dense(8, 64, k, "float32") for k in (7, 8, 9, 10, 11)]
    one, all_ = module_text(products[:1], host), module_text([*products, *products], host)
    kernels = [line for line in all_.splitlines() if line.startswith("define")]
    assert len(kernels) == len(set(kernels))
    assert all_.count("@tile_float32") - one.count("@tile_float32") <= 4 * len(products)


def test_names_tell_products_apart() -> None:
    one = dense(3, 4, 5, "float32")
    others = [
        replace(one, **{name: value})
        for name, value in [
            ("m", 4), ("n", 5), ("k", 6), ("dtype", "float64"), ("transposed_a", True),
            ("transposed_b", True), ("lda", 9), ("ldb", 9), ("ldc", 9), ("lda", -9), ("batch", 2),
        ]
    ]  # fmt: skip
    assert len({symbol(each) for each in [one, *others]}) == len(others) + 1


def test_a_batch_of_rows_with_one_matrix_is_one_product(host: Machine) -> None:
    one = dense(8, 20, 30, "float32", transposed_b=True)
    many = replace(one, batch=5, batch_a=8 * 30, batch_c=8 * 20)
    assert scratch_bytes(many, host) == scratch_bytes(replace(one, m=40), host)


def test_sizes_cannot_be_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        dense(-1, 2, 3, "float32")
