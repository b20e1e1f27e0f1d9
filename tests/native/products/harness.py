"""Products run on matrices that end, or start, right at memory that must not be touched."""

import ctypes
import mmap
from collections.abc import Callable, Sequence

import numpy as np

from clearprop.execute.native.library import load
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.products import (
    Product,
    imports,
    module_text,
    scratch_bytes,
    symbol,
)

_PAGE = mmap.PAGESIZE
_PROTECT = ctypes.CDLL(None, use_errno=True).mprotect
_PROTECT.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]

Run = Callable[[Product, np.ndarray, np.ndarray, np.ndarray], None]


def guarded(size: int, dtype: str, at_end: bool) -> np.ndarray:
    """Numbers with an inaccessible page right after (or before) them, elsewhere a page further."""
    bytes_ = size * np.dtype(dtype).itemsize
    pages = -(-bytes_ // _PAGE)
    region = mmap.mmap(-1, (pages + 2) * _PAGE)
    raw = np.frombuffer(region, np.uint8)
    address = raw.ctypes.data
    for page in (0, pages + 1):
        assert _PROTECT(address + page * _PAGE, _PAGE, 0) == 0
    start = (pages + 1) * _PAGE - bytes_ if at_end else _PAGE
    return raw[start : start + bytes_].view(dtype)


def fenced_copy(array: np.ndarray, at_end: bool) -> np.ndarray:
    """The same numbers in C order, as :func:`guarded` has them."""
    made = guarded(array.size, array.dtype.str, at_end).reshape(array.shape)
    made[...] = array
    return made


def stored(rows: int, width: int, stride: int) -> int:
    """The elements from the first number of a matrix to its last."""
    return (rows - 1) * stride + width if rows and width else 0


def compiled(products: Sequence[Product], machine: Machine) -> Run:
    """A function that runs any of the products on A, B and C, each as one array of numbers."""
    names = {product: f"test_{number}" for number, product in enumerate(products)}
    doors = [
        f"define void @{name}(ptr %a, ptr %b, ptr %c, ptr %s) {{\n"
        f"  call void @{symbol(product)}(ptr %a, ptr %b, ptr %c, ptr %s)\n  ret void\n}}\n"
        for product, name in names.items()
    ]
    text = module_text(products, machine) + "\n".join(doors)
    library = load(text, list(names.values()), machine, imports=imports())
    kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4)

    def run(product: Product, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
        bytes_ = scratch_bytes(product, machine)
        assert bytes_ % 64 == 0
        scratch = guarded(bytes_, "uint8", at_end=True)
        scratch[:] = 255
        call = kind(library.addresses[names[product]])
        call(a.ctypes.data, b.ctypes.data, c.ctypes.data, scratch.ctypes.data)

    return run


def viewed(
    numbers: np.ndarray, product: Product, rows: int, width: int, stride: int, apart: int
) -> np.ndarray:
    """The matrices of a batch that stand in numbers, as stored."""
    size = numbers.itemsize
    return np.lib.stride_tricks.as_strided(
        numbers, (product.batch, rows, width), (apart * size, stride * size, size)
    )


def check(run: Run, product: Product, at_end: bool, seed: int = 0) -> None:
    """Run on random numbers and compare each result with what rounding explains."""
    random = np.random.default_rng(seed)
    m, n, k = product.m, product.n, product.k
    shape_a = (k, m) if product.transposed_a else (m, k)
    shape_b = (n, k) if product.transposed_b else (k, n)
    arrays, matrices = [], []
    for (rows, width), stride, apart in (
        (shape_a, product.lda, product.batch_a),
        (shape_b, product.ldb, product.batch_b),
        ((m, n), product.ldc, product.batch_c),
    ):
        size = (product.batch - 1) * apart + stored(rows, width, stride)
        numbers = guarded(size, product.dtype, at_end)
        numbers[:] = random.standard_normal(size)
        arrays.append(numbers)
        matrices.append(viewed(numbers, product, rows, width, stride, apart))
    a, b, c = matrices
    arrays[2][:] = np.nan
    run(product, *arrays)
    small = m * n * k < 10**5  # NumPy takes long over long doubles
    wide = np.longdouble if product.dtype == "float64" and small else np.float64
    a = (a.swapaxes(1, 2) if product.transposed_a else a).astype(wide)
    b = (b.swapaxes(1, 2) if product.transposed_b else b).astype(wide)
    bound = 2 * (k + 2) * np.finfo(product.dtype).eps * (abs(a) @ abs(b))
    assert (abs(c - a @ b) <= bound).all(), product
    c[...] = np.nan
    assert np.isnan(arrays[2]).all(), f"wrote between the rows: {product}"
