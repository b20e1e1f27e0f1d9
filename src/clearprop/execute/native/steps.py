"""What a native program is made of: loops, matrix products, and calls of the reference."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, Final, final

from clearprop.execute.native.bodies import Control
from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.execute.native.singles import Straight
from clearprop.execute.native.special import FLAG, Special
from clearprop.execute.native.terms import Term, ordered, rebuilt
from clearprop.graph import Node, Value

FOLDS: Final = {
    "sum": "add",
    "prod": "multiply",
    "max": "maximum",
    "min": "minimum",
    "any": "or",
    "all": "and",
}
"""The reductions of native code, and the operation that takes in one more element."""


@final
@dataclass(frozen=True, slots=True)
class Store:
    """A term's value, written for each element of the domain."""

    term: Term
    place: Layout


@final
@dataclass(frozen=True, slots=True)
class Fold:
    """A term's values, taken together along the folded axes.

    Attributes:
        op: How one more is taken in, from :data:`FOLDS`.
        term: What is taken together.
        place: Where the results go; of the domain's shape, with stride 0 along the folded axes.
    """

    op: str
    term: Term
    place: Layout


@final
@dataclass(slots=True)
class Loop:
    """Work done for each element of a domain.

    Attributes:
        domain: The shape that is walked over.
        folded: The axes that the folds take together.
        loads: What is read: the accesses that ``load`` terms name by their place in this list.
        stores: What is written per element.
        folds: What is taken together.
        nodes: The operations of the graph that are done here, for those who ask.
        refusals: Truth values; where one holds, the loop cannot be done and says so.
    """

    domain: tuple[int, ...]
    folded: tuple[int, ...] = ()
    loads: list[Layout] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)
    folds: list[Fold] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    refusals: list[Term] = field(default_factory=list)

    @property
    def work(self) -> int:
        """About how many operations on one number it is."""
        return prod(self.domain) * (1 + len(self.nodes))

    def reads(self) -> list[Buffer]:
        """The buffers that are read."""
        return [layout.buffer for layout in self.loads]

    def writes(self) -> list[Buffer]:
        """The buffers that are written."""
        stored = [store.place.buffer for store in self.stores]
        folded = [fold.place.buffer for fold in self.folds]
        return [*stored, *folded, *([FLAG] if self.refusals else [])]

    def without_idle_loads(self) -> Loop:
        """The same, less the loads that nothing needs."""
        terms = [*(x.term for x in self.stores), *(x.term for x in self.folds), *self.refusals]
        loads = [term for term in ordered(terms) if term.op == "load"]
        used = list(dict.fromkeys(term.payload for term in loads))
        numbers = {x: Term("load", (), x.dtype, used.index(x.payload)) for x in loads}
        again = iter(rebuilt(terms, numbers))
        return Loop(
            self.domain,
            self.folded,
            [self.loads[number] for number in used],
            [Store(next(again), store.place) for store in self.stores],
            [Fold(fold.op, next(again), fold.place) for fold in self.folds],
            self.nodes,
            list(again),
        )


@final
@dataclass(slots=True)
class Multiply:
    """A matrix product, stacked or not, and what is made of its elements at once.

    Attributes:
        product: Its shapes and strides, and its epilogue.
        a: The left operand.
        b: The right operand.
        c: Where the result goes.
        node: The operation of the graph.
        beside: What the epilogue reads, then what it writes.
        nodes: The operations that the epilogue does.
        uses_c: Whether anything is written to C: the result, or sums of a part of the depth.
    """

    product: Any
    a: Layout
    b: Layout
    c: Layout
    node: Node
    beside: Sequence[Layout] = ()
    nodes: Sequence[Node] = ()
    uses_c: bool = True

    @property
    def work(self) -> int:
        """How many multiplications it is."""
        product = self.product
        return int(product.batch * product.m * product.n * product.k)

    @property
    def read_beside(self) -> Sequence[Layout]:
        """What the epilogue reads."""
        epilogue = self.product.epilogue
        return self.beside[: len(epilogue.reads)] if epilogue is not None else ()

    @property
    def written_beside(self) -> Sequence[Layout]:
        """What the epilogue writes."""
        return self.beside[len(self.read_beside) :]

    def reads(self) -> list[Buffer]:
        """The buffers that are read."""
        return [self.a.buffer, self.b.buffer, *(x.buffer for x in self.read_beside)]

    def writes(self) -> list[Buffer]:
        """The buffers that are written."""
        own = [self.c.buffer] if self.uses_c else []
        return own + [x.buffer for x in self.written_beside]


@final
@dataclass(slots=True)
class Fallback:
    """An operation that the reference computes, by NumPy.

    Attributes:
        node: The operation.
        operands: Per operand its layout, or the value itself if it is no array.
        result: Where the result goes; None if it is no array.
        reason: Why there is no native form.
    """

    node: Node
    operands: list[Layout | Value]
    result: Layout | None
    reason: str

    def reads(self) -> list[Buffer]:
        """The buffers that are read."""
        return [x.buffer for x in self.operands if isinstance(x, Layout)]

    def writes(self) -> list[Buffer]:
        """The buffers that are written."""
        return [] if self.result is None else [self.result.buffer]


Step = Loop | Straight | Multiply | Fallback | Control | Special

Refinement = Callable[[Sequence[Step], Collection[Buffer]], list[Step]]
"""Makes better steps of steps, given the buffers that are wanted in the end."""
