"""Sorted elements, places in an order, quantiles, running products and extremes."""

import numpy as np

from tests.numpy.table.tables import DTYPES, Table, array, signed

table = Table()
ODD = np.array([[3.0, np.nan, -np.inf, 0.0], [np.inf, -0.0, 1.0, 3.0]])


def call(name, *args, **options):
    return lambda np, x: getattr(np, name)(x, *args, **options)


SHAPES = ((5,), (3, 4), (2, 3, 4), (0,), (3, 0), (1,))
for name in ("sort", "argsort"):
    table.over(name, call(name), *SHAPES)
    for axis in (0, 1, -2, None, 3):
        table.add(f"{name} axis {axis}", call(name, axis), signed(3, 4))
    for kind in ("quicksort", "heapsort", "mergesort", "stable", "bubble"):
        table.add(f"{name} {kind}", call(name, kind=kind), array(40, dtype="int64") % 3)
    table.add(f"{name} stable", call(name, stable=True), array(40, dtype="int64") % 3)
    table.add(f"{name} unstable", call(name, stable=False), array(40))
    table.add(f"{name} overspecified", call(name, kind="stable", stable=True), array(3))
    table.add(f"{name} by kind", call(name, 0, "stable"), signed(3, 4))
    table.add(f"{name} odd numbers", call(name), ODD, smooth=False)
    table.add(f"{name} a number", call(name), 3.0)
    table.add(f"{name} a number flat", call(name, axis=None), 3.0)
    listed = lambda np, x, n=name: getattr(np, n)([x[2], x[0]])  # noqa: E731
    table.add(f"{name} a list", listed, signed(3), through_numpy=False)
    method = lambda np, x, n=name: getattr(np.array(x), n)(0)  # noqa: E731
    table.add(f"method {name}", method, signed(3, 4), through_numpy=False)


def sorted_in_place(np, x):
    y = x * 2
    y.sort()
    z = y[1:]
    z.sort(axis=0)
    return y


table.add("sort in place", sorted_in_place, signed(3, 4))

LINE = np.array([-1.0, 0.5, 0.5, 2.0])
search = lambda np, x, v: np.searchsorted(x, v)  # noqa: E731
for v in (
    0.5,
    np.array([0.5, -3.0, 9.0]),
    np.array([[0.7], [2.0]]),
    np.zeros(0),
    1,
    np.array([1, 2]),
):
    table.add(f"searchsorted {v}", search, LINE, v)
right = lambda np, x, v: np.searchsorted(x, v, side="right")  # noqa: E731
table.add("searchsorted right", right, LINE, np.array([0.5, 2.0]))
table.add("searchsorted middle", lambda np, x: np.searchsorted(x, 1.0, "middle"), LINE)
table.add("searchsorted sorter", lambda np, x: np.searchsorted(x, 0.6, sorter=[3, 2, 1, 0]), -LINE)
table.add("searchsorted matrix", search, signed(2, 2), 1.0)
table.add("searchsorted method", lambda np, x: x.searchsorted(0.6), LINE)
table.add("searchsorted mixed", search, LINE.astype("float32"), np.array([1, 2]))

for name, args in (("median", ()), ("quantile", (0.3,)), ("percentile", (30,))):
    dtypes = DTYPES if name == "median" else DTYPES[:-1]
    table.over(name, call(name, *args), (5,), (4,), (3, 4), (1,), dtypes=dtypes)
    for axis in (0, -1, (0, 2), (1, 0), None):
        table.add(f"{name} axis {axis}", call(name, *args, axis=axis), signed(2, 3, 4))
        kept = call(name, *args, axis=axis, keepdims=True)
        table.add(f"{name} kept {axis}", kept, signed(2, 3, 4))
    table.add(f"{name} odd numbers", call(name, *args, axis=1), ODD, smooth=False)
    table.add(f"{name} infinities", call(name, *args), np.array([np.inf, 1.0, np.inf, -np.inf]))
    table.add(f"{name} a number", call(name, *args), 3.0)
    table.add(f"{name} other axis", call(name, *args, axis=3), signed(3))
table.add("median of nothing", call("median"), np.zeros(0))
table.add("median of no rows", call("median", axis=0), np.zeros((0, 2)))
table.add("quantile of nothing", call("quantile", 0.5), np.zeros(0))

METHODS = (
    *("averaged_inverted_cdf", "hazen", "higher", "interpolated_inverted_cdf", "inverted_cdf"),
    *("linear", "lower", "median_unbiased", "midpoint", "nearest", "normal_unbiased", "weibull"),
)
PARTS = np.array([[0.0, 0.07, 0.25], [0.5, 0.9, 1.0]])
for method in METHODS:
    quantile = lambda np, x, m=method: np.quantile(x, PARTS, method=m)  # noqa: E731
    table.add(f"quantile {method}", quantile, signed(5))
    rows = lambda np, x, m=method: np.quantile(x, PARTS, axis=0, method=m)  # noqa: E731
    table.add(f"quantile {method} of rows", rows, signed(4, 3))
    table.add(f"quantile {method} integers", quantile, array(5, dtype="int64"))
for q in (0, 1, 0.5, np.float32(0.3), np.array(0.3), [0.2, 0.9], 1.5, -0.1, np.nan):
    for dtype in ("float64", "float32"):
        table.add(f"quantile {q!r} {dtype}", call("quantile", q), signed(5, dtype=dtype))
for q in (0, 100, 50, 33.0, [20, 90], 101):
    table.add(f"percentile {q}", call("percentile", q), signed(5))
table.add("percentile single", call("percentile", 33), signed(5, dtype="float32"))
traced_q = lambda np, x, q: np.quantile(x, q)  # noqa: E731
table.add("quantile by q", traced_q, signed(6), 0.33)
table.add("quantile by q single", traced_q, signed(6, dtype="float32"), 0.33, smooth=False)
table.add("quantile by qs", traced_q, signed(6), np.array([0.1, 0.95]))

for name in ("nancumsum", "nancumprod"):
    table.over(name, call(name), (5,), (2, 3))
    table.add(f"{name} odd numbers", call(name, 1), ODD, smooth=False)
    table.add(f"{name} axis", call(name, axis=0), signed(3, 2))
for name in ("maximum", "minimum"):
    running = lambda np, x, n=name: getattr(np, n).accumulate(x)  # noqa: E731
    table.over(f"{name}.accumulate", running, (5,), (3, 4), (0,), (3, 0), (1,))
    table.add(f"{name}.accumulate odd numbers", running, ODD[0], smooth=False)
    rows = lambda np, x, n=name: getattr(np, n).accumulate(x, axis=-1)  # noqa: E731
    table.add(f"{name}.accumulate rows", rows, signed(3, 4))
    table.add(f"{name}.accumulate a number", running, 2.0)
