"""The catalogue: every primitive by name, found by looking at which files there are.

Adding a file to one of the family folders adds a primitive; nothing else has to be edited.
"""

from __future__ import annotations

import copyreg
import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from clearprop.primitives.primitive import Primitive

FOLDERS: Final = ("elementwise", "reductions", "shape", "indexing", "products", "linalg", "control")


def _discover() -> Iterator[tuple[str, Primitive]]:
    for folder in FOLDERS:
        package = importlib.import_module(f"clearprop.primitives.{folder}")
        for module in pkgutil.iter_modules(package.__path__):
            found = importlib.import_module(f"{package.__name__}.{module.name}")
            yield module.name, found.primitive


CATALOGUE: Final[Mapping[str, Primitive]] = MappingProxyType(dict(_discover()))
"""Every primitive by name; read-only."""


def lookup(name: str) -> Primitive:
    """The primitive of that name; what pickled graphs call."""
    return CATALOGUE[name]


def _by_name(primitive: Primitive) -> tuple[Callable[[str], Primitive], tuple[str]]:
    return lookup, (primitive.name,)


# Only this module can look a name up, so it is here that pickle learns to write one.
for _family in {primitive.__class__ for primitive in CATALOGUE.values()}:
    copyreg.pickle(_family, _by_name)
