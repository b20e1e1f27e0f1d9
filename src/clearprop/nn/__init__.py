"""Networks of dense units, wired in any acyclic way.

>>> from clearprop import nn
>>> x = nn.Input(64)
>>> hidden = nn.Dense(32, "relu", name="hidden")(x)
>>> net = nn.Network(x, nn.Dense(10, "softmax", name="output")(hidden), loss="cross_entropy")
>>> print(net)
input (64) → hidden (32, relu) → output (10, softmax); cross_entropy; 2,410 parameters
"""

from clearprop.nn.initializers import glorot_uniform, he_uniform
from clearprop.nn.layers import Dense, Input, Signal, add, concatenate
from clearprop.nn.network import Network
from clearprop.nn.stacks import stack

__all__ = [
    "Dense",
    "Input",
    "Network",
    "Signal",
    "add",
    "concatenate",
    "glorot_uniform",
    "he_uniform",
    "stack",
]
