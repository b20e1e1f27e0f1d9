"""Graphs that operations hold as parameters: branches, bodies of loops, callees, rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from clearprop.graph import Constant, Graph, Node, Params, Value, prune
from clearprop.rewrite.maker import Maker
from clearprop.rewrite.rule import Rule, inner


def with_bodies(params: Params, simpler: Callable[[Graph], Graph]) -> Params:
    """The parameters with each graph among them made simpler; themselves if none is."""
    changed = tuple([(key, _inside(value, simpler)) for key, value in params])
    same = all(new is old for (_, new), (_, old) in zip(changed, params, strict=True))
    return params if same else changed


def _inside(value: Any, simpler: Callable[[Graph], Graph]) -> Any:
    """A parameter, or the parts of a tuple."""
    if value.__class__ is Graph:
        return simpler(value)
    if value.__class__ is tuple:
        parts = tuple([_inside(part, simpler) for part in value])
        return value if all(new is old for new, old in zip(parts, value, strict=True)) else parts
    return value


def decided(make: Maker, node: Node) -> Value | None:
    """A result of the branch that is taken, if that is known."""
    cond = inner(node)
    pred, *operands = cond.operands
    if not isinstance(pred, Constant):
        return None
    params = dict(cond.params)
    branch: Graph = params["on_true" if pred.value else "on_false"]
    if any(x.type is not place.type for x, place in zip(operands, branch.inputs, strict=True)):
        return None
    found = _inlined(make, branch, operands, dict(node.params)["index"])
    return make("cast", found, dtype=found.type.dtype) if found.type.weak else found


def _inlined(make: Maker, branch: Graph, operands: Sequence[Value], index: int) -> Value:
    """An output of a graph applied to values; the next one shares what it has in common."""
    now: dict[Value, Value] = dict(zip(branch.inputs, operands, strict=True))

    def found(value: Value) -> Value:
        return make.constant(value) if isinstance(value, Constant) else now[value]

    output = branch.outputs[index]
    for old in prune(Graph(branch.inputs, branch.nodes, [output])).nodes:
        places = tuple([found(operand) for operand in old.operands])
        now[old] = make.add(Node(old.primitive, places, old.params, old.type, make.provenance))
    return found(output)


BRANCHES: Final = (Rule("a branch that is decided", ("item",), decided, needs=frozenset(["cond"])),)
