"""Reading and writing at computed positions, which are checked before anything is touched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from clearprop.execute.native.indexing import gather, scatter, search
from clearprop.execute.native.indexing.positions import sources
from clearprop.execute.native.special import Planner

__all__ = ["CHANGING", "PLANNERS", "sources"]

PLANNERS: Final[Mapping[str, Planner]] = {
    "gather": gather.planned,
    "scatter": scatter.planned,
    "scatter_add": scatter.planned,
    "searchsorted": search.planned,
}
"""The step of each primitive of this room."""

CHANGING: Final = frozenset({"scatter", "scatter_add"})
"""Those that change their first operand: the step finds its elements in the result already."""
