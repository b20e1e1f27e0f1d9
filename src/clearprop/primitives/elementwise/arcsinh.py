"""Inverse hyperbolic sine: y = arsinh x, dy/dx = 1 / √(1 + x²); hypot keeps x² from overflowing.

>>> import clearprop as cp
>>> cp.grad(cp.numpy.arcsinh)(0.75)
0.8
"""

import numpy as np

from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL


def partials(ops: Builder, y: Sym, x: Sym) -> tuple[Sym]:
    """The reciprocal of the root; of a real 1 + x² without overflow."""
    return (1 / (ops.sqrt(1 + x * x) if x.dtype.kind == "c" else ops.hypot(1, x)),)


primitive = Elementwise(
    "arcsinh",
    value=lambda xp, x: xp.arcsinh(x),
    partials=partials,
    formula=r"\operatorname{arsinh} @0",
    domain=(REAL,),
    ufunc=np.arcsinh,
    accepts="fc",
)
