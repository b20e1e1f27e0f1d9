"""Positions in a flattened array, and counts that are traced integers."""

import numpy as np

from tests.numpy.table.tables import Table, signed

table = Table()

# Positions ----------------------------------------------------------------------------------------

for place in (
    np.int64(4),
    np.int32(0),
    np.array([5, 0, 3]),
    np.array([[1], [2]]),
    np.zeros(0, int),
):
    for order in "CF":
        table.add(
            f"unravel_index {place} {order}",
            lambda np, i, o=order: np.unravel_index(i, (2, 3), o),
            place,
        )
for place in (6, -1, 1.0, True):
    table.add(
        f"unravel_index of {place}", lambda np, i: np.unravel_index(i, (2, 3)), np.array(place)
    )
table.add("unravel_index of one axis", lambda np, i: np.unravel_index(i, 6), np.int64(4))
table.add("unravel_index of three", lambda np, i: np.unravel_index(i, (2, 1, 3)), np.array([4, 5]))
largest = lambda np, x: x[np.unravel_index(np.argmax(x), x.shape)]  # noqa: E731
table.add("the largest by unravel_index", largest, signed(3, 4))
rows, columns = np.array([0, 1, 1]), np.array([2, 0, 1])
for order in "CF":
    table.add(
        f"ravel_multi_index {order}",
        lambda np, i, j, o=order: np.ravel_multi_index((i, j), (2, 3), order=o),
        rows,
        columns,
    )
one = lambda np, i: np.ravel_multi_index((i, 1), (2, 3))  # noqa: E731
table.add("ravel_multi_index one", one, np.int64(1))
table.add("ravel_multi_index broadcast", one, rows)
table.add("ravel_multi_index outside", one, np.int64(2))
table.add("ravel_multi_index before", one, np.int64(-1))

# Counts -------------------------------------------------------------------------------------------

COUNTED = {
    "array_split": lambda np, x, n: np.array_split(x, n),
    "split at": lambda np, x, n: np.split(x, [n, n + 1]),
    "split at places": lambda np, x, n: np.split(x, np.cumsum(np.stack([n, n]))),
    "hsplit": lambda np, x, n: np.hsplit(x, n),
    "pad": lambda np, x, n: np.pad(x, n),
    "pad sides": lambda np, x, n: np.pad(x, (n, 1)),
    "pad around": lambda np, x, n: np.pad(x, n, mode="wrap"),
    "round": lambda np, x, n: np.round(x, n),
    "reshape": lambda np, x, n: np.reshape(x, (n, -1)),
    "reshape method": lambda np, x, n: x.reshape(n, -1),
    "resize": lambda np, x, n: np.resize(x, (n, 4)),
    "broadcast_to": lambda np, x, n: np.broadcast_to(x, (n, 6)),
    "trace": lambda np, x, n: np.trace(x.reshape(2, 3), n - 1),
    "diagonal": lambda np, x, n: np.diagonal(x.reshape(2, 3), n),
    "roll": lambda np, x, n: np.roll(x, (n,)),
    "tile": lambda np, x, n: np.tile(x, (n, 2)),
    "repeat": lambda np, x, n: np.repeat(x, np.arange(6) * n),
    "delete": lambda np, x, n: np.delete(x, [n, n + 1]),
    "linspace": lambda np, x, n: np.linspace(0.0, x[1], n),
    "eye": lambda np, x, n: np.eye(n) * x[0],
    "fft": lambda np, x, n: np.fft.fft(x, n),
}
CREATED = {
    "tri": lambda np, x, n: np.tri(n) * x[0],
    "indices": lambda np, x, n: np.indices((n, 2)) * x[0],
    "full": lambda np, x, n: np.full(n, x[1]),
}
for name, program in COUNTED.items():
    table.add(
        f"{name} by a traced integer", program, signed(6), np.int64(2), smooth=name != "round"
    )
for name, program in CREATED.items():
    table.add(f"{name} by a traced integer", program, signed(6), np.int64(2), through_numpy=False)
