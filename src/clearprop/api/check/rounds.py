"""One order of a check: derivatives under test against the numerical one, place by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, final

import numpy as np

from clearprop.api.check.directions import Direction, Element, Spread, element_at
from clearprop.api.check.element import ElementCheck
from clearprop.api.check.numerical.reference import Numbers, Reference
from clearprop.api.check.point import Point
from clearprop.api.check.targets import Probe, Slopes
from clearprop.api.check.verdict import Limits, Tolerance, judge, spoiled

RANDOM: Final = "random direction"
DIRECTIONS: Final = 3
"""How many random directions stand in for the elements that are left out."""


@final
@dataclass(slots=True)
class Found:
    """What the rounds have found.

    Attributes:
        elements: The comparisons of single elements.
        directions: The comparisons of many elements at once.
        skipped: How many elements were left out.
    """

    elements: list[ElementCheck] = field(default_factory=list)
    directions: list[ElementCheck] = field(default_factory=list)
    skipped: int = 0


@final
@dataclass(frozen=True, slots=True)
class Round:
    """A comparison of several modes with one numerical derivative.

    Attributes:
        point: Where.
        probes: What is differentiated.
        slopes: The derivatives under test, by the names of their modes.
        numbers: The numerical side.
        limits: The user's tolerances.
        broken: Whether an output of the function is no finite number.
    """

    point: Point
    probes: Sequence[Probe]
    slopes: Mapping[str, Slopes]
    numbers: Numbers
    limits: Limits
    broken: bool = False

    def compare(self, places: Sequence[Element], found: Found) -> None:
        """Compare at single elements, leaf by leaf, as a leaf has one scale."""
        for leaf in range(len(self.point.leaves)):
            here = [place for place in places if place.leaf == leaf]
            references = [self.numbers.along(place) for place in here]
            values = np.array([[r.value for r in row] for row in references])
            values = np.where(np.isfinite(values), np.abs(values), 0.0)
            scales = values.max(axis=0, initial=0.0) if len(here) else []
            for place, row in zip(here, references, strict=True):
                name = self.point.leaves[leaf].name
                self._enter(found, name, place, row, scales)

    def compare_along(self, directions: Sequence[Spread], found: Found) -> None:
        """Compare along random directions; what fails is searched for its element."""
        for number, direction in enumerate(directions, 1):
            row = self.numbers.along(direction)
            scales = [abs(r.value) if np.isfinite(r.value) else 0.0 for r in row]
            first = len(found.directions)
            self._enter(found, f"{RANDOM} {number}", direction, row, scales)
            wrong = [check for check in found.directions[first:] if check.status == "fails"]
            if wrong and not any(check.status == "fails" for check in found.elements):
                element = self._located(direction, wrong[0].mode, _label(wrong[0]))
                self.compare([element] if element else [], found)

    def _enter(
        self,
        found: Found,
        name: str,
        place: Direction,
        references: Sequence[Reference],
        scales: Sequence[float],
    ) -> None:
        index = place.index if isinstance(place, Element) else ()
        for mode, slopes in self.slopes.items():
            rows = zip(self.probes, slopes.along(place), references, scales, strict=True)
            for probe, analytic, reference, scale in rows:
                tolerance = Tolerance(self.limits, max(slopes.eps, self.numbers.eps), scale)
                verdict = judge(analytic, reference, tolerance, 1 + len(probe.inner))
                if self.broken and np.isnan(analytic):
                    verdict = spoiled(verdict)
                check = ElementCheck(
                    name,
                    index,
                    analytic + 0.0,  # no -0
                    verdict.numerical + 0.0,
                    abs(analytic - verdict.numerical),
                    verdict.allowed,
                    mode,
                    verdict.status,
                    verdict.method,
                    probe.output,
                    probe.inner,
                    verdict.note,
                )
                many = isinstance(place, Spread) or (RANDOM, ()) in probe.inner
                (found.directions if many else found.elements).append(check)

    def _located(self, direction: Spread, mode: str, label: tuple[object, ...]) -> Element | None:
        """The element by which a direction fails, by halving; None if no single one does."""
        number = next(i for i, p in enumerate(self.probes) if (p.output, p.inner) == label)
        start, stop = 0, self.point.count
        while stop - start > 1:
            middle = (start + stop) // 2
            for half in ((start, middle), (middle, stop)):
                if self._fails(direction.within(*half), mode, number):
                    start, stop = half
                    break
            else:
                return None
        return element_at(start, self.point.shapes)

    def _fails(self, direction: Spread, mode: str, number: int) -> bool:
        slopes = self.slopes[mode]
        reference = self.numbers.along(direction)[number]
        tolerance = Tolerance(self.limits, max(slopes.eps, self.numbers.eps), abs(reference.value))
        analytic, order = slopes.along(direction)[number], 1 + len(self.probes[number].inner)
        if self.broken and np.isnan(analytic):
            return False
        return judge(analytic, reference, tolerance, order).status == "fails"


def chosen(point: Point, most: int, generator: np.random.Generator) -> list[Element]:
    """The elements to compare one by one: of each leaf all, or as many as ``most`` at random."""
    places = []
    for number, leaf in enumerate(point.leaves):
        size, shape = leaf.array.size, leaf.array.shape
        kept = range(size) if size <= most else sorted(generator.choice(size, most, replace=False))
        rows = (np.unravel_index(flat, shape) for flat in kept)
        places += [Element(number, tuple(int(i) for i in row)) for row in rows]
    return places


def thinned(places: Sequence[Element], most: int, generator: np.random.Generator) -> list[Element]:
    """At most so many of the elements, at random and in their order."""
    if len(places) <= most:
        return list(places)
    kept = sorted(generator.choice(len(places), most, replace=False))
    return [places[i] for i in kept]


def _label(check: ElementCheck) -> tuple[object, ...]:
    return check.output, check.inner
