"""All products of a program as one text, what they have in common once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from clearprop.execute.native.machine import Machine
from clearprop.execute.native.products import bfloat16, blas, dots, flip, own, row
from clearprop.execute.native.products.choice import who
from clearprop.execute.native.products.plan import plan
from clearprop.execute.native.products.product import Product, folded, symbol
from clearprop.execute.native.products.writer import Module, Writer

_LINE: Final = 64
"""What scratch is aligned to, and its size a multiple of."""


def module_text(products: Sequence[Product], machine: Machine) -> str:
    """LLVM's text of one function per product, ``void @SYMBOL(ptr a, ptr b, ptr c, ptr scratch)``.

    A product with an epilogue is given what that reads and writes behind these. C is overwritten,
    or not touched where nobody else has use for it. The
    functions are internal to the module that the text becomes a part of; the text declares BLAS
    routines where it calls them, and no intrinsics.

    Args:
        products: Which; repeated ones are written once.
        machine: What for.
    """
    module = Module(machine)
    for product in dict.fromkeys(products):
        _define(module, product)
    return module.text()


def scratch_bytes(product: Product, machine: Machine) -> int:
    """The room that a product's function wants for copies, aligned to 64 bytes."""
    elements = _scratch(folded(product), machine)
    return -(-elements * product.itemsize // _LINE) * _LINE


def _scratch(product: Product, machine: Machine) -> int:
    if product.empty:
        return 0
    lanes = machine.lanes(product.itemsize)
    match who(product, machine):
        case "blocks":
            return plan(product, machine).scratch
        case "dots":
            return dots.room_turned(product, lanes)
        case "flip":
            return flip.room(product, machine)
        case "row":
            seen = row.row(product)
            return seen.room_x(lanes) + seen.room_y(lanes)
        case "rounded":
            within = _scratch(bfloat16.inner(product, machine), machine)
            return bfloat16.room(product, machine) + within
        case "zeros" | "blas":
            return 0


def _define(module: Module, product: Product) -> None:
    def body(w: Writer) -> None:
        once = folded(product)
        if once.empty:
            return
        for number in w.each(once.batch):
            a = w.at("%a", w.multiply(number, once.batch_a))
            b = w.at("%b", w.multiply(number, once.batch_b))
            c = w.at("%c", w.multiply(number, once.batch_c))
            beside = [
                w.by_bytes(f"%beside{i}", w.multiply(number, place.stack * place.dtype.itemsize))
                for i, place in enumerate(places)
            ]
            _once(w, module, once, own.Operands(a, b, c, "%scratch", beside))

    places = () if product.epilogue is None else product.epilogue.places
    pointers = ("ptr noalias readonly %a", "ptr noalias readonly %b")
    others = [f"ptr %beside{i}" for i in range(len(places))]
    parameters = (*pointers, "ptr noalias %c", "ptr noalias %scratch", *others)
    module.define(symbol(product), parameters, module.numbers(product.dtype), body)


def _once(w: Writer, module: Module, product: Product, at: own.Operands) -> None:
    """One product of a batch."""
    match who(product, module.machine):
        case "rounded":
            a, b, scratch = bfloat16.copies(w, module, product, at.a, at.b, at.scratch)
            copied = own.Operands(a, b, at.c, scratch, at.beside)
            _once(w, module, bfloat16.inner(product, module.machine), copied)
        case "zeros":
            _zeros(w, product, at.c)
        case "blas":
            blas.call(w, module, product, at.a, at.b, at.c)
        case "row":
            row.write(w, module, row.row(product), at)
        case "dots":
            dots.write_product(w, module, product, at)
        case "flip":
            flip.write(w, module, product, at)
        case "blocks":
            own.write(w, module, product, plan(product, module.machine), at)


def _zeros(w: Writer, product: Product, c: str) -> None:
    """Fill C with zeros."""
    for i in w.each(product.m):
        start = w.at(c, w.multiply(i, product.ldc))
        w.line(
            f"call void @llvm.memset.p0.i64(ptr {start}, i8 0, "
            f"i64 {product.n * product.itemsize}, i1 false)"
        )
