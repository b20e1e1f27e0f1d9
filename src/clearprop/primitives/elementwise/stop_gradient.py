"""The same value with the path cut: what comes before is a constant to every derivative.

>>> import clearprop as cp
>>> cp.grad(lambda x: x * cp.stop_gradient(x))(3.0)
3.0
"""

from clearprop.primitives.families import Discrete
from clearprop.primitives.samples import booleans, integers, reals, sample

primitive = Discrete(
    "stop_gradient",
    value=lambda xp, x: x,
    result=lambda x: x,
    batch=lambda ops, xs, batched, size: ops.stop_gradient(*xs),
    formula=r"\operatorname{stop}(@0)",
    samples=(
        sample(reals()),
        sample(reals(2, 3)),
        sample(reals(0)),
        sample(integers(3)),
        sample(booleans()),
    ),
)
