"""What goes along the lines of an array: running sums and the like, and places of extremes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from clearprop.execute.native.running import place, running
from clearprop.execute.native.special import Planner

PLANNERS: Final[Mapping[str, Planner]] = {
    "argmax": place.planned,
    "argmin": place.planned,
    "cummax": running.planned,
    "cummin": running.planned,
    "cumprod": running.planned,
    "cumsum": running.planned,
}
"""The step of each primitive of this room."""
