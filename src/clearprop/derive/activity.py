"""What a derivative may not pass through, where an explanation is wanted."""

from __future__ import annotations

from collections.abc import Iterable

from clearprop.errors import DtypeError
from clearprop.graph import Graph, Node, Value, active_values, location_of


def refuse_complex(graph: Graph, wrt: Iterable[Value]) -> None:
    """Raise if a derivative by these values passes through complex numbers.

    Raises:
        DtypeError: Naming the first such value and its line.
    """
    active = active_values(graph, wrt)
    for value in (*graph.inputs, *graph.nodes):
        if value in active and value.type.dtype.kind == "c":
            raise DtypeError(
                f"a derivative passes through a complex value of type {value.type}",
                where=str(location_of(value) or "") if isinstance(value, Node) else str(value),
                why="Explanations show one real number for each partial.",
                remedy="Explain the function with the real and the imaginary part as two real "
                "arrays; cp.grad, cp.vjp and cp.jvp take complex numbers.",
            )
