"""Every ``step``-th element from ``start`` to before ``stop`` along each axis: x[i:j:k, …].

Counting is from 0 and forwards; tracing normalizes Python's slices to that. The transpose puts the
cotangent back with zeros between and around.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: cp.numpy.sum(x[1::2]))(np.ones(5))
array([0., 1., 0., 1., 0.])
"""

from clearprop.graph import Type
from clearprop.primitives.axes import Axes, sliced, slices
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Linear
from clearprop.primitives.samples import reals, sample


def result(x: Type, start: Axes, stop: Axes, step: Axes) -> Type:
    """Per axis 0 ≤ start ≤ stop ≤ length, step ≥ 1, and ⌈(stop − start) / step⌉ elements."""
    return x.with_shape(sliced(x.shape, start, stop, step))


def transpose(ops: Builder, ct: Sym, x: Sym, start: Axes, stop: Axes, step: Axes) -> tuple[Sym]:
    """Zeros at the places that were left out."""
    axes = list(zip(ct.shape, x.shape, start, step, strict=True))
    high = tuple(n - i - ((m - 1) * k + 1 if m else 0) for m, n, i, k in axes)
    return (ops.pad(ct, low=start, high=high, interior=tuple(k - 1 for k in step)),)


primitive = Linear(
    "slice",
    value=lambda xp, x, start, stop, step: x[slices(start, stop, step)],
    result=result,
    transpose=transpose,
    batch=lambda ops, xs, batched, size, start, stop, step: ops.slice(
        *xs, start=(0, *start), stop=(size, *stop), step=(1, *step)
    ),
    formula=r"@0[i{:}j{:}k]",
    samples=(
        sample(reals(), start=(), stop=(), step=()),
        sample(reals(5), start=(1,), stop=(4,), step=(1,)),
        sample(reals(7), start=(1,), stop=(6,), step=(2,)),
        sample(reals(4, 6), start=(0, 1), stop=(3, 6), step=(2, 3)),
        sample(reals(3), start=(2,), stop=(2,), step=(1,)),
        sample(reals(0, 2), start=(0, 0), stop=(0, 2), step=(1, 1)),
    ),
    view=True,
)
