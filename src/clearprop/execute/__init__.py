"""Graph → numbers. The reference executor, on NumPy, is the definition of truth."""

from clearprop.execute.reference import Plan, run

__all__ = ["Plan", "run"]
