"""What an expression may name: constants, and the catalogue's operations on real numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from clearprop.primitives import CATALOGUE, Elementwise

CONSTANTS: Final[Mapping[str, float]] = MappingProxyType(
    {"pi": math.pi, "e": math.e, "inf": math.inf}
)
"""Names with a value of their own, unless the user gives them another."""

_OTHER_NAMES: Final[Mapping[str, str]] = {
    **{"abs": "absolute", "ln": "log", "max": "maximum", "min": "minimum", "mod": "remainder"},
    **{"pow": "power", "round": "rint", "acos": "arccos", "acosh": "arccosh", "asin": "arcsin"},
    **{"asinh": "arcsinh", "atan": "arctan", "atan2": "arctan2", "atanh": "arctanh"},
}
"""Usual names of functions → the catalogue's."""

_ON_NUMBERS: Final[dict[str, Elementwise]] = {
    name: primitive
    for name, primitive in CATALOGUE.items()
    if isinstance(primitive, Elementwise) and "f" in primitive.accepts
}

FUNCTIONS: Final[Mapping[str, Elementwise]] = MappingProxyType(
    {**_ON_NUMBERS, **{other: _ON_NUMBERS[name] for other, name in _OTHER_NAMES.items()}}
)
"""The functions by name."""

ARITIES: Final[Mapping[str, int]] = MappingProxyType(
    {name: len(primitive.domain) for name, primitive in FUNCTIONS.items()}
)
"""How many arguments each takes."""


def wants_comparison(name: str, position: int) -> bool:
    """Whether that argument of the function is a comparison; else it is a number.

    >>> wants_comparison("where", 0), wants_comparison("where", 1)
    (True, False)
    """
    return name.startswith("logical_") or position < FUNCTIONS[name].masks
