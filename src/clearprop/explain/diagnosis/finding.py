"""A finding of a diagnosis: a place in the graph, and what happens there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, final

from clearprop.graph import Location

Kind = Literal["no path", "zero", "cancels", "underflow", "creates", "value", "gain"]


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """A place in the graph, and what happens there.

    Attributes:
        kind: ``"no path"``, ``"zero"`` (a partial that is 0), ``"cancels"``, ``"underflow"``,
            ``"creates"`` (NaN or ∞ comes into being), ``"value"`` (a value is NaN or ∞ already),
            or ``"gain"``.
        source: The operand, or its element; empty if the finding is about a value.
        target: The node, or its element.
        number: The partial, the value or the gain.
        because: Why, as a phrase.
        location: The user's line.
        mark: Target's place and operand slot, for the picture.
        decisive: Whether nothing else stands in the way from here to the output.
    """

    kind: Kind
    source: str
    target: str
    number: float
    because: str
    location: Location | None
    mark: tuple[int, int]
    decisive: bool = True

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        where = self.location
        return {
            "kind": self.kind,
            "from": self.source,
            "to": self.target,
            "number": self.number,
            "because": self.because,
            "file": where.file if where else None,
            "line": where.line if where else None,
        }
