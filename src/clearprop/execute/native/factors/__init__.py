"""Factors of matrices and solutions of linear systems, for stacks of matrices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from clearprop.execute.native.factors import gufuncs
from clearprop.execute.native.factors.cholesky import Cholesky
from clearprop.execute.native.factors.determinant import Determinant
from clearprop.execute.native.factors.factor import Factor
from clearprop.execute.native.factors.orthogonal import Orthogonal
from clearprop.execute.native.factors.solve import Solve
from clearprop.execute.native.factors.spectra import Pseudoinverse, Spectra
from clearprop.execute.native.factors.stack import Kernel, Stacked
from clearprop.execute.native.factors.triangular import Triangular
from clearprop.execute.native.layouts import Layout
from clearprop.execute.native.special import Planner
from clearprop.graph import Node


def planned(node: Node, operands: list[Layout], *results: Layout) -> Stacked:
    """The step of an operation on stacks of matrices."""
    x = operands[0]
    lead = x.shape[:-2]
    return Stacked(node, _kernel(node, operands), operands, results, lead)


def spectra(node: Node, operands: list[Layout], *results: Layout) -> Spectra:
    """The step of eigenvalues or singular values."""
    return Spectra(node, operands[0], results)


def _kernel(node: Node, operands: list[Layout]) -> Kernel:
    x, last, params = operands[0], operands[-1], dict(node.params)
    rows, n, m = x.shape[-2], x.shape[-1], last.shape[-1]
    match node.primitive.name:
        case "cholesky":
            return Cholesky(n, x.dtype)
        case "solve":
            return Solve(n, m, x.dtype)
        case "lu":
            return Factor(rows, n, x.dtype)
        case "qr":
            return Orthogonal(rows, n, x.dtype)
        case "pinv":
            return Pseudoinverse(rows, n, x.dtype, **params)
        case "triangular_solve":
            return Triangular(n, m, x.dtype, **params)
        case name:
            return Determinant(n, x.dtype, name == "slogdet")


_BY_NUMPY: Final = {"eigh": spectra, "pinv": planned, "svd": spectra}

PLANNERS: Final[Mapping[str, Planner]] = {
    "cholesky": planned,
    "det": planned,
    "lu": planned,
    "qr": planned,
    "slogdet": planned,
    "solve": planned,
    "triangular_solve": planned,
    **(_BY_NUMPY if gufuncs.imports() else {}),
}
"""The step of each primitive of this room."""
