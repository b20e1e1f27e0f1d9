"""Products, linear algebra, polynomials, interpolation and convolution."""

import numpy as np

from tests.numpy.table.tables import Table, array, signed

table = Table()


def binary(name):
    return lambda np, x, y: getattr(np, name)(x, y)


SHAPES = (
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((2,), (2, 3)),
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((3,), (5, 3, 4)),
    ((5, 2, 3), (3,)),
    ((5, 1, 2, 3), (4, 3, 2)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 3)),
    ((2, 3), (2, 3)),
    ((), (3,)),
    ((2, 3), ()),
    ((), ()),
)
for name in ("matmul", "dot", "inner", "vdot", "outer", "kron", "vecdot"):
    for left, right in SHAPES:
        table.add(f"{name} {left} {right}", binary(name), signed(*left), array(*right))
    for dtype in ("float32", "int64", "int8", "bool"):
        table.add(
            f"{name} {dtype}", binary(name), array(3, 3, dtype=dtype), array(3, 3, dtype=dtype)
        )
    table.add(
        f"{name} mixed", binary(name), array(3, 3, dtype="float32"), array(3, 3, dtype="int64")
    )
    table.add(
        f"{name} of lists",
        lambda np, x, n=name: getattr(np, n)([[1, 2], [3, 4.5]], x),
        signed(2, 2),
    )
table.add(
    "matmul operator", lambda np, x, y: x @ y + np.ones((2, 3)) @ y, signed(2, 3), array(3, 2)
)
table.add("vecdot axis", lambda np, x, y: np.vecdot(x, y, axis=0), signed(3, 2), array(3, 2))
for axes in (0, 1, 2, (0, 0), ([0, 1], [1, 0]), ((1,), (0,)), ((-1, 0), (0, -1))):
    product = lambda np, x, y, axes=axes: np.tensordot(x, y, axes)  # noqa: E731
    table.add(f"tensordot {axes}", product, signed(3, 3), array(3, 3))
table.add("tensordot whole", lambda np, x, y: np.tensordot(x, y, 2), signed(2, 3), array(2, 3))
table.add("tensordot misfit", lambda np, x, y: np.tensordot(x, y, 1), signed(2, 3), array(2, 3))
for shapes in (((3,), (3,)), ((2, 3), (3,)), ((2, 3), (2, 3)), ((4, 1, 3), (2, 3))):
    table.add(f"cross {shapes}", binary("cross"), signed(*shapes[0]), array(*shapes[1]))
table.add("cross flat", binary("cross"), signed(2), array(2))
table.add("cross mixed", binary("cross"), signed(4, 3), array(2))
table.add("cross axis", lambda np, x, y: np.cross(x, y, axis=0), signed(3, 2), array(3, 2))
table.add("cross axes", lambda np, x, y: np.cross(x, y, 0, 1, 0), signed(3, 2), array(2, 3))
table.add("cross wrong", binary("cross"), signed(4), array(4))

for subscripts, *shapes in (
    ("i,i->", (3,), (3,)),
    ("i,i", (3,), (3,)),
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    ("ij,jk->ki", (2, 3), (3, 4)),
    ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
    ("ij->ji", (2, 3)),
    ("ba", (2, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("ii->i", (3, 3)),
    ("ii", (3, 3)),
    ("iij->ji", (3, 3, 2)),
    ("iii->i", (2, 2, 2)),
    ("i,j->ij", (2,), (3,)),
    ("ij,ij->ij", (2, 3), (2, 3)),
    ("...ij,...jk->...ik", (5, 2, 3), (3, 4)),
    ("...i,...i", (5, 3), (3,)),
    ("i...,i...->...", (3, 2), (3, 4, 2)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 5)),
    ("i,j,k->", (2,), (3,), (4,)),
    ("i,j,k->kij", (2,), (3,), (4,)),
    ("ab,bc,cd,de->ae", (2, 3), (3, 2), (2, 4), (4, 2)),
    ("ij,ij,ij->i", (2, 3), (2, 3), (2, 3)),
    ("i,ij,j", (2,), (2, 3), (3,)),
    ("ij,kj->ik", (2, 1), (3, 4)),
    (" i j , j -> i ", (2, 3), (3,)),
    ("...", (2, 3)),
    ("...->...", ()),
    (",ij->ij", (), (2, 3)),
    ("ij,jk->ii", (2, 3), (3, 4)),
    ("ij,jk->z", (2, 3), (3, 4)),
    ("ij", (3,)),
    ("ij,jk", (2, 3), (2, 3)),
    ("i,i", (3,)),
):
    operands = [array(*shape) for shape in shapes]
    table.add(
        f"einsum {subscripts} {shapes}", lambda np, *xs, s=subscripts: np.einsum(s, *xs), *operands
    )
for dtype in ("float32", "int64", "int8", "bool"):
    operands = array(2, 3, dtype=dtype), array(3, 2, dtype=dtype)
    table.add(f"einsum {dtype}", lambda np, x, y: np.einsum("ij,jk->ik", x, y), *operands)
    table.add(f"einsum sum {dtype}", lambda np, x, y: np.einsum("ij,jk->", x, y), *operands)
    table.add(f"einsum one {dtype}", lambda np, x: np.einsum("ij->i", x), operands[0])
table.add(
    "einsum numbered",
    lambda np, x, y: np.einsum(x, [0, 1], y, [1, 2], [2, 0]),
    signed(2, 3),
    array(3, 4),
)
table.add(
    "einsum numbered implicit",
    lambda np, x, y: np.einsum(x, [0, 1], y, [1, 2]),
    signed(2, 3),
    array(3, 4),
)
table.add("einsum numbered dots", lambda np, x: np.einsum(x, [..., 0], [0, ...]), signed(2, 3, 4))
table.add(
    "einsum optimize", lambda np, x: np.einsum("ij,jk,kl", x, x, x, optimize=True), signed(3, 3)
)

# Linear algebra
for order in (None, 2, 1, 0, -1, 3, 0.5, np.inf, -np.inf, "fro"):
    norm = lambda np, x, o=order: np.linalg.norm(x, o)  # noqa: E731
    table.over(
        f"norm {order}", norm, (5,), (1,), dtypes=("float64", "float32", "int64"), smooth=order != 0
    )
    rows = lambda np, x, o=order: np.linalg.norm(x, o, axis=1, keepdims=True)  # noqa: E731
    table.add(f"norm {order} of rows", rows, signed(2, 3), smooth=order != 0)
for order in (None, "fro", 1, -1, np.inf, -np.inf, 7):
    norm = lambda np, x, o=order: np.linalg.norm(x, o)  # noqa: E731
    table.add(f"matrix norm {order}", norm, signed(3, 4))
    stacked = lambda np, x, o=order: np.linalg.norm(x, o, axis=(2, 0))  # noqa: E731
    table.add(f"matrix norm {order} stacked", stacked, signed(3, 2, 4))
    table.add(
        f"matrix_norm {order}",
        lambda np, x, o=order: np.linalg.matrix_norm(x, ord=o or "fro"),
        signed(2, 3, 4),
    )
table.add("norm of 3 axes", lambda np, x: np.linalg.norm(x), signed(2, 3, 4))
table.add("norm 1 of 3 axes", lambda np, x: np.linalg.norm(x, 1), signed(2, 3, 4))
table.add("norm kept", lambda np, x: np.linalg.norm(x, keepdims=True), signed(2, 3))
table.add(
    "vector_norm", lambda np, x: np.linalg.vector_norm(x, axis=(0, 2), ord=3), signed(2, 3, 4)
)
for n in (0, 1, 2, 3, 10):
    power = lambda np, x, n=n: np.linalg.matrix_power(x, n)  # noqa: E731
    table.add(f"matrix_power {n}", power, 0.4 * signed(3, 3))
    table.add(f"matrix_power {n} stacked", power, 0.4 * signed(2, 3, 3))
table.add("matrix_power of no square", lambda np, x: np.linalg.matrix_power(x, 2), signed(2, 3))
for shapes in (((2, 3), (3, 4)), ((2, 3), (3, 4), (4, 2)), ((3,), (3, 4), (4,)), ((2, 3), (3,))):
    several = [signed(*shape) for shape in shapes]
    table.add(f"multi_dot {shapes}", lambda np, *xs: np.linalg.multi_dot(xs), *several)
table.add(
    "multi_dot misfit",
    lambda np, *xs: np.linalg.multi_dot(xs),
    signed(2, 3),
    signed(2, 3),
    signed(3, 3),
)
for name in ("matmul", "vecdot", "tensordot"):
    several = lambda np, x, y, n=name: getattr(np.linalg, n)(x, y)  # noqa: E731
    table.add(f"linalg.{name}", several, signed(3, 3), array(3, 3))
table.add("linalg.outer", lambda np, x, y: np.linalg.outer(x, y), signed(3), array(2))
table.add(
    "linalg.outer of a matrix", lambda np, x, y: np.linalg.outer(x, y), signed(3, 1), array(2)
)
table.add("linalg.cross", lambda np, x, y: np.linalg.cross(x, y), signed(2, 3), array(2, 3))
table.add("linalg.trace", lambda np, x: np.linalg.trace(x, offset=1), signed(2, 3, 3))
table.add("linalg.diagonal", lambda np, x: np.linalg.diagonal(x), signed(2, 3, 3))
table.add("linalg.matrix_transpose", lambda np, x: np.linalg.matrix_transpose(x), signed(2, 3, 3))

# Polynomials, interpolation, convolution
table.add("polyval", binary("polyval"), signed(4), array(2, 3))
table.add("polyval of a number", binary("polyval"), signed(4), 1.5)
table.add("polyval list", lambda np, x: np.polyval([1, 2, 3], x), signed(3, dtype="float32"))
table.add("polyval nothing", lambda np, x: np.polyval([], x), signed(3))
table.over("vander", lambda np, x: np.vander(x), (3,), (0,), dtypes=("float64", "float32", "int8"))
table.add("vander increasing", lambda np, x: np.vander(x, 4, increasing=True), signed(3))
table.add("vander 0", lambda np, x: np.vander(x, 0), signed(3))
places, heights = np.array([0.0, 1.0, 2.5, 4.0]), np.array([1.0, -1.0, 0.5, 2.0])
interp = lambda np, x, xp, fp: np.interp(x, xp, fp)  # noqa: E731
table.add("interp", interp, np.array([[-1.0, 0.4, 1.7], [2.6, 3.9, 5.0]]), places, heights)
table.add("interp of a number", interp, 1.3, places, heights)
table.add("interp at the points", interp, places, places, heights, smooth=False)
table.add("interp odd", interp, np.array([np.nan, np.inf, -np.inf]), places, heights, smooth=False)
table.add("interp one point", interp, np.array([0.0, 1.0, 2.0]), places[1:2], heights[1:2])
ends = lambda np, x: np.interp(x, [0, 1], [5, 7], left=-1, right=x[0])  # noqa: E731
table.add("interp ends", ends, np.array([-0.5, 0.25, 1.5]))
table.add("interp misfit", interp, 1.3, places, heights[1:])
for name in ("convolve", "correlate"):
    for mode in ("full", "same", "valid"):
        both = lambda np, x, y, n=name, m=mode: getattr(np, n)(x, y, m)  # noqa: E731
        for left, right in ((5, 3), (5, 2), (3, 5), (2, 5), (4, 4), (1, 1), (6, 3), (6, 4), (4, 6)):
            table.add(f"{name} {mode} {left} {right}", both, signed(left), array(right))
        table.add(f"{name} {mode} mixed", both, array(4, dtype="float32"), array(2, dtype="int64"))
    table.add(f"{name} nothing", binary(name), signed(3), np.zeros(0))
    table.add(f"{name} numbers", binary(name), 2.0, 3.0)
    table.add(f"{name} matrices", binary(name), signed(2, 2), array(2))
