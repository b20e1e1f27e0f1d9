"""What the options of training may be: a table of rules, and the errors for what breaks one."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, final

import numpy as np

from clearprop.errors import ArgumentError


@final
@dataclass(frozen=True, slots=True)
class Rule:
    """What an option must be.

    Attributes:
        holds: Whether a value is that.
        what: In words, to follow "it must be".
    """

    holds: Callable[[Any], bool]
    what: str


def is_whole(value: Any, least: int = 0) -> bool:
    """Whether it is a whole number of at least that much.

    >>> is_whole(np.int64(3)), is_whole(True), is_whole(2.0), is_whole(0, 1)
    (True, False, False, False)
    """
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    return whole and bool(value >= least)


def is_number(value: Any) -> bool:
    """Whether it is a finite real number.

    >>> is_number(1), is_number(np.float32(0.5)), is_number(math.nan), is_number("1")
    (True, True, False, False)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an int beyond all floats
        return False


def _is_path(value: Any) -> bool:
    return isinstance(value, (str, os.PathLike)) and value != ""


def _are_units(value: Any) -> bool:
    listed = isinstance(value, (Sequence, np.ndarray)) and not isinstance(value, str)
    return listed and all(is_whole(units, 1) for units in value)


POSITIVE: Final = Rule(lambda value: is_number(value) and value > 0, "a number above 0")
NOT_NEGATIVE: Final = Rule(lambda value: is_number(value) and value >= 0, "a number of at least 0")
SHARE: Final = Rule(
    lambda value: is_number(value) and 0 <= value < 1, "a number of at least 0 and below 1"
)
FRACTION: Final = Rule(
    lambda value: is_number(value) and 0 < value < 1, "a number between 0 and 1, such as 0.1"
)
COUNT: Final = Rule(lambda value: is_whole(value, 1), "a whole number of at least 1")
INDEX: Final = Rule(is_whole, "a whole number of at least 0")
PATH: Final = Rule(_is_path, "a path")
TEXT: Final = Rule(lambda value: isinstance(value, str), "a name")


def _are_structures(value: Any) -> bool:
    listed = isinstance(value, (Sequence, np.ndarray)) and not isinstance(value, str)
    return listed and len(value) > 0 and all(_are_units(units) for units in value)


RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "target": TEXT,
        "seed": INDEX,
        "out": PATH,
        "hidden": Rule(_are_units, "a sequence of whole numbers of at least 1, such as (128, 64)"),
        "structures": Rule(
            _are_structures,
            "a sequence of hidden layers each of which is one of units, such as "
            "[(), (32,), (128, 64)]",
        ),
        "folds": Rule(
            lambda value: is_whole(value, 1) and value <= 5, "a whole number from 1 to 5"
        ),
        "activation": TEXT,
        "optimizer": TEXT,
        "learning_rate": POSITIVE,
        "batch_size": COUNT,
        "epochs": COUNT,
        "first_epoch": INDEX,
        "regularization": NOT_NEGATIVE,
        "target_error": NOT_NEGATIVE,
        "patience": COUNT,
        "validation_fraction": FRACTION,
        "resume": PATH,
    }
)
"""By the option's name."""


def refuse(options: Mapping[str, Any], optional: Container[str] = ()) -> None:
    """Refuse the first option that breaks its rule; what has none is let be.

    Args:
        options: Values by name.
        optional: Those that may be None.

    Raises:
        ArgumentError: Naming the option, its value and what it must be.

    >>> refuse({"seed": 0, "patience": None}, optional=("patience",))
    >>> refuse({"seed": -1})
    Traceback (most recent call last):
        ...
    clearprop.errors.ArgumentError: seed is -1; it must be a whole number of at least 0.
    """
    for name, value in options.items():
        if name in RULES and not (value is None and name in optional):
            refuse_one(name, value, RULES[name])


def settled(options: Mapping[str, Any], optional: Container[str] = ()) -> dict[str, Any]:
    """The options with NumPy's numbers as Python's, and sequences as tuples of such.

    Raises:
        ArgumentError: As for :func:`refuse`.

    >>> settled({"seed": np.int64(3), "hidden": [8, np.int8(4)]})
    {'seed': 3, 'hidden': (8, 4)}
    """
    refuse(options, optional)
    return {name: _plain(value) for name, value in options.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (list, tuple, np.ndarray)):
        return tuple(_plain(entry) for entry in value)
    return value


def refuse_one(name: str, value: Any, rule: Rule) -> None:
    """Refuse a value that breaks a rule.

    Raises:
        ArgumentError: Naming the option, its value and what it must be.
    """
    if not rule.holds(value):
        shown = repr(value)
        shown = shown if len(shown) <= 60 else f"{shown[:57]}…"
        raise ArgumentError(f"{name} is {shown}; it must be {rule.what}")
