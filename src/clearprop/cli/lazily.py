"""Modules of the floors below, loaded when a command first needs them.

``clearprop -h`` must answer at once, so the commands do not import what they call at their top.
"""

from __future__ import annotations

import importlib
from typing import Any


def load(name: str) -> Any:
    """A module of clearprop: ``load("explain.expressions")``."""
    return importlib.import_module(f"clearprop.{name}")
