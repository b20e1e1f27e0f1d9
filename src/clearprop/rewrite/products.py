"""Products of matrices: they name the axes that they sum over, so that none need be transposed."""

from __future__ import annotations

from math import prod
from typing import Final

from clearprop.graph import Node, Value
from clearprop.primitives.axes import Axes
from clearprop.rewrite.maker import Maker
from clearprop.rewrite.rule import Rule, inner, made_by


def of_transposed(make: Maker, node: Node) -> Value | None:
    """The product of what was transposed, where that leaves the free axes in their order."""
    params = dict(node.params)
    operands = list(node.operands)
    contract, batch = list(params["contract"]), list(params["batch"])
    for side, x in enumerate(node.operands):
        if made_by(x, "transpose"):
            order: Axes = dict(x.params)["axes"]
            named = {*contract[side], *batch[side]}
            free = [axis for place, axis in enumerate(order) if place not in named]
            if free == sorted(free):
                operands[side] = x.operands[0]
                contract[side] = tuple(order[axis] for axis in contract[side])
                batch[side] = tuple(order[axis] for axis in batch[side])
    if operands == list(node.operands):
        return None
    return make("dot", *operands, contract=tuple(contract), batch=tuple(batch))


def transposed(make: Maker, node: Node) -> Value | None:
    """The transpose of a product: the product with its operands exchanged, and batches reordered.

    The result of a product has the axes of its batch, the free ones of a, then those of b.
    """
    dot = inner(node)
    a, b = dot.operands
    params, axes = dict(dot.params), dict(node.params)["axes"]
    (of_a, of_b), (by_a, by_b) = params["contract"], params["batch"]
    count = len(by_a)
    rows = a.type.ndim - len(of_a) - count
    lead, rest = axes[:count], axes[count:]
    first = tuple(range(count, count + rows))
    second = tuple(range(count + rows, len(axes)))
    batch = tuple(by_a[i] for i in lead if i < count), tuple(by_b[i] for i in lead if i < count)
    if len(batch[0]) < count:
        return None
    if rest == (*first, *second):
        return make("dot", a, b, contract=(of_a, of_b), batch=batch)
    if rest == (*second, *first):
        return make("dot", b, a, contract=(of_b, of_a), batch=batch[::-1])
    return None


def of_columns(make: Maker, node: Node) -> Value | None:
    """An outer product, in which nothing is summed over: products of elements, which fuse."""
    params = dict(node.params)
    if prod(node.operands[0].type.shape[axis] for axis in params["contract"][0]) != 1:
        return None
    parts, count = [], len(params["batch"][0])
    shapes = [x.type.shape for x in node.operands]
    for side, x in enumerate(node.operands):
        summed, batch = params["contract"][side], params["batch"][side]
        free = [axis for axis in range(x.type.ndim) if axis not in (*summed, *batch)]
        order = (*batch, *free, *summed)
        if order != tuple(range(x.type.ndim)):
            x = make("transpose", x, axes=order)
        lead = [shapes[side][axis] for axis in batch]
        rest = [shapes[side][axis] for axis in free]
        others = node.type.ndim - count - len(free)
        between = [*[1] * others, *rest] if side else [*rest, *[1] * others]
        x = make("reshape", x, shape=(*lead, *between))
        parts.append(make("broadcast", x, shape=node.type.shape))
    return make("multiply", *parts)


PRODUCTS: Final = (
    Rule("dot without a sum", ("dot",), of_columns, rounds=True, kinds="fciu"),
    Rule("dot of transpose", ("dot",), of_transposed, rounds=True, needs=frozenset(["transpose"])),
    Rule("transpose of dot", ("transpose",), transposed, rounds=True, needs=frozenset(["dot"])),
)
