"""The primitives that have a step of a kind of their own, and what makes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from clearprop.execute.native import factors, indexing, ordering, running
from clearprop.execute.native.special import Planner

PLANNERS: Final[Mapping[str, Planner]] = {
    **factors.PLANNERS,
    **indexing.PLANNERS,
    **ordering.PLANNERS,
    **running.PLANNERS,
}
"""By the primitive's name."""
