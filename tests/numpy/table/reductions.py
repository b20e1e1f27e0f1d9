"""Reductions, statistics, running sums."""

import numpy as np

from tests.numpy.table.tables import DTYPES, Table, array, signed

table = Table()
HALF = (*DTYPES, "uint8", "float16")


def call(name, **options):
    return lambda np, x: getattr(np, name)(x, **options)


for name in (
    "sum",
    "prod",
    "mean",
    "max",
    "min",
    "amax",
    "amin",
    "ptp",
    "any",
    "all",
    "var",
    "std",
):
    table.over(name, call(name), (3, 4), (), (1,), (0, 3), dtypes=HALF)
    for axis in (0, -1, (0, 2), (), None):
        table.add(f"{name} axis {axis}", call(name, axis=axis), signed(2, 3, 2))
        table.add(f"{name} axis {axis} kept", call(name, axis=axis, keepdims=True), signed(2, 3, 2))
    table.over(f"{name} kept", call(name, keepdims=True), (), dtypes=DTYPES)
    table.add(f"{name} empty axis", call(name, axis=0), np.zeros((0, 3)), smooth=False)
    table.add(f"{name} other axis", call(name, axis=1), np.zeros((0, 3)), smooth=False)
    table.add(f"{name} wrong axis", call(name, axis=2), signed(2, 3))
    table.add(f"{name} doubled axis", call(name, axis=(0, 0)), signed(2, 3))

for name in ("sum", "prod", "mean", "var", "std", "nansum", "cumsum", "cumprod"):
    for dtype in ("float32", "float64", "int8", "int64"):
        if not (name in ("var", "std") and dtype.startswith("int")):
            table.over(f"{name} as {dtype}", call(name, dtype=dtype), (5,))
table.add("sum as bool", call("sum", dtype=bool), signed(3))

mask = np.array([[True, False, True], [False, True, True]])
for name in ("sum", "prod", "mean", "any", "all", "var", "std"):
    table.add(f"{name} where", call(name, where=mask, axis=1), signed(2, 3))
    table.add(f"{name} where row", call(name, where=mask[0]), signed(2, 3))
table.add("sum where too large", call("sum", where=mask), signed(3))
table.add("sum where traced", lambda np, x: np.sum(x, where=x > 0), signed(5))
for name in ("sum", "prod", "max", "min"):
    table.add(f"{name} initial", call(name, initial=1.5, axis=0), signed(2, 3))
    table.add(f"{name} initial int", call(name, initial=2), array(3, dtype="int8"))
    table.add(f"{name} initial of nothing", call(name, initial=2.5, axis=0), np.zeros((0, 2)))
    table.add(f"{name} initial of nothing at all", call(name, initial=2.5), np.zeros(0))
    table.add(f"{name} initial where", call(name, initial=1.5, where=mask), signed(2, 3))
table.add("max where without initial", call("max", where=mask), signed(2, 3))
table.add("max with ties", call("max", axis=1), np.array([[1.0, 1.0], [0.0, 2.0]]), smooth=False)
table.add("max with NaN", call("max", axis=1), np.array([[1.0, np.nan], [0.0, 2.0]]), smooth=False)
table.add("prod with zeros", call("prod"), np.array([2.0, 0.0, 3.0]))
table.add("prod with two zeros", call("prod"), np.array([2.0, 0.0, 3.0, 0.0]))

for options in ({"ddof": 1}, {"correction": 1}, {"ddof": 9}, {"mean": np.array([[0.5]])}):
    table.add(f"var {options}", call("var", **options), signed(2, 3), smooth="mean" not in options)
    table.add(f"std {options}", call("std", axis=0, **options), signed(4, 3), smooth=False)
table.add("std of float32", call("std", axis=0, ddof=1), signed(4, 3, dtype="float32"))

# some versions of NumPy return a Python int
table.over("count_nonzero", lambda np, x: np.count_nonzero(x) + np.int64(0), (3, 4), ())
table.add("count_nonzero axis", call("count_nonzero", axis=0, keepdims=True), signed(2, 3))
for name in ("argmax", "argmin"):
    table.over(name, call(name), (3, 4), (), (1,))
    table.add(f"{name} axis", call(name, axis=-1), signed(2, 3, 2))
    table.add(f"{name} kept", call(name, axis=1, keepdims=True), signed(2, 3, 2))
    table.add(f"{name} kept whole", call(name, keepdims=True), signed(2, 3))
    table.add(f"{name} of nothing", call(name), np.zeros(0))

table.over("average", call("average"), (3, 4), ())
weights = array(3, 4)
average = lambda np, x, w: np.average(x, weights=w)  # noqa: E731
table.add("average weights", average, signed(3, 4), weights)
table.add("average returned", lambda np, x: np.average(x, axis=0, returned=True), signed(3, 4))
table.add(
    "average axis weights",
    lambda np, x, w: np.average(x, axis=1, weights=w, returned=True),
    signed(3, 4),
    array(4),
)
table.add(
    "average of ints",
    lambda np, x, w: np.average(x, axis=0, weights=w, keepdims=True),
    array(3, 2, dtype="int64"),
    array(3),
)
table.add(
    "average two axes",
    lambda np, x, w: np.average(x, axis=(2, 0), weights=w),
    signed(2, 3, 4),
    array(4, 2),
)
table.add("average weights 0", average, signed(3), np.zeros(3), smooth=False)
table.add("average weights misfit", average, signed(2, 3), array(3))

holes = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan], [4.0, 5.5, 6.0]])
for name in ("nansum", "nanprod", "nanmean", "nanmax", "nanmin", "nanvar", "nanstd"):
    table.over(name, call(name), (3, 4), dtypes=("float64", "float32", "int64"))
    for axis in (None, 0):
        table.add(f"{name} holes {axis}", call(name, axis=axis), holes, smooth=False)
    if name in ("nansum", "nanprod"):
        table.add(f"{name} holes 1", call(name, axis=1), holes, smooth=False)

for name in ("cumsum", "cumprod"):
    table.over(name, call(name), (3, 4), (), (1,), (0, 3), dtypes=HALF)
    for axis in (0, -1):
        table.add(f"{name} axis {axis}", call(name, axis=axis), signed(2, 3, 2))
    table.add(f"{name} wrong axis", call(name, axis=3), signed(2, 3, 2))
table.add("cumprod zeros", call("cumprod"), np.array([2.0, 0.0, 3.0, 0.0, 5.0]))
for name in ("cumulative_sum", "cumulative_prod"):
    table.over(name, call(name), (4,))
    table.add(f"{name} initial", call(name, axis=1, include_initial=True), signed(2, 3))
    table.add(f"{name} no axis", call(name), signed(2, 3))

table.over("diff", call("diff"), (3, 4), (1,), (0,))
for n in (0, 2, 5):
    table.add(f"diff {n}", call("diff", n=n), signed(2, 4))
table.add("diff axis 0", call("diff", axis=0), signed(3, 2))
table.add("diff ends", call("diff", prepend=0.5, append=[1.0, 2.0]), signed(4))
table.add("diff ends of rows", call("diff", axis=0, prepend=0), signed(3, 2))
table.add("diff of a scalar", call("diff"), np.array(1.0))
table.over("ediff1d", call("ediff1d"), (5,), (2, 2), (1,), dtypes=("float64", "int64"))
table.add("ediff1d ends", call("ediff1d", to_begin=0.5, to_end=[1.0, 2.0]), signed(4))
table.add("ediff1d float into int", call("ediff1d", to_end=0.5), array(4, dtype="int64"))
table.over("trapezoid", call("trapezoid"), (5,), (2, 3))
table.add("trapezoid dx", call("trapezoid", dx=0.5, axis=0), signed(3, 2))
table.add("trapezoid x", lambda np, y, x: np.trapezoid(y, x), signed(2, 3), array(3))
table.add(
    "trapezoid x full", lambda np, y, x: np.trapezoid(y, x, axis=0), signed(3, 2), array(3, 2)
)
table.over("gradient", call("gradient"), (5,), (2,), dtypes=("float64", "float32", "int64"))
table.add("gradient of a matrix", call("gradient"), signed(3, 4))
table.add("gradient distances", lambda np, f: np.gradient(f, 0.5, 2.0), signed(3, 4))
table.add("gradient distance", lambda np, f, h: np.gradient(f, h, axis=1), signed(3, 4), 0.25)
table.add("gradient second order", call("gradient", edge_order=2, axis=0), signed(4, 2))
table.add("gradient too short", call("gradient"), signed(1))
