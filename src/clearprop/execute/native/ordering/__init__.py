"""Lines put in order: sorted numbers, their places, and the largest ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from clearprop.execute.native.ordering import lines
from clearprop.execute.native.special import Planner

PLANNERS: Final[Mapping[str, Planner]] = {
    "argsort": lines.planned,
    "sort": lines.planned,
    "top_k": lines.planned,
}
"""The step of each primitive of this room."""
