"""Which operations are done lane by lane."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from math import prod
from typing import Any, Final

from clearprop.execute.native.lanes.factors import CHECKED, FACTORS
from clearprop.execute.native.steps import FOLDS
from clearprop.execute.native.terms import is_native
from clearprop.graph import Graph, Node, Shape, Type, Value

LANES: Final = -1
"""The second entry of the domain under which a loop over a batch is planned."""

FEWEST: Final = 64
"""The shortest batch."""

FEWEST_ROWS: Final = 16
"""The fewest rows of a matrix that are taken one per lane."""

SHORT: Final = 16
"""The longest of those rows: longer ones fill vectors by themselves."""

TOGETHER: Final = 2
"""How many sums or extremes of rows make it worth while."""

LARGEST: Final = 64
"""The most components of a small array."""

FACTORED: Final = 64
"""The same near matrices that are factored, one by one several times slower at every size."""

TINY: Final = 4
"""The longest axis of an array that a batch shares in a product, without factors nearby."""

WORTH: Final = 6
"""How many operations that mix components, or move computed ones, make it worth while."""

_MOVING: Final = frozenset(
    {"reshape", "transpose", "slice", "flip", "broadcast", "pad", "concatenate", "assign"}
)


_COPYING: Final = frozenset({"pad", "concatenate", "assign"})
"""Those that elsewhere take a loop per operand, and so count twice for each."""


def laned(graph: Graph) -> dict[Node, int]:
    """The nodes that are computed lane by lane, with the lengths of their batches.

    What goes in or out of a product of whole matrices is no batch of small arrays but a matrix.
    What is near to matrices that are factored is worth while anyway, and so is what a function such
    as softmax does to short rows of a matrix.
    """
    lengths = {node: length for node in graph.nodes if (length := _length(node, FACTORED))}
    factored = {length for node, length in lengths.items() if _is_factored(node, length)}
    found = _candidates(graph, lengths, factored)
    if not found:
        return found
    worth: Counter[int] = Counter()
    for node, length in found.items():
        if node.primitive.name in _COPYING:
            worth[length] += 2 * len(node.operands)
        elif node.primitive.name in _KEEPS and any(
            x in found and x.primitive.name not in _MOVING for x in _nodes(node.operands)
        ):
            worth[length] += 1
    others = [n for n in graph.nodes if n.primitive.name == "dot" and n not in found]
    matrices = {x.type.shape[0] for n in others for x in (n, *n.operands) if x.type.shape}
    users: defaultdict[Value, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        for x in node.operands:
            users[x].append(node)
    near = _near(found, others, users) if factored else set()
    near |= _row_by_row({node: n for node, n in found.items() if n in matrices}, users)
    fits = {node for node in found if _length(node, LARGEST) >= FEWEST}
    fits |= {x for node in fits if is_put_in_front(node) for x in _nodes(node.operands)}
    apart = matrices | _mixed(graph, found)
    chosen = {
        node: length
        for node, length in found.items()
        if node in near or (node in fits and length not in apart and worth[length] >= WORTH)
    }
    return {node: length for node, length in chosen.items() if not _is_view(node, chosen)}


def _candidates(
    graph: Graph, lengths: Mapping[Node, int], factored: Collection[int]
) -> dict[Node, int]:
    """What might be computed lane by lane.

    Args:
        graph: The graph.
        lengths: The lengths of batches, where there may be any.
        factored: The lengths of batches of matrices that are factored; with those, products with
            any array that all elements share are taken, too; else with tiny ones.
    """
    found: dict[Node, int] = {}
    uses = Counter([*graph.outputs, *(x for node in graph.nodes for x in node.operands)])
    for node, length in lengths.items():
        name, most = node.primitive.name, FACTORED if length in factored else LARGEST
        if not _length(node, most):
            continue
        if is_put_in_front(node):
            (product,) = _nodes(node.operands)
            taken = length in factored or _shares_tiny(product)
            if taken and uses[product] == 1 and _has_small(product, most):
                found[product] = found[node] = length
        elif name == "item":
            if node.operands[0] in found:
                found[node] = length
        elif _KEEPS.get(name, _elementwise)(node, most) and (
            length in factored or not _is_shared_product(node) or _shares_tiny(node)
        ):
            found[node] = length
    return found


def _mixed(graph: Graph, found: Collection[Node]) -> set[int]:
    """The lengths of what is no batch but a picture: elements are moved along its first axis."""
    moved = [n for n in graph.nodes if n.primitive.name in _COPYING and n not in found]
    return {length for node in moved if (length := _length(node, LARGEST))}


def _is_view(node: Node, chosen: Collection[Node]) -> bool:
    """Whether it repeats what lies in memory, where it can be read again and again."""
    return node.primitive.name == "broadcast" and node.operands[0] not in chosen


def refuses(node: Node) -> bool:
    """Whether a node that is computed lane by lane may find that it cannot be done."""
    return node.primitive.name in CHECKED


def effort(node: Node, length: int) -> int:
    """About how many operations on components one element of a batch of that length takes."""
    each = 1
    if node.primitive.name in FACTORS:
        each = node.operands[0].type.shape[-1]
    elif node.primitive.name == "dot":
        of_a = _params(node)["contract"][0]
        each = prod(node.operands[0].type.shape[axis] for axis in of_a)
    return each * sum(type_.size for type_ in _results(node)) // length


def _length(node: Node, most: int) -> int:
    """The length of the batch, if the node's results may be one of small arrays; else 0."""
    results = _results(node)
    shapes = [type_.shape for type_ in results]
    if not all(shape and 0 < prod(shape[1:]) <= most for shape in shapes):
        return 0
    types = (*results, *(x.type for x in node.operands if x.type.form == "array"))
    if not all(map(is_native, types)):
        return 0
    (length, *others) = {shape[0] for shape in shapes}
    return length if length >= FEWEST_ROWS and not others else 0


def _results(node: Node) -> tuple[Type, ...]:
    return node.type.parts or (node.type,)


def _is_factored(node: Node, length: int) -> bool:
    """Whether a batch of matrices is factored here."""
    return length >= FEWEST and node.primitive.name in FACTORS and _is_stack(node, FACTORED)


def _near(
    found: Collection[Node], others: Iterable[Node], users: Mapping[Value, Sequence[Node]]
) -> set[Node]:
    """What is connected to factors without a matrix in between that is as long as the batch."""
    matrices = {x for n in others for x in _nodes(n.operands) if _keeps_rows(n, x)}
    allowed = {node for node in found if node not in matrices}
    return _connected([n for n in found if n.primitive.name in FACTORS], allowed, users)


def _row_by_row(found: Mapping[Node, int], users: Mapping[Value, Sequence[Node]]) -> set[Node]:
    """What is connected to sums and extremes of short rows, if there are several of those."""
    short = {node for node in found if _is_short(node)}
    folds = [node for node in short if node.primitive.name in FOLDS and _is_short(node, 1)]
    made: set[Node] = set()
    for fold in folds:
        if fold not in made:
            near = _connected([fold], short, users)
            if len(near.intersection(folds)) >= TOGETHER:
                made |= near
    return made


def _is_short(node: Node, more: int = 0) -> bool:
    """Whether no row that goes in or out is long, and those that go in are longer than so much."""
    into = [prod(x.type.shape[1:]) for x in node.operands]
    rows = [*into, *(prod(type_.shape[1:]) for type_ in _results(node))]
    return max(rows) <= SHORT and min(into, default=more + 1) > more


def _connected(
    seeds: Iterable[Node], allowed: Collection[Node], users: Mapping[Value, Sequence[Node]]
) -> set[Node]:
    """The seeds, and what is connected to them through what is allowed."""
    pending = list(seeds)
    near = set(pending)
    while pending:
        node = pending.pop()
        for other in (*_nodes(node.operands), *users[node]):
            if other in allowed and other not in near:
                near.add(other)
                pending.append(other)
    return near


def _keeps_rows(product: Node, x: Value) -> bool:
    """Whether the first axis of an operand is one of the product, and not summed over."""
    return bool(x.type.shape) and x.type.shape[0] in product.type.shape


def _nodes(values: Iterable[Value]) -> list[Node]:
    return [value for value in values if isinstance(value, Node)]


# Which operations keep the elements of a batch apart ----------------------------------------------


def _elementwise(node: Node, most: int) -> bool:
    return node.primitive.lower is not None


def _same_first(node: Node, most: int) -> bool:
    shape = node.operands[0].type.shape
    return bool(shape) and shape[0] == node.type.shape[0]


def _broadcast(node: Node, most: int) -> bool:
    old, new = node.operands[0].type.shape, node.type.shape
    if len(old) < len(new) or old[0] == 1:
        is_batch = old[:1] == new[:1]  # and lies along another axis here
        return _is_shared(old) and prod(old) <= most and not is_batch
    return bool(old[0] == new[0])


def _transposed(node: Node, most: int) -> bool:
    return bool(_params(node)["axes"][0] == 0)


def _sliced(node: Node, most: int) -> bool:
    params = _params(node)
    begin, step = params["start"][0], params["step"][0]
    whole = begin == 0 and step == 1 and params["stop"][0] == node.type.shape[0]
    return whole and _same_first(node, most)


def _flipped(node: Node, most: int) -> bool:
    return 0 not in _params(node)["axes"]


def _padded(node: Node, most: int) -> bool:
    params = _params(node)
    negative = min((*params["low"], *params["high"])) < 0
    return _same_first(node, most) and not negative


def _joined(node: Node, most: int) -> bool:
    return bool(_params(node)["axis"] != 0)


def _folded(node: Node, most: int) -> bool:
    axes, shape = _params(node)["axes"], node.operands[0].type.shape
    is_short = 0 < prod(shape[1:]) <= most
    return bool(axes) and 0 not in axes and _same_first(node, most) and is_short


def _multiplied(node: Node, most: int) -> bool:
    by_a, by_b = _params(node)["batch"]
    stacked = by_a[:1] == (0,) and by_b[:1] == (0,)
    is_one = stacked or _is_shared_product(node)
    return is_one and _has_small(node, most) and node.type.dtype.kind == "f"


def _is_shared_product(node: Node) -> bool:
    """Whether it is a product with an array that all elements of the batch share."""
    if node.primitive.name != "dot":
        return False
    (of_a, of_b), (by_a, _) = _params(node)["contract"], _params(node)["batch"]
    a, b = (x.type.shape for x in node.operands)
    left = a[:1] == node.type.shape[:1] and 0 not in of_a and _is_shared(b)
    right = b[:1] == node.type.shape[:1] and 0 not in of_b and _is_shared(a)
    return not by_a and (left or (right and len(of_a) == len(a)))


def _shares_tiny(product: Node) -> bool:
    """Whether what the batch shares in a product is too small for a product of whole matrices."""
    shapes = [x.type.shape for x in product.operands]
    return any(_is_shared(shape) and max(shape, default=0) <= TINY for shape in shapes)


def is_put_in_front(node: Node) -> bool:
    """Whether the batch's axis of a product with a shared array is put in front of its others."""
    (x, *others) = node.operands or (None,)
    if node.primitive.name != "transpose" or others or not isinstance(x, Node):
        return False
    if x.primitive.name != "dot" or x.type.dtype.kind != "f" or _params(node)["axes"][0] == 0:
        return False
    (of_a, of_b), (by_a, _) = _params(x)["contract"], _params(x)["batch"]
    a = x.operands[0].type.shape
    is_there = _params(node)["axes"][0] == len(a) - len(of_a) and 0 not in of_b
    return not by_a and is_there and _is_shared(a)


def _is_shared(shape: Shape) -> bool:
    """Whether an array of that shape is no batch, but small."""
    return shape[:1] < (FEWEST,) and prod(shape) <= FACTORED


def _has_small(node: Node, most: int) -> bool:
    """Whether there are few components in each operand."""
    shapes = [x.type.shape for x in node.operands]
    return all(0 < prod(x if _is_shared(x) else x[1:]) <= most for x in shapes)


def _is_stack(node: Node, most: int) -> bool:
    """Whether the matrices that are factored are small ones of a stack, and not one alone."""
    return _has_small(node, most) and all(len(x.type.shape) > 2 for x in node.operands)


def _assigned(node: Node, most: int) -> bool:
    params = _params(node)
    whole = node.operands[1].type.shape[:1] == node.type.shape[:1]
    return whole and params["start"][0] == 0 and params["step"][0] == 1


_KEEPS: Final[dict[str, Callable[[Node, int], bool]]] = {
    "broadcast": _broadcast,
    "reshape": _same_first,
    "transpose": _transposed,
    "slice": _sliced,
    "flip": _flipped,
    "pad": _padded,
    "concatenate": _joined,
    "assign": _assigned,
    "dot": _multiplied,
    **dict.fromkeys(FACTORS, _is_stack),
    **dict.fromkeys(FOLDS, _folded),
}


def _params(node: Node) -> dict[str, Any]:
    return dict(node.params)
