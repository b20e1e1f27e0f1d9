"""Products of matrices as LLVM's text: blocks of C in registers, kernels shared by all products."""

from clearprop.execute.native.products.blas import imports
from clearprop.execute.native.products.choice import takes_epilogue
from clearprop.execute.native.products.epilogue import PLACE, Beside, Epilogue, epilogue
from clearprop.execute.native.products.grid import Grid, grid, in_parts, scratch_of
from clearprop.execute.native.products.module import module_text, scratch_bytes
from clearprop.execute.native.products.product import Product, dense, folded, symbol

__all__ = [
    "PLACE",
    "Beside",
    "Epilogue",
    "Grid",
    "Product",
    "dense",
    "epilogue",
    "folded",
    "grid",
    "imports",
    "in_parts",
    "module_text",
    "scratch_bytes",
    "scratch_of",
    "symbol",
    "takes_epilogue",
]
