"""The orders of a check, one after the other, each held against the one below."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, final

import numpy as np

from clearprop.api.check.directions import Direction, Element, Spread, at_random
from clearprop.api.check.element import Place
from clearprop.api.check.given import Given
from clearprop.api.check.modes import Composition, name
from clearprop.api.check.numerical.reference import Numbers
from clearprop.api.check.outcome import GradientCheck
from clearprop.api.check.outputs import Outputs
from clearprop.api.check.point import Point
from clearprop.api.check.rounds import DIRECTIONS, RANDOM, Found, Round, chosen, thinned
from clearprop.api.check.targets import Forward, Reverse, Slopes, Target, derived, precision
from clearprop.api.check.verdict import Limits
from clearprop.errors import ArgumentError, ClearpropError

MOST_NUMBERS: Final = 4
"""How many numbers a function may return to be differentiated twice one by one."""


@final
class Check:
    """A check that is under way.

    Args:
        point: Where.
        outputs: What the function returned there.
        limits: How exact and how complete.
        draw: For all that is drawn.
    """

    def __init__(
        self, point: Point, outputs: Outputs, limits: Limits, draw: np.random.Generator
    ) -> None:
        self.point = point
        self.outputs = outputs
        self.limits = limits
        self.draw = draw
        self.found = Found()
        self.notes: list[str] = []

    def run(self, paths: Sequence[Composition], grad: Callable[..., Any] | None) -> None:
        """Check along every composition of modes, and along all that these begin with."""
        target = self.outputs.target(self.point, self.draw)
        self._require_a_function(target)
        places, last = chosen(self.point, self.limits.most, self.draw), len(paths[0])
        self._round({(): target}, _begun(paths, 1), places, grad)
        if last > 1:
            places = thinned(places, max(int(self.limits.most ** (1 / last) + 1e-9), 1), self.draw)
        targets: dict[Composition, Target] = {(): self._few(target)}
        directions = self._directions(places)
        for order in range(2, last + 1):
            targets = {
                head: derived(targets[head[:-1]], self.point, directions, head[-1])
                for head in _begun(paths, order - 1)
            }
            self._round(targets, _begun(paths, order), places)

    def result(self) -> GradientCheck:
        """What was found."""
        found, fixed, passed = self.found, self.point.fixed, self.outputs.passed
        notes = [*self.notes]
        if fixed:
            notes.append(f"held fixed, as they are no floats: {_some(fixed)}")
        if passed:
            notes.append(f"passed over, as they are no floats: {_some(passed)}")
        empty = [leaf.name for leaf in self.point.leaves if not leaf.array.size]
        if empty:
            notes.append(f"empty, so nothing to compare: {_some(empty)}")
        return GradientCheck(
            tuple(found.elements),
            found.skipped,
            tuple(found.directions),
            tuple(notes),
            {leaf.name: leaf.array.shape for leaf in self.point.leaves},
        )

    def _round(
        self,
        targets: Mapping[Composition, Target],
        heads: Sequence[Composition],
        places: Sequence[Element],
        grad: Callable[..., Any] | None = None,
    ) -> None:
        """Compare one order: each head of modes ends in the derivative of a target."""
        order = len(heads[0])
        target = targets[max(targets, key=lambda modes: modes.count("reverse"))]
        if not target.probes:
            return
        numbers = self._numbers(target, analytic=order == 1)
        slopes = {
            name(head): self._slopes(head[-1], targets[head[:-1]], numbers, grad) for head in heads
        }
        broken = not all(np.isfinite(array).all() for array in self.outputs.arrays)
        comparison = Round(self.point, target.probes, slopes, numbers, self.limits, broken)
        comparison.compare(places, self.found)
        self.found.skipped += self.point.count**order - len(places) ** order
        if len(places) < self.point.count:
            comparison.compare_along([self._random() for _ in range(DIRECTIONS)], self.found)

    def _slopes(
        self, mode: str, target: Target, numbers: Numbers, grad: Callable[..., Any] | None
    ) -> Slopes:
        """The derivative under test."""
        if grad is not None:
            return Given(grad, target, self.point)
        if mode == "forward":
            return Forward(target, self.point)
        made = Reverse(target, self.point)
        for probe, plain, traced in zip(target.probes, numbers.base, made.values, strict=True):
            if abs(plain - traced) > 1e3 * max(made.eps, target.eps) * max(abs(plain), abs(traced)):
                what = probe.output or "the function"
                self.notes.append(
                    f"{what} is {plain:.8g} on NumPy arrays, {traced:.8g} when traced"
                )
        return made

    def _numbers(self, target: Target, analytic: bool) -> Numbers:
        """The function as plain numbers: in double precision, if it then stays the same."""
        own, wide = self.point.arrays(), self.point.arrays(np.float64)
        values = partial(target.values, self.point)
        if precision(own) <= np.finfo(np.float64).eps:
            return Numbers(values, wide, target.eps, analytic)
        narrow = values(own)
        try:
            blur = np.abs(values(wide) - narrow)
            eps = target.precision(self.point, wide)
        except (ArithmeticError, TypeError, ValueError, ClearpropError):
            blur = np.inf
        if not np.all(~(blur > 1e-3 + 1e-2 * np.abs(narrow))):
            return Numbers(values, own, target.eps, analytic)
        return Numbers(values, wide, eps, analytic, np.nan_to_num(blur) / precision(own))

    def _require_a_function(self, target: Target) -> None:
        """Raise if two calls with the same arguments give two values."""
        first, second = (target.values(self.point, self.point.arrays()) for _ in range(2))
        if not np.array_equal(first, second, equal_nan=True):
            change = np.nanmax(np.abs(first - second))
            raise ArgumentError(
                f"the function gives another value at each call; they differ by {change:.2g}",
                why="What depends on more than its arguments has no derivative by differences.",
                remedy="Draw random numbers outside of it, or from a generator made inside of it "
                "with a fixed seed.",
            )

    def _few(self, target: Target) -> Target:
        """The target with few numbers, as each of them is differentiated in many directions."""
        if len(target.probes) <= MOST_NUMBERS:
            return target
        everything = range(len(target.shapes))
        return replace(target, probes=[self.outputs.combination(everything, self.draw)])

    def _directions(self, places: Sequence[Element]) -> list[tuple[Place, Direction]]:
        """The elements by which to differentiate first, and a random direction for the others."""
        leaves = self.point.leaves
        directions: list[tuple[Place, Direction]] = [
            ((leaves[place.leaf].name, place.index), place) for place in places
        ]
        if len(places) < self.point.count:
            directions.append(((RANDOM, ()), self._random()))
        return directions

    def _random(self) -> Spread:
        return at_random(self.point.arrays(), self.draw)


def _begun(paths: Sequence[Composition], length: int) -> list[Composition]:
    """With what the compositions begin."""
    return list(dict.fromkeys(path[:length] for path in paths))


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
