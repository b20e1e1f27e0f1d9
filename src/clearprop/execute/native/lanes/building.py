"""The loop over a batch: what is computed of small arrays, as a term for each component."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, final

import numpy as np

from clearprop.execute.native.clusters import Cluster, fold_of, lowered
from clearprop.execute.native.lanes.factors import FACTORS, Factors
from clearprop.execute.native.layouts import Layout
from clearprop.execute.native.steps import FOLDS, Loop, Store
from clearprop.execute.native.terms import Term, number
from clearprop.graph import Constant, Node, Value

Place = tuple[int, ...]


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
        self.factors = Factors(self.loop.refusals)

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

    def _terms(self, value: Value) -> Any:
        """The components of an operand, or of each of several results."""
        if value in self.known:
            return self.known[value]
        if isinstance(value, Constant):
            if not value.type.shape:
                return _filled((), number(value.value, value.type.dtype))
            if _is_repeated(value.value):
                return _numbers(value.value[:1])
        layout = self.layout_of(value)
        terms = np.empty((1, *layout.shape[1:]), object)
        for place in np.ndindex(terms.shape[1:]):
            terms[(0, *place)] = self._load(self._component(layout, place))
        return terms

    def _shared(self, value: Value) -> Any:
        """The components of what all elements of the batch read alike."""
        if isinstance(value, Constant):
            return _numbers(np.asarray(value.value))
        layout = self.layout_of(value)
        layout = Layout(layout.buffer, layout.offset, (1, *layout.shape), (0, *layout.strides))
        terms = np.empty(layout.shape[1:], object)
        for place in np.ndindex(terms.shape):
            terms[place] = self._load(self._component(layout, place))
        return terms

    def _computed(self, node: Node) -> Any:
        name, params = node.primitive.name, _params(node)
        shape = (1, *node.type.shape[1:])
        if name == "broadcast":
            return self._broadcast(node, shape)
        if name == "dot":
            return self._product(params, *map(self._factor, node.operands))
        operands = [self._terms(x) for x in node.operands]
        if name in FACTORS:
            return self.factors.computed(node, operands)
        x = operands[0]
        match name:
            case "item":
                return x[params["index"]]
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
        if name in FOLDS and params["axes"]:
            return self._fold(node, x)
        return self._each(node, operands, shape)

    def _broadcast(self, node: Node, shape: Place) -> Any:
        (x,) = node.operands
        old = x.type.shape
        batched = len(old) == len(node.type.shape) and old[0] != 1
        if batched or x in self.known:
            return np.broadcast_to(self._terms(x), shape)
        return np.broadcast_to(self._shared(x), shape)

    def _each(self, node: Node, operands: Sequence[Any], shape: Place) -> Any:
        """An elementwise operation, component by component."""
        made = np.empty(shape, object)
        for place in np.ndindex(shape):
            parts = [x[place] if x.ndim else x[()] for x in operands]
            if node.primitive.name == "where" and parts[0].op == "constant":
                made[place] = parts[1] if parts[0].payload else parts[2]
            else:
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

    def _factor(self, value: Value) -> Any:
        """The components of an operand of a product, which the whole batch may share."""
        is_shared = value.type.shape[:1] != (self.length,)
        return self._shared(value) if is_shared else self._terms(value)

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


def _numbers(values: Any) -> Any:
    """An array as constants."""
    made = np.empty(values.shape, object)
    for place in np.ndindex(values.shape):
        made[place] = number(values[place], values.dtype)
    return made


def _is_repeated(values: Any) -> bool:
    """Whether all elements of a batch are the same, to the bit."""
    rows = np.ascontiguousarray(values).reshape(len(values), -1).view(np.uint8)
    return bool((rows == rows[0]).all())


def _slices(start: Place, stop: Place, step: Place) -> tuple[slice, ...]:
    return tuple(map(slice, start, stop, step))


def _region(start: Sequence[int], step: Sequence[int], shape: Place) -> tuple[slice, ...]:
    """Where an array of that shape is written."""
    return tuple(
        slice(first, first + (n - 1) * by + 1 if n else first, by)
        for first, by, n in zip(start, step, shape, strict=True)
    )


def _params(node: Node) -> dict[str, Any]:
    return dict(node.params)
