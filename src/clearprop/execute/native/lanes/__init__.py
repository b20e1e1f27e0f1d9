"""Batches of small functions: one vector lane per element of the batch, small arrays in registers.

Where many operations work on arrays of shape (n, …) with n large and the rest small, and none of
them mixes the elements of the batch, they become one loop over n in which each component of a small
array is a number of its own. Slices, transposes and sums of components are then decided while the
code is made; nothing in between goes through memory. Small matrices are factored and systems solved
there, too, without a branch.
"""

from __future__ import annotations

from clearprop.execute.native.lanes.building import lanes_loop
from clearprop.execute.native.lanes.choice import LANES, effort, is_put_in_front, laned, refuses

__all__ = ["LANES", "effort", "is_put_in_front", "laned", "lanes_loop", "refuses"]
