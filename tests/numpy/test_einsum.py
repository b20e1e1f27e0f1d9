"""The memory order of ``np.einsum``'s result: what later is a view follows from it."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import clearprop as cp
from clearprop.tracing import bottom

LENGTHS = {"b": 6, "i": 2, "j": 3, "k": 4, "l": 5}
SUBSCRIPTS = (
    *("ij,jk->ik", "ij,jk->ki", "ij,kj->ik", "ij,ij->ji", "ijk,kl->ijl", "bij,bjk->bik"),
    *("ij,jk,kl->il", "ijk->ik", "ijk->ki", "ij->ji", "ij,kl->ikjl", "ii,k->ki", "iij->ji"),
)


@pytest.mark.parametrize("subscripts", SUBSCRIPTS)
def test_result_lies_in_memory_as_numpys(subscripts: str) -> None:
    terms = subscripts.split("->")[0].split(",")
    rng, seen = np.random.default_rng(0), []
    for orders in product("CF", repeat=len(terms)):
        shapes = [[LENGTHS[letter] for letter in term] for term in terms]
        arrays = [
            np.array(rng.normal(size=s), order=o) for s, o in zip(shapes, orders, strict=True)
        ]

        def sums(*operands: np.ndarray) -> np.floating:
            found = np.einsum(subscripts, *operands)
            seen.append(np.asarray(bottom(found)))
            return found.sum()

        cp.grad(sums)(*arrays)
        expected = np.einsum(subscripts, *arrays)
        assert seen[-1].strides == expected.strides
        np.testing.assert_allclose(seen[-1], expected)


def test_reshape_that_is_a_copy_is_not_written_through() -> None:
    def writes(a: np.ndarray) -> np.floating:
        products = np.einsum("ij,jk->ik", a, a)
        products.reshape(-1)[:4] = 0.0  # a copy if the product lies in Fortran's order
        return products.sum()

    a = np.asfortranarray(np.arange(9.0).reshape(3, 3))
    assert cp.value_and_grad(writes)(a)[0] == writes(a)
    assert cp.value_and_grad(writes)(a.copy("C"))[0] == writes(a.copy("C")) != writes(a)
