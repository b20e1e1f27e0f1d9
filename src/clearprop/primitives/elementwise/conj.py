"""Complex conjugate: linear over the real numbers alone, and its own transpose.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda z: (z * np.conj(z)).real)(3 + 1j)
(6-2j)
"""

from clearprop.graph import Type
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.complexes import require_complex
from clearprop.primitives.families import Linear
from clearprop.primitives.samples import complexes, sample


def result(x: Type) -> Type:
    """As x."""
    require_complex("conj", x)
    return x


def transpose(ops: Builder, ct: Sym, x: Sym) -> tuple[Sym]:
    """The conjugate; the truth values of a gate stay where they are."""
    return (ops.conj(ct) if ct.dtype.kind == "c" else ct,)


primitive = Linear(
    "conj",
    value=lambda xp, x: xp.conj(x),
    result=result,
    transpose=transpose,
    batch=lambda ops, xs, batched, size: ops.conj(*xs),
    formula=r"\overline{@0}",
    samples=(sample(complexes()), sample(complexes(2, 3)), sample(complexes(0))),
)
