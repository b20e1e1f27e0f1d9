"""Matrix products against OpenBLAS on one thread, both called by pointer from machine code.

Usage: ``python benchmarks/bench_products.py [--quick] [--level avx2] [--only TEXT] [--compile]``.
Each line is one shape: m×n×k, then for every form the speed of both in GFLOP/s and their ratio
(above 1: ours is ahead). The two take turns in short bursts, in processor time, and medians are
compared. ``--compile`` times the making of code instead.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import ctypes
import itertools
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np

from clearprop.execute.native.library import Library, compiled, load
from clearprop.execute.native.machine import Level, Machine, machine
from clearprop.execute.native.products import (
    Product,
    blas,
    dense,
    imports,
    module_text,
    scratch_bytes,
    symbol,
)
from clearprop.execute.native.products.writer import Module

FORMS = {"NN": (False, False), "NT": (False, True), "TN": (True, False)}

TINY = [(4, 4, 4), (16, 16, 4), (16, 3, 16), (16, 16, 16), (32, 10, 128), (32, 32, 32)]
MIDDLE = [(32, 128, 64), (64, 64, 64), (128, 10, 784), (128, 128, 256), (128, 256, 784)]
MIDDLE += [(256, 256, 256), (784, 256, 128), (100, 100, 1000), (1000, 17, 33), (70, 70, 70)]
LARGE = [(512, 512, 512), (512, 2048, 1024), (1024, 1024, 1024), (2048, 10, 512)]
VECTORS = [(1, 1, 1000), (1, 64, 64), (64, 1, 64), (1, 512, 512), (512, 1, 512), (1, 2048, 2048)]
VECTORS += [(2048, 1, 2048), (2, 512, 512), (4, 512, 512)]


def loop(name: str, call: str) -> str:
    """A function that makes a call many times."""
    return f"""define void @{name}(i64 %n, ptr %a, ptr %b, ptr %c, ptr %s) {{
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%j, %loop]
  call void @{call}(ptr %a, ptr %b, ptr %c, ptr %s)
  %j = add i64 %i, 1
  %more = icmp ult i64 %j, %n
  br i1 %more, label %loop, label %done
done:
  ret void
}}
"""


def both(product: Product, host: Machine) -> Library:
    """A library of ``ours`` and ``theirs``."""
    module = Module(host)
    parameters = [f"ptr %{name}" for name in "abcs"]
    module.define(
        "blas",
        parameters,
        module.numbers(product.dtype),
        lambda w: blas.call(w, module, product, "%a", "%b", "%c"),
    )
    text = module_text([product], host) + loop("ours", symbol(product)) + loop("theirs", "blas")
    declared = {line for line in text.splitlines() if line.startswith("declare")}
    theirs = "\n".join(line for line in module.text().splitlines() if line not in declared)
    return load(text + theirs, ["ours", "theirs"], host, imports=imports())


def aligned(size: int, dtype: str) -> np.ndarray:
    """Numbers that start at a multiple of 64 bytes."""
    raw = np.zeros(size * np.dtype(dtype).itemsize + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : raw.size - 64 + start].view(dtype)


def in_turn(functions: Sequence[Callable[[], None]], rounds: int) -> list[float]:
    """The median time of each; they take turns."""
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds):
        for function, found in zip(functions, times, strict=True):
            start = time.thread_time_ns()
            function()
            found.append(1e-9 * (time.thread_time_ns() - start))
    return [statistics.median(found) for found in times]


def speeds(product: Product, host: Machine, rounds: int) -> tuple[float, float]:
    """GFLOP/s of ours and of OpenBLAS."""
    library = both(product, host)
    random = np.random.default_rng(0)
    m, n, k = product.m, product.n, product.k
    a, b, c = (aligned(size, product.dtype) for size in (m * k, k * n, m * n))
    a[:], b[:] = random.standard_normal(a.size), random.standard_normal(b.size)
    scratch = aligned(scratch_bytes(product, host), "uint8")
    work = 2.0 * m * n * k
    trips = max(1, int(min(2e7 / work, 5000)))
    kind = ctypes.CFUNCTYPE(None, ctypes.c_int64, *[ctypes.c_void_p] * 4)
    pointers = [array.ctypes.data for array in (a, b, c, scratch)]
    results, functions = [], []
    for name in ("ours", "theirs"):
        function = kind(library.addresses[name])
        c[:] = np.nan
        function(1, *pointers)
        results.append(c.copy())
        functions.append(lambda function=function: function(trips, *pointers))
    np.testing.assert_allclose(results[0], results[1], rtol=1e-2, atol=1e-3 * k**0.5)
    ours, theirs = in_turn(functions, rounds)
    return work * trips / ours * 1e-9, work * trips / theirs * 1e-9


def compile_times(host: Machine) -> None:
    """Milliseconds for the text and the code of the products of training steps."""
    for sizes, rows in (([784, 256], 128), ([64, 128, 10], 32), ([784, 256, 128, 10], 128)):
        products = []
        for i, o in itertools.pairwise(sizes):
            products.append(dense(rows, o, i, "float32"))
            products.append(dense(i, o, rows, "float32", transposed_a=True))
            if i != sizes[0]:
                products.append(dense(rows, i, o, "float32", transposed_b=True))
        for chosen in (products[:1], products):
            written, made = [], []
            for _ in range(5):
                start = time.thread_time()
                text = module_text(chosen, host)
                text += "\n".join(loop(f"f{i}", symbol(p)) for i, p in enumerate(chosen))
                middle = time.thread_time()
                compiled(text, host)
                written.append(middle - start)
                made.append(time.thread_time() - middle)
            kernels = sum(line.startswith("define internal") for line in text.splitlines())
            print(
                f"{sizes} {len(chosen)} products: text {1e3 * statistics.median(written):.1f} ms, "
                f"code {1e3 * statistics.median(made):.1f} ms, {kernels} functions"
            )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, no large sizes")
    parser.add_argument("--level", help="avx512, avx2 or baseline")
    parser.add_argument("--compile", action="store_true", help="time the making of code")
    parser.add_argument("--only", help="a part of the line, such as 'float32 16x'")
    options = parser.parse_args()
    level: Level | None = options.level
    host = machine(level)
    if options.compile:
        compile_times(host)
        return
    sizes = TINY + MIDDLE + VECTORS + ([] if options.quick else LARGE)
    for dtype, (m, n, k) in itertools.product(("float32", "float64"), sizes):
        line = f"{dtype} {m}x{n}x{k}"
        if options.only and options.only not in line:
            continue
        found = []
        for form, (ta, tb) in FORMS.items():
            product = dense(m, n, k, dtype, transposed_a=ta, transposed_b=tb)  # type: ignore[arg-type]
            ours, theirs = speeds(product, host, 41 if options.quick else 101)
            found.append(f"{form} {ours:7.2f}/{theirs:7.2f} = {ours / theirs:5.2f}")
        print(f"{line:26}", " | ".join(found), flush=True)


if __name__ == "__main__":
    main()
