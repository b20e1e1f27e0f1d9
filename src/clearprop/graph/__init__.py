"""Graphs: types, nodes, order, the validity checker, the printer and the parser."""

from clearprop.graph.check import bodies, check
from clearprop.graph.graph import Graph, active_values, numbering, prune, signature
from clearprop.graph.node import (
    Constant,
    Derived,
    Guard,
    Input,
    Location,
    Node,
    Params,
    Primitive,
    Provenance,
    Value,
    constant,
)
from clearprop.graph.parse import parse
from clearprop.graph.provenance import location_of, name_of, role_of, scope_of, written_at
from clearprop.graph.replacing import replaced
from clearprop.graph.types import DTYPE_NAMES, Shape, Type, stack_of, tuple_of, type_of

__all__ = [
    "DTYPE_NAMES",
    "Constant",
    "Derived",
    "Graph",
    "Guard",
    "Input",
    "Location",
    "Node",
    "Params",
    "Primitive",
    "Provenance",
    "Shape",
    "Type",
    "Value",
    "active_values",
    "bodies",
    "check",
    "constant",
    "location_of",
    "name_of",
    "numbering",
    "parse",
    "prune",
    "replaced",
    "role_of",
    "scope_of",
    "signature",
    "stack_of",
    "tuple_of",
    "type_of",
    "written_at",
]
