"""Which values a derivative will ask for: found by running the rules once on stand-ins.

Tracing keeps just these values and lets go of all others, so that ten thousand assignments to one
array do not hold ten thousand copies of it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from clearprop.derive.passes import PASSES
from clearprop.graph import Constant, Graph, Input, Node, Params, Type, Value, constant, prune
from clearprop.primitives import Builder, Bundle, Primitive, Sym

Facts = tuple[Type, tuple[int, ...], bool]
"""The result's type, the operands whose values the rules use, and whether they use the result's."""


@functools.lru_cache(maxsize=65536)
def facts(
    primitive: Primitive, types: tuple[Type, ...], fixed: tuple[bool, ...], params: Params
) -> Facts:
    """What recording a node must know of it.

    Args:
        primitive: The operation.
        types: The operands' types.
        fixed: Which operands are constants.
        params: The static parameters.
    """
    result = primitive.result(types, params)
    if not result.differentiable:
        return result, (), False
    ops = PASSES.builder()
    xs: list[Value] = [
        _stand_in(i, type_, known)
        for i, (type_, known) in enumerate(zip(types, fixed, strict=True))
    ]
    y = Input("y", result)
    moving = [not known and t.differentiable for known, t in zip(fixed, types, strict=True)]
    ct = _seed(ops, result)
    tangents = [_seed(ops, t) if move else None for move, t in zip(moving, types, strict=True)]
    operands = [Sym(ops, x) for x in xs]
    found = list(primitive.vjp(ops, Sym(ops, y), operands, ct, moving, dict(params)))
    found = [sym if move else None for sym, move in zip(found, moving, strict=True)]
    found.append(primitive.jvp(ops, Sym(ops, y), operands, tangents, dict(params)))
    outputs = [sym.value for sym in _flat(map(ops.settle, found))]
    used: set[Value] = set(outputs)
    for node in prune(Graph((), ops.nodes, outputs)).nodes:
        used.update(node.operands)
    saved = tuple(i for i, x in enumerate(xs) if x in used and not isinstance(x, Constant))
    return result, saved, y in used


def saved_nodes(graph: Graph) -> list[Node]:
    """The nodes whose values tracing keeps for derivatives."""
    saved: dict[Node, None] = {}
    for node in graph.nodes:
        operands = node.operands
        types = tuple([operand.type for operand in operands])
        fixed = tuple([isinstance(operand, Constant) for operand in operands])
        _, of_operands, of_result = facts(node.primitive, types, fixed, node.params)
        for i in of_operands:
            operand = operands[i]
            if isinstance(operand, Node):
                saved[operand] = None
        if of_result:
            saved[node] = None
    return list(saved)


def _seed(ops: Builder, type_: Type) -> Sym | Bundle:
    """A stand-in for a tangent or cotangent of that type."""
    if type_.form == "tuple":
        parts = type_.parts
        return Bundle([Sym(ops, Input("t", t)) if t.differentiable else None for t in parts])
    return Sym(ops, Input("t", type_))


def _flat(found: Iterable[Sym | Bundle | None]) -> Iterator[Sym]:
    """The values among them, bundles opened."""
    for sym in found:
        if isinstance(sym, Bundle):
            yield from _flat(sym.parts)
        elif sym is not None:
            yield sym


def _stand_in(index: int, type_: Type, known: bool) -> Value:
    """An input; a 0-d constant where the operand is one, as rules may look at its number."""
    if known and not type_.shape:
        return constant(type_.dtype.type(3), weak=type_.weak)
    return Input(f"x{index}", type_)
