"""Which values a derivative passes through: those that depend on the chosen inputs."""

from __future__ import annotations

from collections.abc import Iterable

from clearprop.errors import DtypeError
from clearprop.graph import Graph, Node, Type, Value, location_of


def active_values(graph: Graph, wrt: Iterable[Value]) -> set[Value]:
    """The values in ``wrt`` and every differentiable node that depends on one of them.

    Raises:
        DtypeError: If a path runs through complex numbers.
    """
    active: set[Value] = set(wrt)
    for value in wrt:
        _refuse_complex(value, value.type)
    for node in graph.nodes:
        if node.type.differentiable and not active.isdisjoint(node.operands):
            _refuse_complex(node, node.type)
            active.add(node)
    return active


def _refuse_complex(value: Value, type_: Type) -> None:
    if type_.dtype.kind == "c":
        raise DtypeError(
            f"a derivative passes through a complex value of type {type_}",
            where=str(location_of(value) or "") if isinstance(value, Node) else str(value),
            why="This version differentiates real functions.",
            remedy="Write the real and the imaginary part as two real arrays.",
        )
