"""Products of matrices as LLVM's text: blocks of C in registers, kernels shared by all products."""

from clearprop.execute.native.products.blas import imports
from clearprop.execute.native.products.grid import Grid, grid, scratch_of
from clearprop.execute.native.products.module import module_text, scratch_bytes
from clearprop.execute.native.products.product import Product, dense, symbol

__all__ = [
    "Grid",
    "Product",
    "dense",
    "grid",
    "imports",
    "module_text",
    "scratch_bytes",
    "scratch_of",
    "symbol",
]
