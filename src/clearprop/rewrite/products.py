"""Products of matrices: they name the axes that they sum over, so that none need be transposed."""

from __future__ import annotations

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


PRODUCTS: Final = (
    Rule("dot of transpose", ("dot",), of_transposed, rounds=True, needs=frozenset(["transpose"])),
    Rule("transpose of dot", ("transpose",), transposed, rounds=True, needs=frozenset(["dot"])),
)
