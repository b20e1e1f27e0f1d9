"""Factorizations and solvers: NumPy's functions by their names."""

from __future__ import annotations

from typing import Final

from clearprop.execute.source.python.expression import Expression, called
from clearprop.execute.source.python.lifting import several
from clearprop.execute.source.python.writer import Printer, Writer
from clearprop.graph import Node


def _linalg(writer: Writer, node: Node) -> Expression | list[Expression]:
    """The function of ``np.linalg``, with its one parameter."""
    function, params = f"np.linalg.{node.primitive.name}", dict(node.params)
    options = []
    if node.primitive.name == "eigh" and not params["lower"]:
        options = ['"U"']
    elif node.primitive.name == "svd":
        options = ["full_matrices=False"]
    elif node.primitive.name == "pinv":
        options = [f"rcond={params['rcond']!r}"]
    made = writer.build(node.operands, lambda *xs: called(function, node.type.shape, *xs, *options))
    return several(writer, node, made.text) if node.type.form == "tuple" else made


PRINTERS: Final[dict[str, Printer]] = dict.fromkeys(
    ("cholesky", "det", "slogdet", "solve", "eigh", "svd", "qr", "pinv"), _linalg
)
"""How each is written."""
