"""What ``any`` and ``all`` share: the type rule and where to try them."""

from typing import Final

from clearprop.graph import Type, type_of
from clearprop.primitives.axes import Axes, without
from clearprop.primitives.samples import booleans, reals, sample


def result(x: Type, axes: Axes) -> Type:
    """Booleans; the axes fall away."""
    return type_of(without(x.shape, axes), bool)


samples: Final = (
    sample(booleans(), axes=()),
    sample(booleans(4), axes=(0,)),
    sample(booleans(2, 3, 4), axes=(0, 2)),
    sample(booleans(0, 3), axes=(0,)),
    sample(reals(3), axes=(0,)),
)
