"""Graph → words and pictures: every derivative of a function, seen and accounted for."""

from clearprop.explain.chain import Chain, chain
from clearprop.explain.explanation import Explanation
from clearprop.explain.function import function, paths
from clearprop.explain.why import Why, why

__all__ = ["Chain", "Explanation", "Why", "chain", "function", "paths", "why"]
