"""Imaginary part of complex numbers; the transpose is −i times the cotangents.

>>> import clearprop as cp
>>> cp.grad(lambda z: (z * z).imag)(3 + 1j)
(2-6j)
"""

from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.complexes import part
from clearprop.primitives.families import Linear
from clearprop.primitives.samples import complexes, sample


def transpose(ops: Builder, ct: Sym, x: Sym) -> tuple[Sym]:
    """Re(−i ct · t) is ct · Im t; the truth values of a gate stay where they are."""
    return (ct if ct.dtype.kind == "b" else ops.complex(ops.zeros(ct.type), -ct),)


primitive = Linear(
    "imag",
    value=lambda xp, x: xp.imag(x),
    result=lambda x: part("imag", x),
    transpose=transpose,
    batch=lambda ops, xs, batched, size: ops.imag(*xs),
    formula=r"\operatorname{Im} @0",
    samples=(sample(complexes()), sample(complexes(2, 3)), sample(complexes(0))),
    view=True,
)
