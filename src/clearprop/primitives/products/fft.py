"""Discrete Fourier transform along one axis: yⱼ = Σₖ xₖ e^(∓2πi jk/n), with + for the inverse.

Neither direction is divided by n. The matrix of the transform is symmetric, so it is its own
transpose. Source: J. W. Cooley and J. W. Tukey, *An algorithm for the machine calculation of
complex Fourier series*, Mathematics of Computation 19 (1965).

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: np.abs(np.fft.fft(x))[1])(np.array([1.0, 0.0, -1.0, 0.0]))
array([ 1.,  0., -1.,  0.])
"""

from typing import Any

from clearprop.errors import ShapeError
from clearprop.graph import Type
from clearprop.primitives.axes import check_axis
from clearprop.primitives.complexes import require_complex
from clearprop.primitives.families import Linear
from clearprop.primitives.samples import complexes, sample


def value(xp: Any, x: Any, axis: int, inverse: bool) -> Any:
    """NumPy's, with the factor in neither direction."""
    transform = xp.fft.ifft if inverse else xp.fft.fft
    return transform(x, axis=axis, norm="forward" if inverse else "backward")


def result(x: Type, axis: int, inverse: bool) -> Type:
    """As x, which has the axis, and elements along it."""
    require_complex("fft", x)
    check_axis(x.shape, axis)
    if not x.shape[axis]:
        raise ShapeError(f"a Fourier transform of no elements, along axis {axis} of {x.shape}")
    return x


primitive = Linear(
    "fft",
    value=value,
    result=result,
    transpose=lambda ops, ct, x, axis, inverse: (ops.fft(ct, axis=axis, inverse=inverse),),
    batch=lambda ops, xs, batched, size, axis, inverse: ops.fft(
        *xs, axis=axis + 1, inverse=inverse
    ),
    formula=r"\operatorname{fft} @0",
    samples=(
        sample(complexes(1), axis=0, inverse=False),
        sample(complexes(4), axis=0, inverse=False),
        sample(complexes(3), axis=0, inverse=True),
        sample(complexes(2, 3, 2), axis=1, inverse=False),
        sample(complexes(2, 5), axis=1, inverse=True),
        sample(complexes(0, 3), axis=1, inverse=False),
    ),
)
