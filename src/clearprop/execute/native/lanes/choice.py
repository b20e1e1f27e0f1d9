"""Which operations are done lane by lane."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from math import prod
from typing import Any, Final

from clearprop.execute.native.lanes.factors import CHECKED, FACTORS
from clearprop.execute.native.steps import FOLDS
from clearprop.execute.native.terms import DTYPES
from clearprop.graph import Graph, Node, Type, Value

LANES: Final = -1
"""The second entry of the domain under which a loop over a batch is planned."""

FEWEST: Final = 64
"""The shortest batch."""

LARGEST: Final = 32
"""The most components of a small array."""

WORTH: Final = 6
"""How many operations that move or mix components make it worth while; or one factor."""

_MOVING: Final = frozenset(
    {"reshape", "transpose", "slice", "flip", "broadcast", "pad", "concatenate", "assign"}
)


def laned(graph: Graph) -> dict[Node, int]:
    """The nodes that are computed lane by lane, with the lengths of their batches.

    What goes in or out of a product of whole matrices is no batch of small arrays but a matrix; of
    batches of both kinds only what is near to factors is taken.
    """
    factored = {length for node in graph.nodes if (length := _factored(node))}
    found = _candidates(graph, factored)
    worth: Counter[int] = Counter()
    for node, length in found.items():
        name = node.primitive.name
        if name in FACTORS:
            worth[length] += WORTH
        elif name in _KEEPS and any(
            x in found and x.primitive.name not in _MOVING for x in _nodes(node.operands)
        ):
            worth[length] += 1
    others = [n for n in graph.nodes if n.primitive.name == "dot" and n not in found]
    matrices = {x.type.shape[0] for n in others for x in (n, *n.operands) if x.type.shape}
    near = _near(graph, found, others) if matrices & factored else set()
    return {
        node: length
        for node, length in found.items()
        if (node in near if length in matrices else worth[length] >= WORTH)
    }


def _candidates(graph: Graph, factored: Collection[int]) -> dict[Node, int]:
    """What might be computed lane by lane.

    Args:
        graph: The graph.
        factored: The lengths of batches of matrices that are factored; with those, products with
            an array that all elements share are taken, too.
    """
    found: dict[Node, int] = {}
    uses = Counter([*graph.outputs, *(x for node in graph.nodes for x in node.operands)])
    for node in graph.nodes:
        length, name = _length(node), node.primitive.name
        if not length:
            continue
        if is_put_in_front(node):
            (product,) = _nodes(node.operands)
            if length in factored and uses[product] == 1:
                found[product] = found[node] = length
        elif name == "item":
            if node.operands[0] in found:
                found[node] = length
        elif _KEEPS.get(name, _elementwise)(node) and (
            length in factored or not _is_shared_product(node)
        ):
            found[node] = length
    return found


def refuses(node: Node) -> bool:
    """Whether a node that is computed lane by lane may find that it cannot be done."""
    return node.primitive.name in CHECKED


def effort(node: Node, length: int) -> int:
    """About how many components are computed for one element of a batch of that length."""
    types = _results(node)
    each = node.operands[0].type.shape[-1] if node.primitive.name in FACTORS else 1
    return each * sum(type_.size for type_ in types) // length


def _length(node: Node) -> int:
    """The length of the batch, if the node's results may be one of small arrays; else 0."""
    results = _results(node)
    types = (*results, *(x.type for x in node.operands if x.type.form == "array"))
    if any(t.form != "array" or t.dtype.name not in DTYPES for t in types):
        return 0
    shapes = [type_.shape for type_ in results]
    if not all(shape and 0 < prod(shape[1:]) <= LARGEST for shape in shapes):
        return 0
    (length, *others) = {shape[0] for shape in shapes}
    return length if length >= FEWEST and not others else 0


def _results(node: Node) -> tuple[Type, ...]:
    return node.type.parts or (node.type,)


def _factored(node: Node) -> int:
    """The length of the batch whose matrices are factored here; 0 for none."""
    is_one = node.primitive.name in FACTORS and _decomposed(node)
    return _length(node) if is_one else 0


def _near(graph: Graph, found: dict[Node, int], others: Iterable[Node]) -> set[Node]:
    """What is connected to factors without a matrix in between that is as long as the batch."""
    matrices = {x for n in others for x in _nodes(n.operands) if _keeps_rows(n, x)}
    users: defaultdict[Value, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        for x in node.operands:
            users[x].append(node)
    pending = [node for node in found if node.primitive.name in FACTORS]
    near = set(pending)
    while pending:
        node = pending.pop()
        for other in (*_nodes(node.operands), *users[node]):
            if other in found and other not in near and other not in matrices:
                near.add(other)
                pending.append(other)
    return near


def _keeps_rows(product: Node, x: Value) -> bool:
    """Whether the first axis of an operand is one of the product, and not summed over."""
    return bool(x.type.shape) and x.type.shape[0] in product.type.shape


def _nodes(values: Iterable[Value]) -> list[Node]:
    return [value for value in values if isinstance(value, Node)]


# Which operations keep the elements of a batch apart ----------------------------------------------


def _elementwise(node: Node) -> bool:
    return node.primitive.lower is not None


def _same_first(node: Node) -> bool:
    shape = node.operands[0].type.shape
    return bool(shape) and shape[0] == node.type.shape[0]


def _broadcast(node: Node) -> bool:
    old, new = node.operands[0].type.shape, node.type.shape
    if len(old) < len(new) or old[0] == 1:
        return prod(old) <= LARGEST
    return bool(old[0] == new[0])


def _transposed(node: Node) -> bool:
    return bool(_params(node)["axes"][0] == 0)


def _sliced(node: Node) -> bool:
    params = _params(node)
    begin, step = params["start"][0], params["step"][0]
    whole = begin == 0 and step == 1 and params["stop"][0] == node.type.shape[0]
    return whole and _same_first(node)


def _flipped(node: Node) -> bool:
    return 0 not in _params(node)["axes"]


def _padded(node: Node) -> bool:
    params = _params(node)
    negative = min((*params["low"], *params["high"])) < 0
    return _same_first(node) and not negative


def _joined(node: Node) -> bool:
    return bool(_params(node)["axis"] != 0)


def _folded(node: Node) -> bool:
    axes = _params(node)["axes"]
    small = 0 < prod(node.operands[0].type.shape[1:]) <= LARGEST
    return bool(axes) and 0 not in axes and _same_first(node) and small


def _multiplied(node: Node) -> bool:
    params = _params(node)
    a, b = (x.type.shape for x in node.operands)
    stacked = params["batch"][0][:1] == (0,) and params["batch"][1][:1] == (0,)
    small = max(prod(a[1:]), prod(b[1:])) <= LARGEST
    return (stacked or _is_shared_product(node)) and small and node.type.dtype.kind == "f"


def _is_shared_product(node: Node) -> bool:
    """Whether it is a product with one small array that all elements of the batch share."""
    if node.primitive.name != "dot":
        return False
    (of_a, of_b), (by_a, _) = _params(node)["contract"], _params(node)["batch"]
    a, b = (x.type for x in node.operands)
    left = a.shape[:1] == node.type.shape[:1] and 0 not in of_a and b.size <= LARGEST
    right = b.shape[:1] == node.type.shape[:1] and 0 not in of_b and len(of_a) == len(a.shape)
    return not by_a and (left or (right and a.size <= LARGEST))


def is_put_in_front(node: Node) -> bool:
    """Whether the batch's axis of a product with a shared array is put in front of its others."""
    (x, *others) = node.operands or (None,)
    if node.primitive.name != "transpose" or others or not isinstance(x, Node):
        return False
    if x.primitive.name != "dot" or x.type.dtype.kind != "f" or _params(node)["axes"][0] == 0:
        return False
    (of_a, of_b), (by_a, _) = _params(x)["contract"], _params(x)["batch"]
    a, b = (each.type for each in x.operands)
    is_there = _params(node)["axes"][0] == len(a.shape) - len(of_a) and 0 not in of_b
    return not by_a and is_there and max(a.size, prod(b.shape[1:])) <= LARGEST


def _assigned(node: Node) -> bool:
    params = _params(node)
    whole = node.operands[1].type.shape[:1] == node.type.shape[:1]
    return whole and params["start"][0] == 0 and params["step"][0] == 1


def _decomposed(node: Node) -> bool:
    return all(0 < prod(x.type.shape[1:]) <= LARGEST for x in node.operands)


_KEEPS: Final[dict[str, Callable[[Node], bool]]] = {
    "broadcast": _broadcast,
    "reshape": _same_first,
    "transpose": _transposed,
    "slice": _sliced,
    "flip": _flipped,
    "pad": _padded,
    "concatenate": _joined,
    "assign": _assigned,
    "dot": _multiplied,
    **dict.fromkeys(FACTORS, _decomposed),
    **dict.fromkeys(FOLDS, _folded),
}


def _params(node: Node) -> dict[str, Any]:
    return dict(node.params)
