"""The paths behind a derivative: how many, all of them, or the k that contribute most.

The derivative of the output by an input is the sum over all paths of the product of the partials
along each. Their number grows like 3ⁿ in n stages of three edges, so it is counted, not listed;
and the k largest contributions are found without looking at the others: each value keeps the k
best ways on to the output, merged from those of the values behind its edges. (S. E. Dreyfus, *An
appraisal of some shortest-path algorithms*, Operations Research 17 (1969), section 3.)

Zeros and infinities keep their own lists, because 0 · ∞ is not a number: order is kept under
multiplication only among finite factors. A path through a closed edge, such as the one into the
branch that a choice did not take, is 0 whatever its other factors are.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, final

from clearprop.errors import ExplainError
from clearprop.explain.numbers.costs import count_paths
from clearprop.explain.numbers.wiring import Wiring
from clearprop.explain.pictures.lettering import figure

MOST_PATHS: Final = 10_000
"""More paths than this are not listed."""


@final
@dataclass(frozen=True, slots=True)
class Path:
    """One way from an input to the output.

    Attributes:
        names: The values that it passes.
        slots: The operand slot by which it enters each of them after the first.
        factors: The partial on each edge.
        mantissa: The product, as ``mantissa · 2**exponent`` with ½ ≤ |mantissa| < 1 if it is finite
            and not 0, so that no product is too large or too small.
        exponent: See ``mantissa``.
    """

    names: tuple[str, ...]
    slots: tuple[int, ...]
    factors: tuple[float, ...]
    mantissa: float
    exponent: int

    @property
    def product(self) -> float:
        """The contribution of the path: the product of the factors; ±∞ beyond all floats."""
        try:
            return math.ldexp(self.mantissa, self.exponent)
        except OverflowError:
            return math.copysign(math.inf, self.mantissa)

    def __str__(self) -> str:
        factors = " · ".join(map(figure, self.factors)) or "1"
        return f"{' → '.join(self.names)}: {factors} = {self.product_text}"

    @property
    def product_text(self) -> str:
        """The product in six digits, even where it is no float any more."""
        product = self.product
        beyond = not product or math.isinf(product)
        if not beyond or not self.mantissa or not math.isfinite(self.mantissa):
            return figure(product)
        decimal = math.log10(abs(self.mantissa)) + self.exponent * math.log10(2)
        whole = math.floor(decimal)
        return f"{'−' * (self.mantissa < 0)}{10 ** (decimal - whole):.6g}e{whole:+d}"


@final
class PathFinder:
    """The paths of a wiring with numbers on its edges.

    Args:
        wiring: The edges.
        names: The name of each value.
        partials: The partial on each edge.
        output: Place of the output.
        closed: The edges through which nothing passes, not even ∞.
    """

    def __init__(
        self,
        wiring: Wiring,
        names: Sequence[str],
        partials: Sequence[float],
        output: int,
        closed: Collection[int] = (),
    ) -> None:
        self.wiring = wiring
        self.names = names
        self.partials = partials
        self.output = output
        self.closed = frozenset(closed)
        self.counts, _ = count_paths(wiring, output)

    def all(self, sources: Sequence[int]) -> list[Path]:
        """Every path from the sources to the output, in the order of the graph.

        Raises:
            ExplainError: If there are more than :data:`MOST_PATHS`.
        """
        total = sum(self.counts[source] for source in sources)
        if total > MOST_PATHS:
            raise ExplainError(
                f"there are {counted(total)} paths, too many to list",
                why=f"At most {MOST_PATHS:,} are listed; each path is a product of its own.",
                remedy="Ask for the k that contribute most, with paths(k).",
            )
        return [self._path(source, way) for source in sources for way in self._ways(source)]

    def top(self, sources: Sequence[int], k: int) -> list[Path]:
        """The k paths whose product has the largest magnitude, NaN first; at ties in graph order.

        Raises:
            ExplainError: If k is not positive.
        """
        if k < 1:
            raise ExplainError(f"the top {k} paths", remedy="Ask for one at least.")
        best = _Best(self, k)
        found = [
            (rank, (-way.exponent, -way.mantissa), order, source, place)
            for order, source in enumerate(sources)
            for rank in _RANKS
            for place, way in enumerate(best.ways[source].get(rank, ()))
        ]
        found.sort()
        return [
            self._path(source, best.edges(source, rank, place))
            for rank, _, _, source, place in found[:k]
        ]

    def _ways(self, source: int) -> Iterator[list[int]]:
        """The edges of every path from the source, depth first."""
        way: list[int] = []
        if source == self.output:
            yield way
            return
        open_ = [iter(self._useful(source))]
        while open_:
            edge = next(open_[-1], None)
            if edge is None:
                open_.pop()
                if way:
                    way.pop()
                continue
            way.append(edge)
            target = self.wiring.wires[edge].target
            if target == self.output:
                yield way.copy()
                way.pop()
            else:
                open_.append(iter(self._useful(target)))

    def _useful(self, place: int) -> list[int]:
        """The edges that leave a value and lead to the output."""
        wires = self.wiring.wires
        return [edge for edge in self.wiring.leaving[place] if self.counts[wires[edge].target]]

    def _path(self, source: int, way: Sequence[int]) -> Path:
        wires = [self.wiring.wires[edge] for edge in way]
        factors = [float(self.partials[edge]) for edge in way]
        mantissa, exponent = 1.0, 0
        for factor in reversed(factors):
            mantissa, exponent = _times(factor, mantissa, exponent)
        if not self.closed.isdisjoint(way):
            mantissa = 0.0
        names = (self.names[source], *(self.names[wire.target] for wire in wires))
        slots = tuple(wire.slot for wire in wires)
        return Path(names, slots, tuple(factors), mantissa, exponent)


_NAN, _INFINITE, _FINITE, _ZERO, _CLOSED = _RANKS = range(5)


@final
@dataclass(frozen=True, slots=True)
class _Way:
    """A way on to the output: its first edge, then the way at a place of the target's list."""

    exponent: int
    mantissa: float
    edge: int
    rank: int
    place: int


@final
class _Best:
    """For each value and rank the k best ways to the output."""

    def __init__(self, finder: PathFinder, k: int) -> None:
        self.finder = finder
        self.k = k
        self.ways: list[dict[int, list[_Way]]] = [{} for _ in finder.counts]
        self.ways[finder.output] = {_FINITE: [_Way(1, 0.5, -1, _FINITE, 0)]}
        for place in reversed(range(finder.output)):
            if finder.counts[place]:
                self.ways[place] = self._merged(place)

    def edges(self, source: int, rank: int, place: int) -> list[int]:
        """The edges of one of the ways of a value."""
        found = []
        way = self.ways[source][rank][place]
        while way.edge >= 0:
            found.append(way.edge)
            target = self.finder.wiring.wires[way.edge].target
            way = self.ways[target][way.rank][way.place]
        return found

    def _merged(self, value: int) -> dict[int, list[_Way]]:
        """The k best of each rank over all edges that leave the value."""
        wires, partials = self.finder.wiring.wires, self.finder.partials
        streams: dict[int, list[tuple[int, int]]] = {}
        for edge in self.finder.wiring.leaving[value]:
            for behind in self.ways[wires[edge].target]:
                rank = _CLOSED if edge in self.finder.closed else _rank(partials[edge])
                rank = _combined(rank, behind)
                streams.setdefault(rank, []).append((edge, behind))
        merged = {}
        for rank, parts in streams.items():
            heap = [self._entry(rank, order, *part, 0) for order, part in enumerate(parts)]
            heapq.heapify(heap)
            kept: list[_Way] = []
            while heap and len(kept) < self.k:
                exponent, mantissa, order, place = heap[0]
                edge, behind = parts[order]
                kept.append(_Way(-exponent, -mantissa, edge, behind, place))
                if place + 1 < len(self.ways[wires[edge].target][behind]):
                    heapq.heapreplace(heap, self._entry(rank, order, edge, behind, place + 1))
                else:
                    heapq.heappop(heap)
            merged[rank] = kept
        return merged

    def _entry(
        self, rank: int, order: int, edge: int, behind: int, place: int
    ) -> tuple[int, float, int, int]:
        """What the heap compares: the negative magnitude, then the order of the edges."""
        if rank != _FINITE:
            return -1, -0.5, order, place
        way = self.ways[self.finder.wiring.wires[edge].target][behind][place]
        factor = abs(float(self.finder.partials[edge]))
        mantissa, exponent = _times(factor, way.mantissa, way.exponent)
        return -exponent, -mantissa, order, place


def _rank(factor: float) -> int:
    if math.isnan(factor):
        return _NAN
    if math.isinf(factor):
        return _INFINITE
    return _FINITE if factor else _ZERO


def _combined(factor: int, behind: int) -> int:
    """The rank of a product."""
    if _CLOSED in (factor, behind):
        return _CLOSED
    if _NAN in (factor, behind) or {factor, behind} == {_ZERO, _INFINITE}:
        return _NAN
    return _INFINITE if _INFINITE in (factor, behind) else max(factor, behind)


def _times(factor: float, mantissa: float, exponent: int) -> tuple[float, int]:
    """A product that cannot overflow."""
    own, power = math.frexp(factor)
    product, more = math.frexp(own * mantissa)
    return product, exponent + power + more


def counted(number: int) -> str:
    """A number of paths in words of readable length.

    >>> counted(81), counted(3**300)
    ('81', '1.3689e+143')
    """
    if number < 10**15:
        return f"{number:,}"
    mantissa, exponent = f"{Decimal(number):.4e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{exponent}"
