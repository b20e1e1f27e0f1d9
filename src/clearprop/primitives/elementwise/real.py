"""Real part of complex numbers; the transpose makes complex numbers of the cotangents.

>>> import clearprop as cp
>>> cp.grad(lambda z: (z * z).real)(3 + 1j)
(6+2j)
"""

from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.complexes import part
from clearprop.primitives.families import Linear
from clearprop.primitives.samples import complexes, sample


def transpose(ops: Builder, ct: Sym, x: Sym) -> tuple[Sym]:
    """Re(ct · t) with a real ct; the truth values of a gate stay where they are."""
    return (ct if ct.dtype.kind == "b" else ops.complex(ct, ops.zeros(ct.type)),)


primitive = Linear(
    "real",
    value=lambda xp, x: xp.real(x),
    result=lambda x: part("real", x),
    transpose=transpose,
    batch=lambda ops, xs, batched, size: ops.real(*xs),
    formula=r"\operatorname{Re} @0",
    samples=(sample(complexes()), sample(complexes(2, 3)), sample(complexes(0))),
    view=True,
)
