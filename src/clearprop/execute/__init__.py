"""Graph → numbers. The reference executor, on NumPy, is the definition of truth."""

from clearprop.execute.reference import run
from clearprop.primitives import Plan

__all__ = ["Plan", "run"]
