"""Factorizations, linear systems, determinants, and what singular values tell."""

import numpy as np

from tests.numpy.table.tables import Table, array, signed

table = Table()


def regular(*shape, dtype="float64"):
    """Matrices far from singular ones, with singular values apart."""
    return (signed(*shape) + 3 * np.eye(*shape[-2:])).astype(dtype)


def definite(*shape, dtype="float64"):
    """Symmetric, positive definite matrices."""
    half = signed(*shape)
    return (half @ half.mT + np.eye(shape[-1])).astype(dtype)


def unary(name, **options):
    return lambda np, x: getattr(np.linalg, name)(x, **options)


def both(name):
    return lambda np, x, y: getattr(np.linalg, name)(x, y)


STACKS = ((3, 3), (1, 1), (2, 4, 4), (2, 3, 2, 2), (0, 0), (0, 3, 3), (2, 0, 0))
DTYPES = ("float64", "float32", "int64", "bool", "float16")
OBLONG = (*STACKS, (4, 2), (2, 3), (2, 4, 3), (2, 2, 4), (0, 3), (3, 0))

# Of square matrices ------------------------------------------------------------------------------

for name, make in (
    *[(name, regular) for name in ("inv", "det", "slogdet")],
    *[(name, definite) for name in ("cholesky", "eigh", "eigvalsh")],
):
    smooth = name != "eigh"  # a vector may come out with the other sign
    for shape in STACKS:
        table.add(f"{name} {shape}", unary(name), make(*shape), smooth=smooth, tolerance=500.0)
    for dtype in DTYPES[1:]:
        table.add(f"{name} {dtype}", unary(name), make(2, 2, dtype=dtype), smooth=smooth)
    for shape in ((3,), (2, 3), ()):
        table.add(f"{name} of shape {shape}", unary(name), array(*shape))

table.add(
    "cholesky upper", unary("cholesky", upper=True), definite(2, 3, 3) + np.triu(signed(3, 3), 1)
)
table.add("cholesky of one triangle", unary("cholesky"), definite(3, 3) + np.triu(signed(3, 3), 1))
table.add("cholesky indefinite", unary("cholesky"), -definite(2, 2))
table.add("inv singular", unary("inv"), np.ones((2, 2)))
table.add("det singular", unary("det"), np.array([[1.0, 2.0], [2.0, 4.0]]))
table.add("det of zeros", unary("det"), np.zeros((2, 5, 5)))
table.add("det of ones", unary("det"), np.ones((4, 4)), smooth=False)
table.add("slogdet singular", unary("slogdet"), np.ones((2, 2)), smooth=False)
for triangle in ("L", "U", "l"):
    half = definite(3, 3) + (np.tril if triangle == "U" else np.triu)(signed(3, 3), 1)
    half = half + half.T if triangle == "l" else half
    table.add(f"eigh {triangle}", unary("eigh", UPLO=triangle), half, smooth=False)
    table.add(f"eigvalsh {triangle}", unary("eigvalsh", UPLO=triangle), half)
table.add("eigh X", unary("eigh", UPLO="X"), definite(2, 2))
projector = lambda np, x: np.linalg.eigh(x).eigenvectors[:, :1] ** 2  # noqa: E731
table.add("eigh squares of a vector", projector, definite(3, 3))

# Systems -----------------------------------------------------------------------------------------

for left, right in (
    ((3, 3), (3,)),
    ((3, 3), (3, 2)),
    ((2, 3, 3), (3,)),
    ((2, 3, 3), (3, 2)),
    ((3, 3), (4, 3, 2)),
    ((2, 1, 3, 3), (4, 3, 2)),
    ((0, 0), (0,)),
    ((2, 2), (2, 0)),
    ((3, 3), (2,)),
    ((3, 3), ()),
    ((3, 2), (3,)),
    ((3,), (3,)),
    ((2, 3, 3), (3, 3, 1)),
):
    table.add(
        f"solve {left} {right}",
        both("solve"),
        regular(*left) if len(left) > 1 else array(3),
        array(*right),
        tolerance=500.0,
    )
table.add("solve singular", both("solve"), np.zeros((2, 2)), array(2))
table.add("solve single", both("solve"), regular(2, 2, dtype="float32"), array(2, dtype="float32"))
table.add("solve mixed", both("solve"), regular(2, 2, dtype="float32"), array(2, dtype="int64"))
for shape in ((4, 4), (3, 4), (2, 3)):
    size = (*shape, int(np.prod(shape)))
    a = regular(size[-1], size[-1]).reshape(size)
    table.add(f"tensorsolve {shape}", both("tensorsolve"), a, signed(*shape), tolerance=2000.0)
moved = lambda np, x, y: np.linalg.tensorsolve(x, y, axes=(0, 2))  # noqa: E731
inner = regular(6, 6).reshape(6, 2, 3).transpose(1, 0, 2)
table.add("tensorsolve axes", moved, inner, signed(6), tolerance=2000.0)
table.add("tensorsolve misfit", both("tensorsolve"), signed(2, 3, 4), signed(2, 3))
table.add("tensorinv", unary("tensorinv"), regular(6, 6).reshape(2, 3, 6), tolerance=2000.0)
table.add(
    "tensorinv 1", unary("tensorinv", ind=1), regular(6, 6).reshape(6, 3, 2), tolerance=2000.0
)
table.add("tensorinv 0", unary("tensorinv", ind=0), regular(2, 2))

for shape in OBLONG:
    table.add(f"pinv {shape}", unary("pinv"), regular(*shape), tolerance=500.0)
low_rank = signed(4, 1) @ signed(1, 3)
table.add("pinv of rank 1", unary("pinv", rcond=1e-10), low_rank, smooth=False, tolerance=500.0)
table.add("pinv rtol", unary("pinv", rtol=None), regular(2, 3, dtype="float32"))
table.add("pinv both tolerances", unary("pinv", rcond=1e-3, rtol=1e-3), regular(2, 3))
table.add("pinv hermitian", unary("pinv", hermitian=True), definite(3, 3), tolerance=500.0)
table.add("pinv single", unary("pinv"), regular(3, 2, dtype="float32"))
table.add("pinv integers", unary("pinv"), array(3, 2, dtype="int64"), tolerance=500.0)

fit = lambda np, x, y: np.linalg.lstsq(x, y, rcond=None)  # noqa: E731
for left, right in (
    ((4, 2), (4,)),
    ((4, 2), (4, 3)),
    ((3, 3), (3,)),
    ((2, 4), (2, 1)),
    ((3, 2), (2,)),
    ((2, 2, 2), (2,)),
    ((3, 2), (3, 0)),
    ((0, 2), (0,)),
):
    table.add(f"lstsq {left} {right}", fit, regular(*left), signed(*right), tolerance=3000.0)
table.add("lstsq of rank 1", fit, low_rank, signed(4), smooth=False, tolerance=3000.0)
table.add(
    "lstsq single", fit, regular(4, 2, dtype="float32"), signed(4, dtype="float32"), tolerance=300.0
)
table.add(
    "lstsq rcond",
    lambda np, x, y: np.linalg.lstsq(x, y, 0.9),
    np.diag([1.0, 2.0])[[0, 1, 1]],
    signed(3),
    smooth=False,
)

# Factors with signs of their own ------------------------------------------------------------------

for shape in OBLONG:
    for mode in ("reduced", "r", "complete"):
        if mode != "complete" or shape[-2] <= shape[-1]:
            table.add(
                f"qr {mode} {shape}", unary("qr", mode=mode), regular(*shape), tolerance=500.0
            )
    table.add(
        f"svd {shape}",
        unary("svd", full_matrices=False),
        regular(*shape),
        smooth=False,
        tolerance=500.0,
    )
    table.add(f"svdvals {shape}", unary("svdvals"), regular(*shape), tolerance=500.0)
    values = unary("svd", compute_uv=False)
    table.add(f"svd values {shape}", values, regular(*shape), tolerance=500.0)
for dtype in DTYPES[1:]:
    table.add(f"qr {dtype}", unary("qr"), regular(3, 2, dtype=dtype))
    table.add(
        f"svd {dtype}", unary("svd", full_matrices=False), regular(3, 2, dtype=dtype), smooth=False
    )
table.add("svd of a square matrix", unary("svd"), regular(3, 3), smooth=False)
table.add("svd of a vector", unary("svd"), array(3))
indefinite = definite(3, 3) - 2.5 * np.eye(3)
for options in ({}, {"compute_uv": False}, {"full_matrices": False}):
    table.add(
        f"svd hermitian {options}",
        unary("svd", hermitian=True, **options),
        indefinite,
        smooth=False,
    )

# Numbers that tell of a matrix -------------------------------------------------------------------

for order in (2, -2, "nuc"):
    norm = lambda np, x, o=order: np.linalg.norm(x, o)  # noqa: E731
    for shape in ((3, 3), (4, 2), (2, 3), (1, 1)):
        table.add(f"norm {order} {shape}", norm, regular(*shape))
    table.add(f"norm {order} single", norm, regular(3, 2, dtype="float32"))
    table.add(f"norm {order} integers", norm, array(3, 2, dtype="int64"))
    stacked = lambda np, x, o=order: np.linalg.norm(x, o, axis=(2, 0), keepdims=True)  # noqa: E731
    table.add(f"norm {order} kept", stacked, signed(3, 2, 4))
    table.add(f"matrix_norm {order}", unary("matrix_norm", ord=order), signed(2, 3, 4))
for order in (1, -1, 2, -2, np.inf, -np.inf, "nuc"):
    norm = lambda np, x, o=order: np.linalg.norm(x, o)  # noqa: E731
    for shape in ((0, 3), (3, 0), (0, 0), *([] if order == "nuc" else [(0,)])):
        table.add(f"norm {order} of nothing {shape}", norm, np.zeros(shape))
table.add("norm -1 of infinities", unary("norm", ord=-1), np.array([np.inf, np.inf]))
table.add("norm -1 with a 0", unary("norm", ord=-1), np.array([2.0, 0.0]), smooth=False)
for p in (None, 2, -2, 1, -1, np.inf, "fro", "nuc"):
    table.add(f"cond {p}", unary("cond", p=p), regular(2, 3, 3), tolerance=500.0)
table.add("cond of an oblong matrix", unary("cond"), regular(3, 2))
table.add("cond singular", unary("cond"), np.zeros((2, 2)), smooth=False)
table.add("cond of nothing", unary("cond"), np.zeros((0, 0)))
table.add("cond NaN", unary("cond"), np.full((2, 2), np.nan))
for shape in (*OBLONG, (3,), ()):
    table.add(f"matrix_rank {shape}", unary("matrix_rank"), signed(*shape))
table.add("matrix_rank 1", unary("matrix_rank"), low_rank)
table.add("matrix_rank tol", unary("matrix_rank", tol=[0.1, 9.0]), regular(2, 3, 3))
table.add("matrix_rank rtol", unary("matrix_rank", rtol=0.5), regular(2, 3, 3))
table.add("matrix_rank both", unary("matrix_rank", tol=1.0, rtol=0.5), regular(3, 3))
table.add("matrix_rank hermitian", unary("matrix_rank", hermitian=True), definite(3, 3))
table.add("matrix_rank of zeros", unary("matrix_rank"), np.zeros(3))
for n in (-1, -3):
    power = lambda np, x, n=n: np.linalg.matrix_power(x, n)  # noqa: E731
    table.add(f"matrix_power {n}", power, regular(2, 3, 3), tolerance=2000.0)
