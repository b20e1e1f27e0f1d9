"""The catalogue of primitives: one operation, one file; families do the common work."""

from clearprop.primitives.builder import Builder, Bundle, Passes, Same, Sym
from clearprop.primitives.catalogue import CATALOGUE
from clearprop.primitives.families import (
    Bilinear,
    Control,
    Discrete,
    Elementwise,
    General,
    Linear,
    Projection,
)
from clearprop.primitives.plan import Plan, plan_of
from clearprop.primitives.primitive import Primitive

__all__ = [
    "CATALOGUE",
    "Bilinear",
    "Builder",
    "Bundle",
    "Control",
    "Discrete",
    "Elementwise",
    "General",
    "Linear",
    "Passes",
    "Plan",
    "Primitive",
    "Projection",
    "Same",
    "Sym",
    "plan_of",
]
