"""Products by BLAS: SciPy's own, called by pointer."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import Final

from clearprop.execute.native.products.product import Product, symbol
from clearprop.execute.native.products.writer import Module, Writer

_NAMES: Final = {"float32": "sgemm", "float64": "dgemm"}

_MOST: Final = 2**31 - 1


def suits(product: Product) -> bool:
    """Whether BLAS takes such sizes and strides."""
    width_a = product.m if product.transposed_a else product.k
    width_b = product.k if product.transposed_b else product.n
    strides = (product.lda, product.ldb, product.ldc)
    widths = (width_a, width_b, product.n)
    enough = all(stride >= width for stride, width in zip(strides, widths, strict=True))
    return enough and max(product.m, product.n, product.k, *strides) <= _MOST


def call(w: Writer, module: Module, product: Product, a: str, b: str, c: str) -> None:
    """C = A·B as BLAS has it, by columns: the transposed matrices in the opposite order."""
    element, name = w.numbers.element, symbol(product)
    constants = {
        "m": f"i32 {product.m}",
        "n": f"i32 {product.n}",
        "k": f"i32 {product.k}",
        "lda": f"i32 {product.lda}",
        "ldb": f"i32 {product.ldb}",
        "ldc": f"i32 {product.ldc}",
        "one": f"{element} 1.0",
        "zero": f"{element} 0.0",
        "form_a": f"i8 {ord('T' if product.transposed_a else 'N')}",
        "form_b": f"i8 {ord('T' if product.transposed_b else 'N')}",
    }
    routine = _symbol(_NAMES[product.dtype])
    kept = "\n".join(f"@{name}.{each} = private constant {v}" for each, v in constants.items())
    module.functions[f"{name}.constants"] = kept + "\n"
    module.functions[routine] = f"declare void @{routine}({', '.join(['ptr'] * 13)})\n"
    of = {each: f"@{name}.{each}" for each in constants} | {"a": a, "b": b, "c": c}
    order = ("form_b", "form_a", "n", "m", "k", "one", "b", "ldb", "a", "lda", "zero", "c", "ldc")
    w.call(routine, [("ptr", of[each]) for each in order])


def imports() -> Mapping[str, int]:
    """The addresses of the routines, by the names that the texts declare."""
    from scipy.linalg import cython_blas

    return {_symbol(name): address(cython_blas.__pyx_capi__[name]) for name in _NAMES.values()}


def _symbol(routine: str) -> str:
    return f"blas.{routine}"


def address(capsule: object) -> int:
    """Where a routine is that SciPy has put into a capsule."""
    name = ctypes.pythonapi.PyCapsule_GetName
    name.restype, name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return int(pointer(capsule, name(capsule)))
