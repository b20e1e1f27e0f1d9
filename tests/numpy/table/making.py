"""Creation, copies, functions that write, and the methods of arrays."""

import numpy as np

from tests.numpy.table.tables import DTYPES, Table, array, signed, words

table = Table()


def method(name, *args, **options):
    return lambda np, x: getattr(x, name)(*args, **options)


def call(name, *args, **options):
    return lambda np, x: getattr(np, name)(x, *args, **options)


# Creation from traced values
table.add("array of numbers", lambda np, x, y: np.array([x, y, 1]), 2.0, 3.0, through_numpy=False)
table.add("array of single", lambda np, x: np.array([x, 1]), np.float32(2), through_numpy=False)
rows = lambda np, x, y: np.array([[x, 1.0], [2, y]])  # noqa: E731
table.add("array of rows", rows, 2.0, np.float32(3), through_numpy=False)
table.add(
    "array of arrays",
    lambda np, x: np.array([x, x[::-1], [1, 2, 3]]),
    signed(3),
    through_numpy=False,
)
table.add(
    "array of tuples",
    lambda np, x: np.array(((x[0], 1), (2, x[1]))),
    signed(2),
    through_numpy=False,
)
table.add("array ragged", lambda np, x: np.array([x, [1.0]]), signed(3), through_numpy=False)
table.over(
    "array of one", lambda np, x: np.array(x), (2, 3), (), through_numpy=False, dtypes=DTYPES
)
for name in ("zeros_like", "ones_like", "empty_like"):

    def made(np, x, name=name, **options):
        y = getattr(np, name)(x, **options)
        if name == "empty_like":
            y[...] = 1
        return y

    table.over(name, made, (2, 3), (), (0, 2), dtypes=DTYPES)
    table.add(f"{name} as", lambda np, x, f=made: f(np, x, dtype="float32", shape=(2,)), signed(3))
table.over("full_like", call("full_like", 2), (2, 3), (), dtypes=DTYPES)
table.add("full_like traced", lambda np, x, y: np.full_like(x, y), signed(2, 3), np.float64(2))
table.add("full_like row", lambda np, x, y: np.full_like(x, y), signed(2, 3), array(3))
table.add("full", lambda np, x: np.full((2, 3), x), 1.5, through_numpy=False)
table.add("full row", lambda np, x: np.full((2, 3), x), signed(3), through_numpy=False)
table.add("full as", lambda np, x: np.full(2, x, "float32"), np.float64(1.5), through_numpy=False)
table.over("copy", call("copy"), (2, 3), (), dtypes=DTYPES)
for dtype in DTYPES:
    table.over(f"astype {dtype}", call("astype", dtype), (2, 3), (), dtypes=DTYPES)
    table.over(f"x.astype {dtype}", method("astype", dtype), (2, 3), dtypes=DTYPES)
table.add("astype safely", method("astype", "float32", casting="safe"), signed(3))
for num, endpoint in ((5, True), (4, False), (1, True), (0, True)):
    line = lambda np, a, b, n=num, e=endpoint: np.linspace(a, b, n, e)  # noqa: E731
    table.add(f"linspace {num} {endpoint}", line, 1.0, 2.5)
    table.add(f"linspace {num} {endpoint} single", line, np.float32(1), np.float32(2.5))
    table.add(f"linspace {num} {endpoint} rows", line, signed(3), array(2, 1))
table.add("linspace step", lambda np, a: np.linspace(a, 2, 5, retstep=True), 1.0)
table.add("linspace axis", lambda np, a: np.linspace(a, 2, 5, axis=-1), signed(3))
table.add("linspace ints", lambda np, a: np.linspace(a, 9, 4, dtype=int), -2.5)
table.add("logspace", lambda np, a, b: np.logspace(a, b, 5, base=2), 0.5, 2.0)
table.add("geomspace", lambda np, a, b: np.geomspace(a, b, 5), 0.5, 2.0, through_numpy=True)
table.add("geomspace below 0", lambda np, a, b: np.geomspace(a, b, 4), -0.5, -2.0)
table.add("meshgrid", lambda np, x, y: np.meshgrid(x, y), signed(2), array(3))
table.add(
    "meshgrid ij",
    lambda np, x, y, z: np.meshgrid(x, y, z, indexing="ij"),
    signed(2),
    array(3),
    array(4),
)
table.add("meshgrid sparse", lambda np, x, y: np.meshgrid(x, y, sparse=True), signed(2), array(3))
table.add("meshgrid one", call("meshgrid"), signed(2))
ARANGE = (
    lambda np, x: np.arange(x, x + 2, 0.5),
    lambda np, x: np.arange(x),
    lambda np, x: np.arange(0, x),
)
for i, program in enumerate(ARANGE):
    table.add(f"arange {i}", program, 2.25, through_numpy=False)
    table.add(f"arange {i} single", program, np.float32(2.25), through_numpy=False)


# Writing, in a copy and returned
def written(statement):
    def program(np, x, *args):
        y = x.copy()
        statement(np, y, *args)
        return y

    return program


table.add("copyto", written(lambda np, y, v: np.copyto(y, v)), signed(2, 3), array(3))
table.add(
    "copyto where", written(lambda np, y, v: np.copyto(y, v, where=y > 0)), signed(2, 3), array(3)
)
table.add(
    "copyto unsafe", written(lambda np, y, v: np.copyto(y, v)), array(3, dtype="int64"), array(3)
)
table.add("copyto number", written(lambda np, y: np.copyto(y, 2)), signed(2, 3))
table.add("put", written(lambda np, y, v: np.put(y, [0, -1, 3], v)), signed(2, 3), array(2))
table.add("put traced", written(lambda np, y, i: np.put(y, i, 1.5)), signed(2, 3), np.array([5, 1]))
table.add("put outside", written(lambda np, y: np.put(y, [6], 1.5)), signed(2, 3))
table.add("x.put", written(lambda np, y: y.put([1, 2], [1.5, 2.5])), signed(2, 3))
table.add(
    "put_along_axis",
    written(lambda np, y, i: np.put_along_axis(y, i, 9.0, 1)),
    signed(2, 3),
    np.array([[0], [2]]),
)
table.add("putmask", written(lambda np, y, v: np.putmask(y, y > 0, v)), signed(2, 3), array(2))
table.add("place", written(lambda np, y, v: np.place(y, y > 0, v)), signed(2, 3), array(2))
for name in ("putmask", "place"):
    flat = written(lambda np, y, m, v, name=name: getattr(np, name)(y, m, v))
    table.add(f"{name} flat mask", flat, signed(2, 3), np.arange(6) % 2, array(2))
    table.add(f"{name} of another size", flat, signed(2, 3), np.ones((2, 1), bool), array(2))
    table.add(f"{name} of nothing", flat, signed(2, 3), np.ones((2, 3), bool), np.zeros(0))
    table.add(f"{name} nowhere", flat, signed(2, 3), np.zeros((2, 3), bool), np.zeros(0))
table.over(
    "fill_diagonal", written(lambda np, y: np.fill_diagonal(y, 5)), (3, 3), (2, 4), (5, 2), (3,)
)
table.add(
    "fill_diagonal wrap", written(lambda np, y: np.fill_diagonal(y, 5, wrap=True)), signed(7, 2)
)
table.add(
    "fill_diagonal row", written(lambda np, y, v: np.fill_diagonal(y, v)), signed(4, 4), array(2)
)
table.add(
    "fill_diagonal of nothing",
    written(lambda np, y, v: np.fill_diagonal(y, v)),
    signed(2, 2),
    np.zeros(0),
)
table.over("x.fill", written(lambda np, y: y.fill(3)), (2, 3), dtypes=DTYPES)
table.add("x.fill traced", written(lambda np, y, v: y.fill(v)), signed(2, 3), np.float64(2))

# Methods
METHODS = words(
    "all any argmax argmin copy cumprod cumsum flatten max mean min prod ravel squeeze std sum var"
)
for name in METHODS:
    table.over(f"x.{name}", method(name), (2, 3), (1, 3), dtypes=DTYPES)
    if name not in ("copy", "flatten", "ravel", "squeeze"):
        table.add(f"x.{name} axis", method(name, 1), signed(2, 3))
table.add("x.clip", method("clip", 0, 1), signed(2, 3))
table.add("x.clip min", method("clip", min=0), signed(2, 3))
table.add("x.conj", lambda np, x: (x.conj(), x.conjugate(), x.real), signed(3))
table.add("x.diagonal", method("diagonal", 1), signed(3, 3))
table.add("x.dot", lambda np, x, y: x.dot(y), signed(2, 3), array(3))
table.add("x.nonzero", method("nonzero"), signed(3))
table.add("x.repeat", method("repeat", 2, axis=1), signed(2, 3))
table.add("x.round", method("round", 1), signed(3), smooth=False)
table.add("x.swapaxes", method("swapaxes", 0, 1), signed(2, 3))
table.add("x.take", method("take", [1, 0], axis=1), signed(2, 3))
table.add(
    "x.choose", lambda np, n, x: n.choose([x, -x]), np.array([0, 1, 0]), signed(3), smooth=False
)
table.add("x.compress", method("compress", [True, False, True]), signed(3))
table.add(
    "x.reshape",
    lambda np, x: (x.reshape(3, 2), x.reshape((6,)), x.reshape(-1, order="F")),
    signed(2, 3),
)
table.add("x.item", method("item"), np.array([3]))
table.add(
    "x.item at", lambda np, x: (x.item(2), x.item(1, 0), x.item((0, 1))), array(2, 2, dtype="int64")
)
table.add("x.item of bools", method("item", 1), array(4, dtype="bool"))
table.add("x.item of several", method("item"), array(2, dtype="int64"))
table.add("x.tolist", method("tolist"), array(2, 3, dtype="int64"))
table.add(
    "facts", lambda np, x: (x.shape, x.ndim, x.size, x.itemsize, x.nbytes, len(x)), signed(2, 3)
)
table.add("x.flat", lambda np, x: list(x.flat), signed(2, 3))
