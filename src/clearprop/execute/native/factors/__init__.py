"""Factors of matrices and solutions of linear systems, for stacks of matrices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from clearprop.execute.native.factors.cholesky import Cholesky
from clearprop.execute.native.factors.determinant import Determinant
from clearprop.execute.native.factors.factor import Factor
from clearprop.execute.native.factors.solve import Solve
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


def _kernel(node: Node, operands: list[Layout]) -> Kernel:
    x, last = operands[0], operands[-1]
    n, m = x.shape[-1], last.shape[-1]
    if node.primitive.name == "cholesky":
        return Cholesky(n, x.dtype)
    if node.primitive.name == "solve":
        return Solve(n, m, x.dtype)
    if node.primitive.name == "lu":
        return Factor(x.shape[-2], n, x.dtype)
    if node.primitive.name in ("det", "slogdet"):
        return Determinant(n, x.dtype, node.primitive.name == "slogdet")
    return Triangular(n, m, x.dtype, **dict(node.params))


PLANNERS: Final[Mapping[str, Planner]] = {
    "cholesky": planned,
    "det": planned,
    "lu": planned,
    "slogdet": planned,
    "solve": planned,
    "triangular_solve": planned,
}
"""The step of each primitive of this room."""
