"""Complex numbers: parts, sizes, angles, conjugates, and programs that mix them with real ones."""

import numpy as np

from tests.numpy.table.tables import Table, complexes, signed

table = Table()


def call(name, **options):
    return lambda np, x: getattr(np, name)(x, **options)


PARTS = (
    "abs",
    "absolute",
    "angle",
    "conj",
    "conjugate",
    "real",
    "imag",
    "square",
    "reciprocal",
    "sinc",
)
for name in PARTS:
    for shape in ((2, 3), (), (0,)):
        table.add(f"{name} complex {shape}", call(name), complexes(*shape))
    table.add(f"{name} complex64", call(name), complexes(3, dtype="complex64"))
    table.add(f"{name} complex scalar", call(name), np.complex128(1 + 2j))
    if name not in ("real", "imag"):  # of which NumPy makes Python's float
        table.add(f"{name} Python's complex", call(name), 1 + 2j)
table.add("sinc near 0", call("sinc"), np.array([0j, 0.1j, 0.2 + 0.2j, 0.3, 1.5 - 0.5j]))
table.add("angle in degrees", call("angle", deg=True), complexes(3))
table.add("angle of real numbers", call("angle"), signed(3))
table.add("angle of integers", call("angle"), np.array([-2, 3]))
table.add("angle of a list", lambda np, x: np.angle([x, -x]), 1 + 2j, through_numpy=False)

KINDS = ("isreal", "iscomplex", "isrealobj", "iscomplexobj", "isnan", "isinf", "isfinite")
SOME_REAL = np.array([1 + 0j, 2 - 3j, np.nan + 1j, 1 + np.inf * 1j])
for name in KINDS:
    table.add(f"{name} complex", call(name), SOME_REAL, smooth=False)
table.add("real_if_close far", call("real_if_close"), complexes(3))
table.add("real_if_close near", call("real_if_close"), np.array([1 + 1e-16j, 2.0]), smooth=False)
table.add("nan_to_num complex", call("nan_to_num"), SOME_REAL, smooth=False)
table.add("round complex", call("round", decimals=1), complexes(4))

# Attributes and methods ---------------------------------------------------------------------------

table.add("x.real and x.imag", lambda np, x: (x.real, x.imag), complexes(2, 3))
table.add("x.real of 0-d", lambda np, x: (x.real, x.imag), np.array(1 + 2j))
table.add("x.conj()", lambda np, x: (x.conj(), x.conjugate()), complexes(3))
table.add("abs(x)", lambda np, x: abs(x), complexes(3))


def write_parts(np, x):
    y = x.copy()
    y.real = x.imag
    y.imag[0] = 5.0
    y.imag += 1
    return y


def look_at_parts(np, x):
    y = x.copy()
    seen, before = y.real, y.real.copy()
    y[0] = 2j * y[1]
    seen[2] = 7.0
    return y, seen, before


def fill(np, x):
    y = np.zeros(4, dtype=complex)
    y[0] = x
    y[1:3] = [1j * x, x]
    y += x
    return y


table.add("writing into parts", write_parts, complexes(3))
table.add("parts are views", look_at_parts, complexes(3))
table.add("an array of complex numbers filled", fill, 2.0, through_numpy=False)
table.add("complex array filled from a scalar", fill, np.float32(2.0), through_numpy=False)

# Promotion ----------------------------------------------------------------------------------------

OTHERS = (2, 2.0, 1j, np.float32(2), np.float64(2), np.complex64(2j), np.array([1, 2, 3]))
for other in OTHERS:
    for dtype in ("float32", "float64", "complex64", "complex128"):
        make = complexes if dtype.startswith("c") else signed
        title = f"{dtype} with {type(other).__name__} {np.asarray(other).dtype}"
        table.add(title, lambda np, x, y=other: (x + y, y * x, x / y, x - y), make(3, dtype=dtype))
for exponent in (0, 1, 2, 3, -1, 0.5, 2.5, 1j):
    table.add(f"z ** {exponent}", lambda np, z, n=exponent: z**n, complexes(4))
table.add("x ** z", lambda np, x, z: x**z, np.array([0.5, 2.0]), complexes(2))
table.add("z to the power of z", lambda np, z: z**z, complexes(3))
table.add("astype complex", lambda np, x: x.astype(complex) * 1j, signed(3))
table.add("astype complex64", lambda np, x: x.astype("complex64"), signed(3))
table.add("where of both", lambda np, x, z: np.where(x > 0, x, z), signed(4), complexes(4))
table.add("concatenate both", lambda np, x, z: np.concatenate([x, z]), signed(2), complexes(3))
table.add("matmul of both", lambda np, a, z: a @ z, signed(2, 3), complexes(3))
table.add("einsum of both", lambda np, a, z: np.einsum("ij,j", a, z), signed(2, 3), complexes(3))
table.add("vdot", lambda np, z, w: np.vdot(z, w), complexes(3), 1j * complexes(3))
table.add("a wave", lambda np, x: np.abs(np.exp(1j * x) + 2 * x) ** 2, signed(4))
table.add("comparison with 0", lambda np, z: np.where(z == 0, 1, z), complexes(3))
table.add("equal to itself", lambda np, z: (z == z, z != 1), complexes(3))
