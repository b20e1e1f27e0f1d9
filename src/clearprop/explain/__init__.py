"""Graph → words and pictures: every derivative of a function, seen and accounted for."""

from clearprop.explain.diagnosis.why import Why, why
from clearprop.explain.functions.chain import Chain, chain
from clearprop.explain.functions.explanation import Explanation
from clearprop.explain.functions.function import function, paths
from clearprop.explain.networks.network import NetworkExplanation, network
from clearprop.explain.networks.reverse_network import ReverseNetwork, reverse_network
from clearprop.explain.networks.weight import weight
from clearprop.explain.networks.weight_figures import WeightExplanation

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
