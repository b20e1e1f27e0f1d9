"""What has no native form, and why."""

from __future__ import annotations

from typing import Final

from clearprop.execute.native.clusters import refusal
from clearprop.execute.native.layouts import VIEWS
from clearprop.execute.native.planners import PLANNERS
from clearprop.execute.native.steps import FOLDS
from clearprop.execute.native.terms import is_native
from clearprop.graph import Node

_STEPS: Final = frozenset({"stop_gradient", "dot", "pad", "concatenate", "assign"})
"""Operations that plans make steps of themselves."""


def objection(node: Node) -> str:
    """Why a node has no native form; empty if it has one."""
    name = node.primitive.name
    made = (name in PLANNERS and node.type.parts) or (node.type,)
    for type_ in (*made, *[x.type for x in node.operands]):
        if not is_native(type_):
            return f"no native form for {type_}"
    if name in VIEWS or name in _STEPS or name in PLANNERS:
        whole_numbers = name == "dot" and node.type.dtype.kind != "f"
        return "no native product of integers" if whole_numbers else ""
    if name in FOLDS:
        return ""
    return "no native form yet" if node.primitive.lower is None else refusal(node)
