"""Graph → graph: the same values by fewer or cheaper operations."""

from clearprop.rewrite.rolling import rolled
from clearprop.rewrite.simplify import simplify

__all__ = ["rolled", "simplify"]
