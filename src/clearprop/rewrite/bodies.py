"""Graphs that operations hold as parameters: branches, bodies of loops, callees, rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clearprop.graph import Graph, Params


def with_bodies(params: Params, simpler: Callable[[Graph], Graph]) -> Params:
    """The parameters with each graph among them made simpler; themselves if none is."""
    changed = tuple([(key, _inside(value, simpler)) for key, value in params])
    same = all(new is old for (_, new), (_, old) in zip(changed, params, strict=True))
    return params if same else changed


def _inside(value: Any, simpler: Callable[[Graph], Graph]) -> Any:
    """A parameter, or the parts of a tuple."""
    if value.__class__ is Graph:
        return simpler(value)
    if value.__class__ is tuple:
        parts = tuple([_inside(part, simpler) for part in value])
        return value if all(new is old for new, old in zip(parts, value, strict=True)) else parts
    return value
