"""Functions that move elements: reshaping, joining, splitting, padding, choosing."""

import numpy as np

from tests.numpy.table.tables import Table, array, signed

table = Table()
FEW = ("float64", "int8", "bool")


def call(name, *args, **options):
    return lambda np, x: getattr(np, name)(x, *args, **options)


# Reshaping
for shape in ((6,), (3, 2), (-1, 2), -1, (1, 6, 1), (2, 3)):
    table.over(f"reshape {shape}", call("reshape", shape), (2, 3), dtypes=FEW)
    table.add(f"reshape F {shape}", call("reshape", shape, order="F"), signed(2, 3))
    table.add(
        f"reshape A {shape}", call("reshape", shape, order="A"), np.asfortranarray(signed(2, 3))
    )
table.add("reshape misfit", call("reshape", (4, 2)), signed(2, 3))
table.add("reshape two unknown", call("reshape", (-1, -1)), signed(2, 3))
table.add("reshape copy", call("reshape", (3, 2), copy=True), signed(2, 3))
table.add("reshape no copy", lambda np, x: np.reshape(x.T, (6,), copy=False), signed(2, 3))
table.over("reshape to 0-d", call("reshape", ()), (1,), (), (1, 1), dtypes=FEW)
table.over("reshape a scalar", call("reshape", (1, 1)), (), dtypes=FEW)
table.over("reshape empty", call("reshape", (3, 0, 5)), (0, 2), dtypes=FEW)
for order in "CFAK":
    table.over(f"ravel {order}", call("ravel", order=order), (2, 3), (), (0, 2), dtypes=FEW)
    table.add(f"ravel {order} of F", call("ravel", order=order), np.asfortranarray(signed(2, 3)))
for name in (
    "transpose",
    "permute_dims",
    "squeeze",
    "flip",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
):
    table.over(name, call(name), (2, 3), (), (3,), (1, 3, 1), (0, 2), dtypes=FEW)
table.add("transpose axes", call("transpose", (2, 0, 1)), signed(2, 3, 4))
table.add("transpose negative axes", call("transpose", (-1, 0, 1)), signed(2, 3, 4))
table.add("transpose too few axes", call("transpose", (1, 0)), signed(2, 3, 4))
table.add("transpose doubled axes", call("transpose", (1, 1)), signed(2, 3))
table.add(
    "T", lambda np, x: (x.T, x.mT, x.transpose(1, 0, 2), x.transpose((2, 1, 0))), signed(2, 3, 4)
)
table.over("matrix_transpose", call("matrix_transpose"), (2, 3), (2, 3, 4), (3,))
table.add("swapaxes", call("swapaxes", 0, -1), signed(2, 3, 4))
table.add("moveaxis", call("moveaxis", 0, -1), signed(2, 3, 4))
table.add("moveaxis two", call("moveaxis", (0, 1), (-1, 0)), signed(2, 3, 4))
table.add("moveaxis wrong", call("moveaxis", 3, 0), signed(2, 3))
table.add("rollaxis", call("rollaxis", 2), signed(2, 3, 4))
table.add("squeeze axis", call("squeeze", axis=0), signed(1, 3, 1))
table.add("squeeze wrong", call("squeeze", axis=1), signed(1, 3, 1))
table.over("expand_dims", call("expand_dims", 0), (2, 3), (), dtypes=FEW)
table.add("expand_dims two", call("expand_dims", (0, -1)), signed(2, 3))
table.over("broadcast_to", call("broadcast_to", (4, 2, 3)), (2, 3), (), (1, 3), dtypes=FEW)
table.add("broadcast_to 0-d", call("broadcast_to", ()), np.float64(1))
table.add("broadcast_to misfit", call("broadcast_to", (4,)), signed(2, 3))
table.add(
    "broadcast_arrays", lambda np, x, y: np.broadcast_arrays(x, y, 1.0), signed(2, 1), array(3)
)
table.add("atleast several", lambda np, x, y: np.atleast_2d(x, y), signed(2), array(3))
table.over("flip axis", call("flip", 1), (2, 3), dtypes=FEW)
table.over("flip axes", call("flip", (0, 2)), (2, 3, 2))
for name in ("fliplr", "flipud"):
    table.over(name, call(name), (2, 3), (3,), (), dtypes=FEW)
for k in range(-1, 5):
    table.add(f"rot90 {k}", call("rot90", k), signed(2, 3))
table.add("rot90 axes", call("rot90", axes=(2, 0)), signed(2, 3, 4))
table.add("rot90 wrong", call("rot90", axes=(0, 0)), signed(2, 3))
for offset in (-4, -1, 0, 1, 4):
    table.over(f"diagonal {offset}", call("diagonal", offset), (3, 3), (2, 4), (4, 2))
    table.add(f"diagonal of many {offset}", call("diagonal", offset, 2, 0), signed(2, 3, 4))
    table.over(f"trace {offset}", call("trace", offset), (3, 3), (2, 4), (4, 2))
    table.over(f"diag of a vector {offset}", call("diag", offset), (3,), (0,), dtypes=FEW)
    table.over(f"diag of a matrix {offset}", call("diag", offset), (3, 4), dtypes=FEW)
    for name in ("tril", "triu"):
        table.over(
            f"{name} {offset}", call(name, offset), (3, 4), (4, 3), (3,), (2, 3, 3), dtypes=FEW
        )
table.add("diagonal of a vector", call("diagonal"), signed(3))
table.add("diagonal empty", call("diagonal"), np.zeros((0, 3)))
table.add("trace of many", call("trace", 0, 2, 0), signed(2, 3, 4))
table.add("trace as float32", call("trace", dtype="float32"), signed(3, 3))
table.over("diagflat", call("diagflat", 1), (2, 2), (3,))
table.add("tril of a scalar", call("tril"), np.array(1.0))
for name in ("shape", "ndim", "size"):
    table.over(name, call(name), (2, 3), ())
table.add("size of an axis", call("size", 1), signed(2, 3))

# Joining and splitting
for axis in (0, 1, -1, None, 2):
    joined = lambda np, x, y, axis=axis: np.concatenate([x, y], axis)  # noqa: E731
    table.add(f"concatenate {axis}", joined, signed(2, 3), array(2, 3))
    table.add(
        f"concatenate {axis} mixed",
        joined,
        array(2, 3, dtype="float32"),
        array(2, 3, dtype="int64"),
    )
table.add("concatenate misfit", lambda np, x, y: np.concatenate([x, y]), signed(2, 3), array(2, 2))
table.add("concatenate ranks", lambda np, x, y: np.concatenate([x, y]), signed(2, 3), array(2))
table.add("concatenate scalars", lambda np, x, y: np.concatenate([x, y]), 1.0, 2.0)
table.add(
    "concatenate dtype",
    lambda np, x, y: np.concatenate((x, y), dtype="float32"),
    signed(2),
    array(3),
)
table.add(
    "concatenate unsafe", lambda np, x, y: np.concatenate((x, y), dtype="int8"), signed(2), array(3)
)
table.add("concatenate rows of one", call("concatenate"), signed(2, 3))
for name in ("stack", "vstack", "hstack", "dstack", "column_stack"):
    several = lambda np, *xs, name=name: getattr(np, name)(xs)  # noqa: E731
    for shape in ((), (3,), (2, 3), (2, 3, 2)):
        table.add(
            f"{name} {shape}",
            several,
            signed(*shape),
            array(*shape),
            array(*shape, dtype="float32"),
        )
    table.add(
        f"{name} of numbers", lambda np, x, name=name: getattr(np, name)([x, 1, 2.0]), np.float32(3)
    )
    table.add(f"{name} rows of one", call(name), signed(2, 3))
    table.add(f"{name} misfit", several, signed(2, 3), array(3, 2))
for axis in (1, -1, 2):
    table.add(
        f"stack {axis}", lambda np, *xs, axis=axis: np.stack(xs, axis), signed(2, 3), array(2, 3)
    )
table.add("append", lambda np, x, y: np.append(x, y), signed(2, 2), array(3))
table.add("append axis", lambda np, x, y: np.append(x, [y], 0), signed(2, 3), array(3))
table.add("append number", call("append", 1.5), array(2, dtype="int64"))
table.add(
    "block",
    lambda np, x, y: np.block([[x, y], [np.ones((1, 3)), np.zeros((1, 1))]]),
    signed(2, 3),
    array(2, 1),
)
table.add("block of vectors", lambda np, x, y: np.block([x, y, 1.0]), signed(2), array(3))
for name in ("split", "array_split", "hsplit", "vsplit"):
    for where in (2, 3, [1, 3], [2, 2, 7]):
        table.over(f"{name} {where}", call(name, where), (4, 6), (5,), dtypes=("float64", "int8"))
table.add("split axis", call("split", 3, axis=-1), signed(2, 3))
table.add("dsplit", call("dsplit", 2), signed(2, 3, 4))
table.over("unstack", call("unstack"), (2, 3), (3,), ())
table.add("unstack axis", call("unstack", axis=1), signed(2, 3))

# Moving and repeating
for shift, axis in ((1, None), (-2, None), (2, 0), ((1, -1), (0, 1)), (7, 1), (1, (0, 1))):
    table.over(f"roll {shift} {axis}", call("roll", shift, axis), (3, 4), dtypes=FEW)
table.over("roll of a vector", call("roll", 1), (3,), (0,), ())
for reps in (2, (2,), (2, 3), (1, 2, 1), 0):
    table.over(f"tile {reps}", call("tile", reps), (2, 3), (2,), (), dtypes=FEW)
for repeats, axis in ((2, None), ([1, 0, 2], 1), (2, 0), (0, 1)):
    table.over(f"repeat {repeats} {axis}", call("repeat", repeats, axis), (2, 3), dtypes=FEW)
table.over("repeat a scalar", call("repeat", 3), ())
table.add("repeat misfit", call("repeat", [1, 2], 1), signed(2, 3))
table.over("resize", call("resize", (3, 3)), (2, 2), (4, 4), (0,), dtypes=FEW)
for where, axis in ((1, None), ([0, 2], 1), (slice(1, 3), 0), (-1, 0), ([True, False, True], 1)):
    table.add(f"delete {where} {axis}", call("delete", where, axis), signed(4, 3))
table.add("delete outside", call("delete", 9, 0), signed(4, 3))
table.add("insert", lambda np, x, y: np.insert(x, 1, y), signed(4), np.float64(9))
table.add("insert row", lambda np, x, y: np.insert(x, 1, y, axis=0), signed(2, 3), array(3))
table.add(
    "insert several", lambda np, x, y: np.insert(x, [0, 2], y, axis=1), signed(2, 3), array(2, 2)
)
table.add("insert float into ints", lambda np, x: np.insert(x, 1, 2.7), array(3, dtype="int64"))
for width in (1, (1, 2), ((1, 0), (0, 2)), 0, ((1,), (2,))):
    table.over(f"pad {width}", call("pad", width), (2, 3), (0, 2), dtypes=FEW)
    for mode in ("edge", "reflect", "symmetric", "wrap"):
        table.add(f"pad {mode} {width}", call("pad", width, mode), signed(3, 4))
table.add("pad far", call("pad", 5, "reflect"), signed(3))
table.add("pad with ones", call("pad", 1, constant_values=1), signed(2, 3))
table.add("pad with several", call("pad", 1, constant_values=((1, 2), (3, 4.5))), signed(2, 3))
table.add("pad ints with floats", call("pad", 1, constant_values=2.7), array(2, dtype="int64"))
table.add("pad negative", call("pad", -1), signed(3))
table.add("pad by name", call("pad", pad_width=((0, 1), (1, 0)), mode="constant"), signed(2, 2))
table.add(
    "pad traced",
    lambda np, x, y: np.pad(x, 1, constant_values=y),
    signed(2, 3),
    np.float64(3),
    through_numpy=True,
)

# Choosing
choose = lambda np, m, x, y: np.where(m, x, y)  # noqa: E731
for dtype in ("float64", "float32", "int64", "int8", "bool"):
    mask = array(2, 3, dtype="bool")
    table.add(f"where {dtype}", choose, mask, signed(2, 3, dtype=dtype), array(3, dtype=dtype))
    table.add(
        f"where {dtype} or number",
        lambda np, m, x: np.where(m, x, 0),
        mask,
        array(2, 3, dtype=dtype),
    )
    table.add(
        f"where {dtype} or float",
        lambda np, m, x: np.where(m, 1.5, x),
        mask,
        array(2, 3, dtype=dtype),
    )
table.add("where mixed", choose, signed(3), array(3, dtype="float32"), array(3, dtype="int64"))
table.add("where of scalars", choose, np.True_, 1.0, np.float32(2.0))
table.add("where of two", lambda np, m, x: np.where(m, x), array(3, dtype="bool"), signed(3))
table.add("where misfit", choose, array(2, dtype="bool"), signed(3), signed(3))
for name in ("where", "nonzero", "flatnonzero", "argwhere"):
    table.over(name, call(name), (2, 3), (4,), (0,))
    table.add(f"{name} of a scalar", call(name), np.array(1.0))
several = lambda np, x: np.select([x < 0, x > 1], [-x, x**2], 0.5)  # noqa: E731
table.add("select", several, signed(5))
table.over("select", several, (3,), (), dtypes=("float64", "float32"))
table.add("select default", lambda np, x: np.select([x < 0], [x]), signed(5))
table.add(
    "select of numbers",
    lambda np, x: np.select([x < 0, x < 1], [1, 2.5]),
    signed(5, dtype="float32"),
)
table.add("select misfit", lambda np, x: np.select([x < 0], [x, x]), signed(5))
numbers = np.array([0, 2, 1, 0])
table.add("choose", lambda np, n, x: np.choose(n, [x, -x, 1.0]), numbers, signed(4))
table.add("choose rows", lambda np, n, x: np.choose(n, x), numbers, signed(3, 4))
for mode in ("wrap", "clip"):
    wild = numbers - 3
    table.add(
        f"choose {mode}", lambda np, n, x, m=mode: np.choose(n, [x, -x], mode=m), wild, signed(4)
    )
    table.add(f"take {mode}", lambda np, x, n, m=mode: np.take(x, n + 9, mode=m), signed(4), wild)
table.add("choose outside", lambda np, n, x: np.choose(n, [x, -x]), numbers, signed(4))
take = lambda np, x, n, axis=None: np.take(x, n, axis)  # noqa: E731
table.add("take", take, signed(2, 3), np.array([[0, 5], [2, -1]]))
table.add("take axis", lambda np, x, n: np.take(x, n, 1), signed(2, 3), np.array([2, 0, 0]))
table.add("take one", call("take", 1, 1), signed(2, 3))
table.add("take one of a vector", call("take", 1), signed(3))
table.add("take traced one", take, signed(3), np.int64(1))
table.add("take list", call("take", [0, 1]), signed(3))
table.add("take nothing", call("take", []), signed(3))
table.add("take outside", call("take", 3), signed(3))
along = np.array([[0, 1, 0], [1, 1, 0]])
for axis in (0, 1, -1):
    index = along if axis == 0 else along[:, :2]
    table.add(
        f"take_along_axis {axis}",
        lambda np, x, i, a=axis: np.take_along_axis(x, i, a),
        signed(2, 3),
        index,
    )
table.add(
    "take_along_axis flat", lambda np, x, i: np.take_along_axis(x, i, None), signed(2, 3), along[0]
)
table.add(
    "take_along_axis ranks", lambda np, x, i: np.take_along_axis(x, i, 0), signed(2, 3), along[0]
)
table.add("compress", lambda np, x: np.compress([True, False, True], x, axis=1), signed(2, 3))
table.add("compress short", lambda np, x: np.compress([0, 1], x), signed(3))
table.add("compress traced", lambda np, x: np.compress(x > 0, x), signed(5))
table.add("extract", lambda np, x: np.extract(x > 0, x), signed(2, 3))
table.add(
    "ix_", lambda np, x, i: x[np.ix_(i, [True, False, True])], signed(2, 3), np.array([1, 0, 1])
)
