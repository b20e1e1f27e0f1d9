"""Small random graphs of moves, reductions, products and arithmetic, as nobody writes them."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from clearprop.graph import Constant, Graph, Input, Node, Value, check, constant, type_of
from clearprop.primitives import CATALOGUE

SHAPES = ((), (3,), (2, 3), (1, 3), (2, 1), (2, 3, 2), (1,), (4,), (2, 2), (0, 2), (1, 1, 2))
DTYPES = ("float64",) * 4 + ("float32", "int64", "bool", "complex128", "int8")


class Scribble:
    """A graph under the pencil.

    Args:
        seed: What is drawn after it.
        steps: How many operations at least.
    """

    def __init__(self, seed: int, steps: int = 10) -> None:
        self.random = np.random.default_rng(seed)
        self.nodes: list[Node] = []
        dtype = self.pick(DTYPES)
        self.inputs = [Input(name, type_of(self.pick(SHAPES), dtype)) for name in "xy"]
        self.values: list[Value] = list(self.inputs)
        while len(self.nodes) < steps:
            self.pick(STEPS)(self, self.pick(self.values[-4:]))

    @property
    def graph(self) -> Graph:
        """What was drawn; what nothing else uses are the outputs."""
        used = {operand for node in self.nodes for operand in node.operands}
        ends = [node for node in self.nodes if node not in used]
        return check(Graph(self.inputs, self.nodes, ends))

    def pick(self, things: Any) -> Any:
        """One of them."""
        return things[self.random.integers(len(things))]

    def number(self, low: int, high: int) -> int:
        """A number from low to high, both included."""
        return int(self.random.integers(low, high + 1))

    def constant(self, x: Value, shape: tuple[int, ...]) -> Constant:
        """A constant of x's dtype; all elements the same as often as not."""
        kind = np.array([0, 1, -1, 2, 0.5, -0.0]) if x.type.dtype.kind != "u" else np.arange(3)
        chosen = self.random.choice(kind, shape if self.random.random() < 0.5 else ())
        return constant(np.array(np.broadcast_to(chosen, shape)).astype(x.type.dtype), weak=False)

    def put(self, name: str, *operands: Value, **params: Any) -> Value:
        """One more operation."""
        packed = tuple(params.items())
        type_ = CATALOGUE[name].result(tuple(x.type for x in operands), packed)
        self.nodes.append(Node(CATALOGUE[name], operands, packed, type_))
        self.values.append(self.nodes[-1])
        return self.nodes[-1]


def transpose(s: Scribble, x: Value) -> None:
    s.put("transpose", x, axes=tuple(map(int, s.random.permutation(x.type.ndim))))


def reshape(s: Scribble, x: Value) -> None:
    shape = x.type.shape
    fitting = [other for other in SHAPES if prod(other) == prod(shape)]
    s.put("reshape", x, shape=s.pick([*fitting, (1, *shape), (*shape, 1), shape[::-1]]))


def broadcast(s: Scribble, x: Value) -> None:
    longer = tuple(s.number(1, 3) if n == 1 else n for n in x.type.shape)
    s.put("broadcast", x, shape=s.pick([longer, (2, *longer), (1, *longer), (0, *longer)]))


def flip(s: Scribble, x: Value) -> None:
    s.put("flip", x, axes=some_axes(s, x))


def cut(s: Scribble, shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    """A part of such an array."""
    step = tuple(s.number(1, 2) for _ in shape)
    start = tuple(s.number(0, min(n, 1)) for n in shape)
    return {
        "start": start,
        "stop": tuple(s.number(max(i, n - 1), n) for i, n in zip(start, shape, strict=True)),
        "step": step,
    }


def slice_(s: Scribble, x: Value) -> None:
    s.put("slice", x, **cut(s, x.type.shape))


def pad(s: Scribble, x: Value) -> None:
    widths = [tuple(s.number(0, 1) for _ in x.type.shape) for _ in range(3)]
    s.put("pad", x, low=widths[0], high=widths[1], interior=widths[2])


def pad_and_cut(s: Scribble, x: Value) -> None:
    """Padding taken off again."""
    low, high = ((s.number(0, 2),) * x.type.ndim for _ in range(2))
    padded = s.put("pad", x, low=low, high=high, interior=(0,) * x.type.ndim)
    stop = tuple(i + n for i, n in zip(low, x.type.shape, strict=True))
    s.put("slice", padded, start=low, stop=stop, step=(1,) * x.type.ndim)


def halves(s: Scribble, x: Value) -> None:
    """Cut in two, which are put together again."""
    if not x.type.ndim:
        return
    axis, ndim = s.number(0, x.type.ndim - 1), x.type.ndim
    length = x.type.shape[axis]
    middle = s.number(0, length)
    parts = []
    for i, j in ((0, middle), (middle, length)):
        start = tuple(i if a == axis else 0 for a in range(ndim))
        stop = tuple(j if a == axis else n for a, n in enumerate(x.type.shape))
        parts.append(s.put("slice", x, start=start, stop=stop, step=(1,) * ndim))
    if s.random.random() < 0.3:
        parts.reverse()
    s.put("concatenate", *parts, axis=axis)


def concatenate(s: Scribble, x: Value) -> None:
    if x.type.ndim:
        others = [y for y in s.values if y.type is x.type]
        s.put("concatenate", s.pick(others), x, axis=s.number(0, x.type.ndim - 1))


def assign(s: Scribble, x: Value) -> None:
    region = cut(s, x.type.shape) if s.random.random() < 0.5 else cut_whole(x)
    part = s.put("slice", x, **region)
    update = s.pick([part, s.constant(x, part.type.shape)])
    written = s.put("assign", x, update, **region)
    after = s.pick([x, written])
    if s.random.random() < 0.5:
        s.put("slice", written, **region)
    else:
        s.put("assign", written, after if after.type is update.type else update, **region)


def cut_whole(x: Value) -> dict[str, tuple[int, ...]]:
    ndim = x.type.ndim
    return {"start": (0,) * ndim, "stop": x.type.shape, "step": (1,) * ndim}


def gather(s: Scribble, x: Value) -> None:
    if x.type.ndim and x.type.shape[0]:
        length = x.type.shape[0]
        run = np.arange(length)[s.number(0, length - 1) :: s.number(1, 2)]
        index = s.pick([run, run[:1], np.int64(s.number(0, length - 1)), run[::-1].copy()])
        s.put("gather", x, constant(index, weak=False))


def reduce(s: Scribble, x: Value) -> None:
    axes = some_axes(s, x)
    kind = x.type.dtype.kind
    names = {"b": ("any", "all"), "c": ("sum",)}.get(kind, ("sum", "prod", "max", "min"))
    name = s.pick(names)
    if name in ("sum", "prod") or all(x.type.shape[axis] for axis in axes):
        s.put(name, x, axes=axes)


def reduce_twice(s: Scribble, x: Value) -> None:
    if x.type.ndim > 1 and x.type.size:
        names = {"b": ("any", "all"), "c": ("sum",)}
        name = s.pick(names.get(x.type.dtype.kind, ("sum", "prod", "max", "min")))
        if name == "sum" and s.random.random() < 0.5:
            x = s.put("negative", x)
        s.put(name, s.put(name, x, axes=(s.number(0, 1),)), axes=(0,))


def some_axes(s: Scribble, x: Value) -> tuple[int, ...]:
    ndim = x.type.ndim
    return s.pick([tuple(range(ndim)), tuple(a for a in range(ndim) if s.random.random() < 0.5)])


def cast(s: Scribble, x: Value) -> None:
    wanted = ("complex128", "complex64") if x.type.dtype.kind == "c" else DTYPES
    s.put("cast", x, dtype=np.dtype(s.pick(wanted)))


def unary(s: Scribble, x: Value) -> None:
    kind = x.type.dtype.kind
    names = {"b": ("logical_not",), "c": ("negative", "real", "conj", "imag", "stop_gradient")}
    s.put(s.pick(names.get(kind, ("negative", "absolute", "stop_gradient"))), x)


def binary(s: Scribble, x: Value) -> None:
    kind, shape = x.type.dtype.kind, x.type.shape
    same = [y for y in s.values if y.type is x.type]
    other = s.pick([s.constant(x, ()), s.constant(x, shape), s.pick(same), s.pick(same)])
    if s.random.random() < 0.3:
        number = s.put("broadcast", s.constant(x, ()), shape=shape)
        other = number
    names = {
        "b": ("logical_and", "logical_or", "equal"),
        "f": ("add", "multiply", "subtract", "divide", "power", "less", "maximum"),
        "c": ("add", "subtract"),
    }
    pair = [x, other] if s.random.random() < 0.5 else [other, x]
    s.put(s.pick(names.get(kind, ("add", "multiply", "subtract", "less"))), *pair)


def both_moved(s: Scribble, x: Value) -> None:
    """The same move of two values, then an operation on both."""
    before = len(s.values)
    s.pick((transpose, reshape, flip, broadcast))(s, x)
    if len(s.values) > before:
        move = s.nodes[-1]
        same = s.pick([y for y in s.values if y.type is x.type])
        again = s.put(move.primitive.name, same, **dict(move.params))
        if x.type.dtype.kind in "if":
            s.put(s.pick(("add", "multiply", "subtract")), move, again)


def where(s: Scribble, x: Value) -> None:
    masks = [y for y in s.values if y.type is x.type.with_dtype("bool")]
    mask = s.pick(masks) if masks else constant(s.random.random(x.type.shape) < 0.5)
    s.put("where", mask, x, s.pick([s.constant(x, ()), x]))


def dot(s: Scribble, x: Value) -> None:
    """A product of x with itself or its like, over some of the axes of one length."""
    if x.type.dtype.kind not in "fi" or x.type.ndim > 3:
        return
    y = s.pick([y for y in s.values if y.type.dtype == x.type.dtype and y.type.ndim <= 3])
    pairs = [
        (i, j) for i, n in enumerate(x.type.shape) for j, m in enumerate(y.type.shape) if n == m
    ]
    contract: list[tuple[int, int]] = []
    batch: list[tuple[int, int]] = []
    for i, j in [pairs[place] for place in s.random.permutation(len(pairs))]:
        if all(i != a and j != b for a, b in contract + batch):
            s.pick((contract, batch, [])).append((i, j))
    sides = [tuple(zip(*matched, strict=True)) or ((), ()) for matched in (contract, batch)]
    made = s.put("dot", x, y, contract=sides[0], batch=sides[1])
    if made.type.ndim > 4 or made.type.size > 200:
        s.put("sum", made, axes=tuple(range(made.type.ndim)))
    else:
        count = len(batch)
        rows = x.type.ndim - len(contract) - count
        rest = range(count, made.type.ndim)
        swapped = (*range(count), *rest[rows:], *rest[:rows])
        s.put("transpose", made, axes=s.pick([swapped, tuple(reversed(range(made.type.ndim)))]))


STEPS: tuple[Callable[[Scribble, Any], None], ...] = (
    *(transpose, transpose, reshape, reshape, broadcast, broadcast, flip, slice_, slice_, pad),
    *(pad_and_cut, halves, concatenate, assign, gather, reduce, reduce_twice, cast, cast),
    *(unary, unary, binary, binary, binary, both_moved, both_moved, where, dot, dot),
)
