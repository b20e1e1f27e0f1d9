"""The families: what a primitive's file must say, and how the two directions follow from it.

========== ======================================= =====================================
family     the file gives                          used for
========== ======================================= =====================================
Elementwise the local partials, number by number   arithmetic, exp, where, comparisons, …
Linear     the transpose                           sum, reshape, gather, cast, …
Bilinear   the two transposes                      products
General    a jvp and a vjp                         max, prod, …
Control    a jvp and a vjp, item by item           branches, loops, calls
Discrete   nothing: integers have no tangent       argmax, any, …
========== ======================================= =====================================

All but Elementwise also give the rule for a batch, which has one more axis in front.

Projection stands apart: it is the family of ``item`` alone, which takes tuples apart.
"""

from clearprop.primitives.families.bilinear import Bilinear
from clearprop.primitives.families.control import Control
from clearprop.primitives.families.discrete import Discrete
from clearprop.primitives.families.elementwise import Elementwise
from clearprop.primitives.families.general import General
from clearprop.primitives.families.linear import Linear
from clearprop.primitives.families.projection import Projection

__all__ = ["Bilinear", "Control", "Discrete", "Elementwise", "General", "Linear", "Projection"]
