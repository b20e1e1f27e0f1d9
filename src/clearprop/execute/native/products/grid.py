"""Which products are cut into chunks that several threads may take, and how.

It follows from shapes and the machine alone. A chunk is a product of its own: some of the stack, or
some rows and columns of C, whole blocks of the kernel, so that little is read or copied twice.
Products by BLAS are left to it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product as combinations
from typing import Final, NamedTuple, final

from clearprop.execute.native.machine import Machine
from clearprop.execute.native.products import bfloat16
from clearprop.execute.native.products.choice import Who, who
from clearprop.execute.native.products.flip import flipped
from clearprop.execute.native.products.module import scratch_bytes
from clearprop.execute.native.products.plan import plan
from clearprop.execute.native.products.product import Product, folded

WORTH: Final = 60_000
"""From so many nanoseconds on, of one thread's time, a product is cut."""

CHUNK: Final = 15_000
"""So many a chunk takes at least."""

MOST: Final = 32
"""The most chunks; each may need scratch of its own."""

_ROUNDED: Final = 8
"""The most chunks where both matrices are rounded first: each chunk rounds what it needs."""

_RATE: Final = 5.0
"""Multiplications of vectors in a nanosecond, while the numbers are in the cache."""

_BYTE: Final = 0.04
"""The nanoseconds for each byte of a matrix that is read once."""

_TALL: Final = 4
"""Blocks in the second direction that stay together: they share what was read for them."""

_COPIED: Final = 256
"""Rows, or columns, in the second direction that stay together where they share a copy."""

_ROWS_BOTH: Final = 512
"""Rows that stay together where both matrices are copied: each cut has B copied once more."""

_COLUMNS_BOTH: Final = 1024
"""Columns that do: each cut has A copied once more, and put in another order."""


@final
@dataclass(frozen=True, slots=True)
class Grid:
    """How a product is cut.

    Attributes:
        whole: The product.
        stack: How many of a batch a chunk takes.
        rows: How many rows of C.
        columns: How many columns.
    """

    whole: Product
    stack: int
    rows: int
    columns: int

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many chunks there are along the batch, the rows and the columns."""
        p = self.whole
        return -(-p.batch // self.stack), -(-p.m // self.rows), -(-p.n // self.columns)

    @property
    def chunks(self) -> int:
        """How many there are; the rows' number changes first, then the columns'."""
        stacks, rows, columns = self.counts
        return stacks * rows * columns

    def piece(self, last: Sequence[bool]) -> Product:
        """A chunk's product.

        Args:
            last: Whether it is the last one along the batch, the rows, the columns.
        """
        p, sizes = self.whole, []
        for size, by, is_last in zip(
            (p.batch, p.m, p.n), (self.stack, self.rows, self.columns), last, strict=True
        ):
            sizes.append(size - (-(-size // by) - 1) * by if is_last else by)
        batch, m, n = sizes
        return replace(p, batch=batch, m=m, n=n)

    def pieces(self) -> Iterator[Product]:
        """The products that occur, some of them more than once."""
        for last in combinations(*((False, True) if n > 1 else (True,) for n in self.counts)):
            yield self.piece(last)

    def room(self, machine: Machine) -> int:
        """The scratch of a worker, in bytes."""
        return max(scratch_bytes(piece, machine) for piece in self.pieces())


@functools.cache
def grid(product: Product, machine: Machine) -> Grid | None:
    """How a product is cut; None if it is not."""
    whole = folded(product)
    if whole.empty or _way(whole, machine) in ("zeros", "blas"):
        return None
    most = _ROUNDED if whole.form == "rounded" else MOST
    wanted = min(most, int(_nanoseconds(whole, machine) / CHUNK))
    if wanted * CHUNK < WORTH:
        return None
    stack = -(-whole.batch // wanted)
    once = replace(whole, batch=1)
    rows, columns = _cut(once, machine, wanted // -(-whole.batch // stack))
    found = Grid(whole, stack, rows, columns)
    by_blas = any(_way(piece, machine) == "blas" for piece in found.pieces())
    return None if found.chunks < 2 or by_blas else found


def _way(product: Product, machine: Machine) -> Who:
    """Who computes a product in the end."""
    rounded = product.form == "rounded" and product.k
    return who(bfloat16.inner(product, machine) if rounded else product, machine)


def in_parts(product: Product, machine: Machine) -> bool:
    """Whether sums of a part of the depth stand in C for a while, where blocks compute it."""
    found = grid(product, machine)
    pieces = [folded(product)] if found is None else list(found.pieces())
    if product.form == "rounded":
        pieces = [bfloat16.inner(piece, machine) for piece in pieces]
    return any(plan(piece, machine).depth < piece.k for piece in pieces)


def scratch_of(product: Product, machine: Machine) -> int:
    """The scratch of a product, cut or not, in bytes: each of its workers has its own."""
    found = grid(product, machine)
    if found is None:
        return scratch_bytes(product, machine)
    return found.room(machine) * found.chunks


def _nanoseconds(product: Product, machine: Machine) -> float:
    """About how long one thread takes: computing, or reading a matrix for a single row."""
    lanes = machine.lanes(product.itemsize)
    computing = product.m * product.n * product.k / lanes / _RATE
    reading = product.k * (product.m + product.n) * product.itemsize * _BYTE
    return product.batch * max(computing, reading if 1 in (product.m, product.n) else 0.0)


def _cut(product: Product, machine: Machine, wanted: int) -> tuple[int, int]:
    """The rows and columns of a chunk."""
    if wanted < 2:
        return product.m, product.n
    units = _units(product, machine)
    large = product.m >= 2 * _ROWS_BOTH or product.n >= 2 * _COLUMNS_BOTH
    if units.copies_both and large:
        rows = _share(product.m, units.down, min(wanted, product.m // _ROWS_BOTH))
        left = wanted // -(-product.m // rows)
        return rows, _share(product.n, units.across, min(left, product.n // _COLUMNS_BOTH))
    least = (
        _COPIED if units.copies else _TALL * (units.down if units.across_first else units.across)
    )
    if units.across_first:
        columns = _share(product.n, units.across, wanted)
        left = wanted // -(-product.n // columns)
        return _share(product.m, units.down, min(left, product.m // least)), columns
    rows = _share(product.m, units.down, wanted)
    left = wanted // -(-product.m // rows)
    return rows, _share(product.n, units.across, min(left, product.n // least))


class _Units(NamedTuple):
    """What chunks are made of.

    Attributes:
        down: The rows of which they have a multiple.
        across: The columns.
        across_first: Whether the columns are cut first.
        copies: Whether a cut in the other direction has something copied once more.
        copies_both: Whether a cut in either direction has.
    """

    down: int
    across: int
    across_first: bool
    copies: bool
    copies_both: bool = False


def _units(product: Product, machine: Machine) -> _Units:
    lanes = machine.lanes(product.itemsize)
    match who(product, machine):
        case "rounded":
            found = plan(bfloat16.inner(product, machine), machine)
            return _Units(found.rows, found.vectors * lanes, product.n >= product.m, True)
        case "row":
            return _Units(2 * lanes, 4 * lanes, product.m == 1, False)
        case "dots":
            turns = not product.transposed_b
            return _Units(4, 2 * lanes, product.m <= 8 or turns, turns)
        case "flip":
            turned = plan(flipped(product), machine)
            return _Units(turned.vectors * lanes, turned.rows, False, turned.copies_b)
    found = plan(product, machine)
    across_first = found.copies_b or not found.copies_a
    both = found.copies_a and found.copies_b
    return _Units(found.rows, found.vectors * lanes, across_first, found.copies_b, both)


def _share(size: int, unit: int, parts: int) -> int:
    """The size of each of at most so many parts, whole units."""
    if parts < 2:
        return size
    units = -(-size // unit)
    return min(size, -(-units // parts) * unit)
