"""Elementwise functions: every ufunc over dtypes and shapes, scalars and arrays mixed."""

import numpy as np

from tests.numpy.table.tables import Table, array, signed, words

table = Table()

ANYWHERE = words("absolute negative sign exp expm1 exp2 sin cos tanh sinh cosh arctan arcsinh cbrt")
POSITIVE = words("log log2 log10 sqrt arccosh")
INSIDE = words("arcsin arccos arctanh log1p tan")
STEPS = words("floor ceil rint trunc isnan isinf isfinite logical_not invert")
BINARY = words("add subtract multiply divide maximum minimum arctan2 hypot logaddexp")
LAME = words("floor_divide remainder fmod")
TESTS = words("equal not_equal less less_equal greater greater_equal")
LOGIC = words("logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor")
SHIFTS = words("left_shift right_shift")
COMPOSED = words("square positive conjugate fabs deg2rad rad2deg radians degrees signbit sinc")


def unary(name):
    return lambda np, x: getattr(np, name)(x)


def binary(name):
    return lambda np, x, y: getattr(np, name)(x, y)


for name in ANYWHERE + STEPS + COMPOSED:
    table.over(name, unary(name), (2, 3), (), (0, 2), make=signed)
for name in POSITIVE:
    table.over(
        name, unary(name), (2, 3), (), make=lambda *s, dtype: array(*s, dtype=dtype, low=1.2)
    )
for name in INSIDE:
    make = lambda *s, dtype: array(*s, dtype=dtype, low=-0.8, high=0.9)  # noqa: E731
    table.over(name, unary(name), (2, 3), (), make=make)
for name in BINARY + TESTS + LOGIC + LAME:
    program = binary(name)
    smooth = name not in LAME
    for dtype in ("float64", "float32", "int64", "int8", "uint8", "bool"):
        x, y = signed(2, 3, dtype=dtype), array(2, 3, dtype=dtype)[::-1] + array(3, dtype=dtype)
        table.add(f"{name} {dtype}", program, x, y, smooth=smooth)
        table.add(
            f"{name} {dtype} with int", lambda np, x, f=program: f(np, x, 2), x, smooth=smooth
        )
        table.add(
            f"{name} float with {dtype}", lambda np, x, f=program: f(np, 2.5, x), x, smooth=smooth
        )
        strong = np.float64(1.5)
        table.add(f"{name} {dtype} with float64 scalar", program, x, strong, smooth=smooth)
    table.add(f"{name} broadcasts", program, signed(2, 1), array(3), smooth=smooth)
    table.add(f"{name} mixed", program, signed(3, dtype="float32"), array(2, 3, dtype="int64"))
    table.add(f"{name} of scalars", program, 1.25, 0.75, smooth=smooth)
    table.add(f"{name} of 0-d", program, np.array(1.25), np.array(0.75), smooth=smooth)
    table.add(f"{name} empty", program, np.zeros((0, 3)), array(3), smooth=smooth)
    table.add(f"{name} misfit", program, array(2, dtype="int64"), array(3, dtype="int64"))
for name in SHIFTS:
    table.add(name, binary(name), array(2, 3, dtype="int64"), array(3, dtype="uint8") % 5)
    table.add(f"{name} of floats", binary(name), signed(3), array(3, dtype="int64"))

for dtype in ("float64", "float32"):
    table.add(f"power {dtype}", binary("power"), array(2, 3, dtype=dtype), signed(3, dtype=dtype))
    for exponent in (0, 1, 2, 3, 0.5, -1):
        power = lambda np, x, n=exponent: np.power(x, n)  # noqa: E731
        table.add(f"power {exponent} {dtype}", power, array(2, 3, dtype=dtype))
table.add("power ints", binary("power"), array(4, dtype="int64"), np.array([0, 1, 2, 3]))
table.add("power negative", lambda np, x: np.power(x, -1), array(4, dtype="int64"))

for name in ("copysign", "fmax", "fmin", "logaddexp2", "float_power"):
    for dtype in ("float64", "float32", "int64"):
        table.add(f"{name} {dtype}", binary(name), array(3, dtype=dtype), array(2, 3, dtype=dtype))
table.add("copysign zeros", binary("copysign"), array(3), np.array([0.0, -0.0, -1.0]), smooth=False)
nans = np.array([1.0, np.nan, np.nan, -2.0]), np.array([np.nan, 3.0, np.nan, 1.0])
for name in ("fmax", "fmin", "maximum", "minimum"):
    table.add(f"{name} of NaN", binary(name), *nans, smooth=False)
table.over("reciprocal", lambda np, x: np.reciprocal(x), (3,), (), dtypes=("float64", "float32"))
table.add("heaviside", binary("heaviside"), signed(4), array(4))
odd = np.array([0.0, -0.0, np.nan, np.inf, -np.inf])
table.add("heaviside at 0", binary("heaviside"), odd, array(5), smooth=False)
table.add("signbit of zeros", unary("signbit"), np.array([0.0, -0.0, -np.inf]))
table.over("divmod", lambda np, x: np.divmod(x, x[::-1] + 3), (5,), smooth=False)
table.over("modf", lambda np, x: np.modf(x), (5,), (), smooth=True)
table.add(
    "modf of whole numbers",
    unary("modf"),
    np.array([2.0, -3.0, -0.0, np.inf, -np.inf]),
    smooth=False,
)
table.add("sinc at 0", unary("sinc"), np.array([0.0, 1e-9, 0.1, 0.31, 1 / 3, 2.5]))

# Rounding and bounds
table.over("round", lambda np, x: np.round(x, 1), (5,), (), smooth=False)
table.over("around", lambda np, x: np.around(x), (5,), (), smooth=False)
table.add("round tens", lambda np, x: np.round(x, -1), 40 * signed(4), smooth=False)
table.over("fix", unary("fix"), (5,), (), dtypes=("float64", "float32"), smooth=False)
table.over("clip", lambda np, x: np.clip(x, 0, 1), (7,), ())
table.over("clip low", lambda np, x: np.clip(x, 0.5, None), (7,))
table.over("clip by names", lambda np, x: np.clip(x, min=0, max=1), (7,))
table.over("clip nothing", lambda np, x: np.clip(x, None, None), (7,))
table.add(
    "clip by arrays", lambda np, x, a, b: np.clip(x, a, b), signed(3, 4), array(4) - 2, array(4)
)
table.over("nan_to_num", unary("nan_to_num"), (4,), ())
table.add("nan_to_num odd", unary("nan_to_num"), odd, smooth=False)
table.add("nan_to_num odd 32", unary("nan_to_num"), odd.astype("float32"), smooth=False)
table.add(
    "nan_to_num by names",
    lambda np, x: np.nan_to_num(x, nan=1.0, posinf=2.0, neginf=3.0),
    odd,
    smooth=False,
)

# Comparisons
for dtype in ("float64", "int64", "bool"):
    x = array(4, dtype=dtype)
    table.add(f"isclose {dtype}", binary("isclose"), x, x[::-1].copy())
    table.add(f"allclose {dtype}", binary("allclose"), x, x)
    table.add(f"array_equal {dtype}", binary("array_equal"), x, x[::-1].copy())
table.add("isclose odd", lambda np, x: np.isclose(x, x), odd)
table.add("isclose odd, equal NaN", lambda np, x: np.isclose(x, x, equal_nan=True), odd)
table.add("isclose 32", binary("isclose"), np.float32([1.0, 2.0]), np.float32([1.00001, 2.1]))
table.add("array_equal shapes", binary("array_equal"), array(3), array(2))
table.add("array_equal NaN", lambda np, x: np.array_equal(x, x, equal_nan=True), odd)
table.add("array_equiv", binary("array_equiv"), np.ones(3), np.ones((2, 3)))
table.add("array_equiv shapes", binary("array_equiv"), np.ones(2), np.ones((2, 3)))
for name in ("isposinf", "isneginf"):
    table.add(name, unary(name), odd)
table.add("compare with a large int", lambda np, x: np.less(x, 1000), array(4, dtype="int8"))
table.add("add a large int", lambda np, x: np.add(x, 1000), array(4, dtype="int8"))

# What real numbers make trivial, and questions about kinds
for name in ("real", "imag", "isreal", "iscomplex", "iscomplexobj", "isrealobj", "real_if_close"):
    table.over(name, unary(name), (3,), (), dtypes=("float64", "int64"))
table.add("conj", lambda np, x: np.conj(x), signed(3))
table.add("result_type", lambda np, x: np.result_type(x, np.float32).name, array(3, dtype="int8"))
table.add("result_type of Python", lambda np, x: np.result_type(x, 1.0).name, np.float32(1))
table.add("can_cast", lambda np, x: np.can_cast(x, np.int8), array(3))

# Several steps, so that kinds and dtypes meet
table.add("mean square", lambda np, x, y: ((x - y) ** 2).mean(), signed(3, 2), array(2))
table.add("softmax", lambda np, x: np.exp(x - x.max()) / np.exp(x - x.max()).sum(), signed(5))
table.add(
    "operators",
    lambda np, x: (+x, -x, abs(x), 2 - x, 2 / x, 2**x, x // 0.3, x % 0.3),
    array(3),
    smooth=False,
)
table.add("divmod operator", lambda np, x: divmod(x, 0.4), array(3))
table.add("bits", lambda np, x: (x & 3, x | 3, x ^ 3, ~x, x << 1, x >> 1), array(4, dtype="int64"))
table.add("comparisons", lambda np, x: (x == 1, x != 1, x < 1, x <= 1, x > 1, x >= 1), signed(3))
table.add("list operand", lambda np, x: np.add(x, [1.0, 2.0, 3.0]), signed(3))
table.add(
    "list of traced operand",
    lambda np, x: x * np.asarray([x[0], x[1], 1.0]),
    signed(3),
    through_numpy=False,
)
