"""Batches of small functions: one vector lane per element of the batch, small arrays in registers.

Where many operations work on arrays of shape (n, …) with n large and the rest small, and none of
them mixes the elements of the batch, they become one loop over n in which each component of a small
array is a number of its own. Slices, transposes and sums of components are then decided while the
code is made; nothing in between goes through memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from math import prod
from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.clusters import Cluster, fold_of, lowered
from clearprop.execute.native.layouts import Layout
from clearprop.execute.native.steps import FOLDS, Loop, Store
from clearprop.execute.native.terms import DTYPES, Term, number
from clearprop.graph import Constant, Graph, Node, Value

LANES: Final = -1
"""The second entry of the domain under which a loop over a batch is planned."""

FEWEST: Final = 64
"""The shortest batch."""

LARGEST: Final = 32
"""The most components of a small array."""

WORTH: Final = 6
"""How many operations that move or mix components make it worth while."""

Place = tuple[int, ...]

_MOVING: Final = frozenset(
    {"reshape", "transpose", "slice", "flip", "broadcast", "pad", "concatenate", "assign"}
)


def laned(graph: Graph) -> dict[Node, int]:
    """The nodes that are computed lane by lane, with the lengths of their batches.

    What goes in or out of a product of whole matrices is no batch of small arrays but a matrix.
    """
    found: dict[Node, int] = {}
    worth: Counter[int] = Counter()
    for node in graph.nodes:
        shape = node.type.shape
        if not shape or shape[0] < FEWEST or prod(shape[1:]) > LARGEST or not prod(shape[1:]):
            continue
        if not _is_known(node) or not _KEEPS.get(node.primitive.name, _elementwise)(node):
            continue
        found[node] = shape[0]
        if node.primitive.name not in _KEEPS:
            continue
        if any(x in found and x.primitive.name not in _MOVING for x in _nodes(node.operands)):
            worth[shape[0]] += 1
    matrices = {
        x.type.shape[0]
        for node in graph.nodes
        if node.primitive.name == "dot" and node not in found
        for x in (node, *node.operands)
        if x.type.shape
    }
    return {
        node: length
        for node, length in found.items()
        if worth[length] >= WORTH and length not in matrices
    }


def _nodes(values: Iterable[Value]) -> list[Node]:
    return [value for value in values if isinstance(value, Node)]


def _is_known(node: Node) -> bool:
    types = (node.type, *(x.type for x in node.operands))
    return all(t.form == "array" and t.dtype.name in DTYPES for t in types)


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
    return stacked and small and node.type.dtype.kind == "f"


def _assigned(node: Node) -> bool:
    params = _params(node)
    whole = node.operands[1].type.shape[:1] == node.type.shape[:1]
    return whole and params["start"][0] == 0 and params["step"][0] == 1


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
    **dict.fromkeys(FOLDS, _folded),
}


def _params(node: Node) -> dict[str, Any]:
    return dict(node.params)


# The loop -----------------------------------------------------------------------------------------


def lanes_loop(
    cluster: Cluster,
    length: int,
    is_inside: Callable[[Value], bool],
    layout_of: Callable[[Value], Layout],
) -> Loop:
    """The loop over a batch that does a cluster's work.

    Args:
        cluster: The cluster; its values are stored, none is reduced over the batch.
        length: Of the batch.
        is_inside: Whether a value is computed in this loop, and not read from memory.
        layout_of: Where a value lies in memory.
    """
    building = _Building(length, is_inside, layout_of)
    for value in cluster.stored:
        building.store(value, layout_of(value))
    return building.loop


@final
class _Building:
    """A loop over a batch. A value is an array of terms of shape (1, …): one per component."""

    def __init__(
        self,
        length: int,
        is_inside: Callable[[Value], bool],
        layout_of: Callable[[Value], Layout],
    ) -> None:
        self.length = length
        self.is_inside = is_inside
        self.layout_of = layout_of
        self.loop = Loop((length,))
        self.known: dict[Value, Any] = {}
        self.loads: dict[Layout, Term] = {}
        self.shared: dict[Any, Term] = {}

    def store(self, root: Value, to: Layout) -> None:
        """Compute a value, what it needs first, and write its components."""
        pending = [root]
        while pending:
            value = pending[-1]
            if value in self.known or not self.is_inside(value):
                pending.pop()
                continue
            assert isinstance(value, Node), "only operations are fused"
            missing = [x for x in value.operands if x not in self.known and self.is_inside(x)]
            if missing:
                pending.extend(missing)
                continue
            pending.pop()
            self.known[value] = self._computed(value)
            self.loop.nodes.append(value)
        terms = self.known[root]
        for place in np.ndindex(terms.shape[1:]):
            self.loop.stores.append(Store(terms[(0, *place)], self._component(to, place)))

    def _component(self, layout: Layout, place: Place) -> Layout:
        """One component of all elements of the batch."""
        steps = zip(place, layout.strides[1:], strict=True)
        offset = layout.offset + sum(i * step for i, step in steps)
        return Layout(layout.buffer, offset, (self.length,), layout.strides[:1])

    def _load(self, layout: Layout) -> Term:
        if layout not in self.loads:
            self.loads[layout] = Term("load", (), layout.dtype, len(self.loop.loads))
            self.loop.loads.append(layout)
        return self.loads[layout]

    def _terms(self, value: Value, *, batched: bool = True) -> Any:
        """The components of an operand."""
        if value in self.known:
            return self.known[value]
        if isinstance(value, Constant) and not value.type.shape:
            return _filled((), number(value.value, value.type.dtype))
        layout = self.layout_of(value)
        if not batched:  # every element of the batch reads the same
            layout = Layout(layout.buffer, layout.offset, (1, *layout.shape), (0, *layout.strides))
        terms = np.empty((1, *layout.shape[1:]), object)
        for place in np.ndindex(terms.shape[1:]):
            terms[(0, *place)] = self._load(self._component(layout, place))
        return terms

    def _computed(self, node: Node) -> Any:
        name, params = node.primitive.name, _params(node)
        shape = (1, *node.type.shape[1:])
        if name == "broadcast":
            return self._broadcast(node, shape)
        operands = [self._terms(x) for x in node.operands]
        x = operands[0]
        match name:
            case "reshape":
                return x.reshape(shape)
            case "transpose":
                return x.transpose(params["axes"])
            case "flip":
                return np.flip(x, params["axes"])
            case "slice":
                return x[_slices(params["start"], (1, *params["stop"][1:]), params["step"])]
            case "concatenate":
                return np.concatenate(operands, axis=params["axis"])
            case "pad":
                made = _filled(shape, number(0, node.type.dtype))
                steps = [between + 1 for between in params["interior"]]
                made[_region(params["low"], steps, x.shape)] = x
                return made
            case "assign":
                made = x.copy()
                made[_region(params["start"], params["step"], operands[1].shape)] = operands[1]
                return made
            case "dot":
                return self._product(params, *operands)
        if name in FOLDS and params["axes"]:
            return self._fold(node, x)
        return self._each(node, operands, shape)

    def _broadcast(self, node: Node, shape: Place) -> Any:
        (x,) = node.operands
        old = x.type.shape
        batched = len(old) == len(node.type.shape) and old[0] != 1
        if batched or x in self.known:
            return np.broadcast_to(self._terms(x), shape)
        if isinstance(x, Constant) and not old:
            return _filled(shape, number(x.value, x.type.dtype))
        terms = self._terms(x, batched=False)
        return np.broadcast_to(terms.reshape(old), shape)

    def _each(self, node: Node, operands: Sequence[Any], shape: Place) -> Any:
        """An elementwise operation, component by component."""
        made = np.empty(shape, object)
        for place in np.ndindex(shape):
            parts = [x[place] if x.ndim else x[()] for x in operands]
            made[place] = self._once(lowered(node, parts))
        return made

    def _fold(self, node: Node, x: Any) -> Any:
        """Components taken together, from first to last."""
        axes = _params(node)["axes"]
        kept = [axis for axis in range(x.ndim) if axis not in axes]
        lines = x.transpose([*kept, *axes]).reshape([*(x.shape[a] for a in kept), -1])
        made = np.empty(lines.shape[:-1], object)
        for place in np.ndindex(made.shape):
            terms = list(lines[place])
            if node.primitive.name in ("any", "all"):
                terms = [t if t.dtype.kind == "b" else t != 0 for t in terms]
            op = fold_of(node.primitive.name, terms[0])
            total = terms[0]
            for term in terms[1:]:
                total = self._once(Term(op, (total, term), term.dtype))
            made[place] = total
        return made

    def _product(self, params: Any, a: Any, b: Any) -> Any:
        """A small matrix product: sums of products."""
        (of_a, of_b), (by_a, by_b) = params["contract"], params["batch"]
        rows = [i for i in range(a.ndim) if i not in (*of_a, *by_a)]
        columns = [i for i in range(b.ndim) if i not in (*of_b, *by_b)]
        stack = [a.shape[i] for i in by_a]
        left = a.transpose([*by_a, *rows, *of_a])
        right = b.transpose([*by_b, *columns, *of_b])
        depth = prod(a.shape[i] for i in of_a)
        left = left.reshape([prod(stack), prod(a.shape[i] for i in rows), depth])
        right = right.reshape([prod(stack), prod(b.shape[i] for i in columns), depth])
        made = np.empty([left.shape[0], left.shape[1], right.shape[1]], object)
        dtype = np.dtype(left.flat[0].dtype if left.size else np.float64)
        for s, i, j in np.ndindex(made.shape):
            total = number(0, dtype) if not depth else None
            for k in range(depth):
                term = self._once(left[s, i, k] * right[s, j, k])
                total = term if total is None else self._once(total + term)
            made[s, i, j] = total
        return made.reshape([*stack, *(a.shape[i] for i in rows), *(b.shape[i] for i in columns)])

    def _once(self, term: Term) -> Term:
        """The same term for the same work."""
        if term.op in ("load", "constant"):
            return term
        key = (term.op, term.dtype, term.payload, tuple(id(x) for x in term.args))
        return self.shared.setdefault(key, term)


def _filled(shape: Place, term: Term) -> Any:
    made = np.empty(shape, object)
    made[...] = term
    return made


def _slices(start: Place, stop: Place, step: Place) -> tuple[slice, ...]:
    return tuple(map(slice, start, stop, step))


def _region(start: Sequence[int], step: Sequence[int], shape: Place) -> tuple[slice, ...]:
    """Where an array of that shape is written."""
    return tuple(
        slice(first, first + (n - 1) * by + 1 if n else first, by)
        for first, by, n in zip(start, step, shape, strict=True)
    )
