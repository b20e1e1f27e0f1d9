"""The permutation that sorts along one axis, by one of NumPy's kinds of sorting; it has no path.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: x[np.argsort(x)][0])(np.array([3.0, 1.0, 2.0]))
array([0., 1., 0.])
"""

from typing import Final

from clearprop.errors import ArgumentError
from clearprop.graph import Type
from clearprop.primitives.axes import check_axis
from clearprop.primitives.complexes import require_order
from clearprop.primitives.families import Discrete
from clearprop.primitives.samples import integers, reals, sample

KINDS: Final = ("heapsort", "quicksort", "stable")
"""What ``numpy.argsort`` takes; they differ in the order of equal elements."""


def result(x: Type, axis: int, kind: str) -> Type:
    """Integers in x's shape."""
    require_order("argsort", x)
    check_axis(x.shape, axis)
    if kind not in KINDS:
        raise ArgumentError(f"argsort of kind {kind!r}; there are {', '.join(KINDS)}")
    return x.with_dtype("int64")


primitive = Discrete(
    "argsort",
    value=lambda xp, x, axis, kind: xp.argsort(x, axis=axis, kind=kind),
    result=result,
    batch=lambda ops, xs, batched, size, axis, kind: ops.argsort(*xs, axis=axis + 1, kind=kind),
    formula=r"\operatorname{argsort} @0",
    samples=(
        sample(reals(4), axis=0, kind="quicksort"),
        sample(reals(2, 3), axis=1, kind="stable"),
        sample(reals(3, 0), axis=0, kind="heapsort"),
        sample(integers(2, 5), axis=1, kind="stable"),
    ),
)
