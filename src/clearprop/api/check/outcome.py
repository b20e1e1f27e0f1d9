"""What :func:`clearprop.check_grads` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, final

from clearprop.api.check.element import ElementCheck
from clearprop.api.check.pictures.picture import fragment
from clearprop.api.check.table import remarks, sentences, table, verdict
from clearprop.errors import CheckError


@final
@dataclass(frozen=True, slots=True, repr=False)
class GradientCheck:
    """The outcome of :func:`check_grads`: true if everything that could be compared agrees.

    A notebook shows it as a picture: every derivative against its numerical value, and the error
    over the elements of every argument.

    Attributes:
        elements: Every element that was compared, in every mode.
        skipped: How many elements were left out, as there were more than ``max_elements``.
        directions: What was compared along random directions instead.
        notes: What else is to be known: what was held fixed, what was empty.
        shapes: The shape of each array that was differentiated by.
    """

    elements: tuple[ElementCheck, ...]
    skipped: int = 0
    directions: tuple[ElementCheck, ...] = ()
    notes: tuple[str, ...] = ()
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict, compare=False)

    @property
    def checks(self) -> tuple[ElementCheck, ...]:
        """The elements and the directions."""
        return self.elements + self.directions

    @property
    def ok(self) -> bool:
        """Whether nothing fails, and something could be compared if there was anything."""
        return not self.failures and (any(e.ok for e in self.checks) or not self.checks)

    @property
    def failures(self) -> tuple[ElementCheck, ...]:
        """What disagrees: single elements first, and of them the worst for what is allowed."""
        bad = [check for check in self.checks if check.status == "fails"]
        return tuple(sorted(bad, key=lambda e: (e in self.directions, -e.severity)))

    @property
    def kinks(self) -> tuple[ElementCheck, ...]:
        """Where left and right differ, and the derivative is one of them or their mean."""
        return tuple(check for check in self.checks if check.status == "kink")

    @property
    def unknown(self) -> tuple[ElementCheck, ...]:
        """Where nothing could be compared; each says why in its ``note``."""
        return tuple(check for check in self.checks if check.status == "unknown")

    @property
    def remarks(self) -> tuple[str, ...]:
        """What needs a word, a line each: failures, kinks, what could not be compared, notes."""
        return tuple(remarks(self))

    def text(self) -> str:
        """A table with a line per argument and mode, and under it what needs a word."""
        return table(self)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "ok": self.ok,
            "skipped": self.skipped,
            "notes": list(self.notes),
            "elements": [check.to_dict() for check in self.elements],
            "directions": [check.to_dict() for check in self.directions],
        }

    def error(self) -> CheckError:
        """The error to raise if it is not :attr:`ok`."""
        wrong = [check for check in self.elements if check.status == "fails"]
        if self.failures:
            where = f"at {len(wrong)} of {len(self.elements)} elements"
            if not wrong:
                where = f"along {len(self.failures)} of {len(self.directions)} random directions"
            return CheckError(
                f"the gradient check failed {where}: " + "; ".join(sentences(self.failures)[:3]),
                why="The numerical derivative is a complex step or an extrapolated difference.",
                remedy="Print the result of raises=False for all of them; cp.why(f, x) shows the "
                "edges.",
            )
        return CheckError(
            "the gradient check could not compare anything: "
            + "; ".join(sentences(self.unknown)[:3]),
            remedy="Check at a point where the function has a value on both sides.",
        )

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        return f"GradientCheck({verdict(self)})"

    def _repr_html_(self) -> str:
        return fragment(self)
