"""Graph → words and pictures: every derivative of a function, seen and accounted for."""

from clearprop.explain.chain import Chain, chain
from clearprop.explain.explanation import Explanation
from clearprop.explain.function import function, paths
from clearprop.explain.network import NetworkExplanation, network
from clearprop.explain.reverse_network import ReverseNetwork, reverse_network
from clearprop.explain.weight import weight
from clearprop.explain.weight_figures import WeightExplanation
from clearprop.explain.why import Why, why

__all__ = [
    "Chain",
    "Explanation",
    "NetworkExplanation",
    "ReverseNetwork",
    "WeightExplanation",
    "Why",
    "chain",
    "function",
    "network",
    "paths",
    "reverse_network",
    "weight",
    "why",
]
