"""Which code computes a product.

Each way of computing has a share of the processor's peak that it can be expected to reach. The
shares' constants are fitted to measurements by ``benchmarks/bench_products.py``: they find the
fastest way, or one within some 20% of it. On one thread, own code was ahead of OpenBLAS or level
with it where registers have 64 bytes, but for widths just above that of a vector (17 columns: 0.8
to 0.9 of OpenBLAS). At the baseline, only tiny products are own.
"""

from __future__ import annotations

from typing import Final, Literal

from clearprop.execute.native.machine import Machine
from clearprop.execute.native.products import bfloat16, blas
from clearprop.execute.native.products.product import Product, folded

_NEARLY: Final = 0.9
"""So much of the fastest way's share is enough where a loop over the result is saved."""

Who = Literal["zeros", "row", "blocks", "dots", "flip", "blas", "rounded"]
"""What computes: a fill; `row`; `own`; `dots`; `flip`; `blas`; one of these, after `bfloat16`."""

_TURN: Final = 5.0
"""Turning a vector of numbers costs as much as that many multiplications of vectors."""

_ADD: Final = 2.5
"""Adding the lanes of a sum costs as much as that many multiplications of vectors."""

_TINY: Final = 4096
"""The multiplications up to which a call of BLAS costs more than it saves."""

_KEPT: Final = 2**18
"""The bytes of B up to which it stays in the cache while all rows of A pass."""


def who(product: Product, machine: Machine) -> Who:
    """The way that is expected to be the fastest."""
    if product.form == "rounded" and product.k:
        return "rounded"
    if product.epilogue is not None:
        return "blocks"
    if product.k == 0:
        return "zeros"
    if product.form == "pairs":
        return "blocks"
    tiny = product.m * product.n * product.k <= _TINY
    if machine.level == "baseline" and not tiny and blas.suits(product):
        return "blas"
    if 1 in (product.m, product.n):
        return "row"
    shares = _shares(product, machine.lanes(product.itemsize))
    return max(shares, key=lambda way: shares[way])


def takes_epilogue(product: Product, machine: Machine) -> bool:
    """Whether the one way that can go on with what it has computed is about as fast as any."""
    once = folded(product)
    if once.form == "rounded" and once.k:
        once = bfloat16.inner(once, machine)
    way = who(once, machine)
    if once.empty or way in ("zeros", "row", "blas"):
        return False
    shares = _shares(once, machine.lanes(once.itemsize))
    return shares["blocks"] >= _NEARLY * shares[way]


def _shares(product: Product, lanes: int) -> dict[Who, float]:
    """The share of the peak that each way reaches."""
    m, n, k = product.m, product.n, product.k
    turned_b = m / (m + _TURN)
    shares: dict[Who, float] = {"blocks": _filled(n, lanes)}
    if product.transposed_b:
        shares["blocks"] *= turned_b
    shares["flip"] = _filled(m, lanes) * k / (k + _TURN)
    if not product.transposed_a:
        shares["flip"] *= n / (n + _TURN)
    if not product.transposed_a and (m <= 8 or n * k * product.itemsize <= _KEPT):
        work, adding = -(-k // lanes) * n, _ADD * -(-n // 4) * 4
        shares["dots"] = _filled(k, lanes) * work / (work + adding)
        if not product.transposed_b:
            shares["dots"] *= turned_b
    return shares


def _filled(size: int, block: int) -> float:
    """How much of whole blocks is of use."""
    return size / (-(-size // block) * block)
