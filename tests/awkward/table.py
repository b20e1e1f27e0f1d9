"""All rows, in the order of the page."""

from __future__ import annotations

from tests.awkward.row import Group, Row
from tests.awkward.rows.arrays import EMPTY, KINDS, MEMORY, NANS, POSITIONS
from tests.awkward.rows.branches import BRANCHES
from tests.awkward.rows.matrices import MATRICES
from tests.awkward.rows.powers import ENDS, EXPONENTIALS, POWERS
from tests.awkward.rows.roots import ROOTS
from tests.awkward.rows.ties import PRODUCTS, STEPS, TIES

GROUPS: tuple[Group, ...] = (
    BRANCHES,
    ROOTS,
    POWERS,
    ENDS,
    EXPONENTIALS,
    TIES,
    STEPS,
    PRODUCTS,
    MATRICES,
    EMPTY,
    KINDS,
    POSITIONS,
    NANS,
    MEMORY,
)

ROWS: dict[str, Row] = {row.key: row for group in GROUPS for row in group.rows}
