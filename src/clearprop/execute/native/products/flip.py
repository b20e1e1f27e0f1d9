"""Narrow products from the other side: Cᵀ = Bᵀ·Aᵀ, whose rows are long, turned in the end.

Vectors lie along the columns of C, and where there are few, most lanes are idle. A stored by
columns is the row-wise second factor of the flipped product as it stands.
"""

from __future__ import annotations

from clearprop.execute.native.machine import Machine
from clearprop.execute.native.products import own
from clearprop.execute.native.products.pack import Move, turn
from clearprop.execute.native.products.plan import plan
from clearprop.execute.native.products.product import Product
from clearprop.execute.native.products.writer import Module, Writer


def flipped(product: Product) -> Product:
    """The product whose result is the transposed one."""
    return Product(
        m=product.n,
        n=product.m,
        k=product.k,
        dtype=product.dtype,
        transposed_a=not product.transposed_b,
        transposed_b=not product.transposed_a,
        lda=product.ldb,
        ldb=product.lda,
        ldc=product.m,
    )


def room(product: Product, machine: Machine) -> int:
    """The elements of scratch."""
    return _result(product) + plan(flipped(product), machine).scratch


def write(w: Writer, module: Module, product: Product, at: own.Operands) -> None:
    """Write the product, then turn it."""
    other = flipped(product)
    rest = w.at(at.scratch, _result(product))
    there = own.Operands(a=at.b, b=at.a, c=at.scratch, scratch=rest)
    own.write(w, module, other, plan(other, module.machine), there)
    move = Move(product.m, at.scratch, product.m, at.c, product.ldc, product.n)
    turn(w, module, product.dtype, move, exact=True)


def _result(product: Product) -> int:
    """The elements of the transposed C, to a multiple of 64 bytes."""
    return -(-product.n * product.m // 16) * 16
