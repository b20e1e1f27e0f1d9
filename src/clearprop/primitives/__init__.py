"""The catalogue of primitives: one operation, one file; families do the common work."""

from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.catalogue import CATALOGUE
from clearprop.primitives.families import Bilinear, Discrete, Elementwise, General, Linear
from clearprop.primitives.primitive import Primitive

__all__ = [
    "CATALOGUE",
    "Bilinear",
    "Builder",
    "Discrete",
    "Elementwise",
    "General",
    "Linear",
    "Primitive",
    "Sym",
]
