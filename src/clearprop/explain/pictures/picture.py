"""What a picture shows: boxes with lines of text, and arrows with partial derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["input", "operation", "output", "constant", "layer"]


@dataclass(frozen=True, slots=True)
class Box:
    """A value of the computation.

    Attributes:
        key: The name by which arrows refer to the box; no other box has it.
        lines: Lines of text. The first, in bold, is the name or the expression; the others tell
            values.
        kind: What the box stands for, which gives it its shape.
        accent: How much the box is tinted, from -1 (orange) over 0 to 1 (blue), as a sensitivity
            scaled to the largest one; NaN is red. None leaves it plain.
        tooltip: What the reader sees when pointing at the box.

    >>> Box("c", ("c = a + b", "value 3"), "operation").kind
    'operation'
    """

    key: str
    lines: tuple[str, ...]
    kind: Kind
    accent: float | None = None
    tooltip: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            kinds = ", ".join(get_args(Kind))
            raise ValueError(f"box {self.key!r} has the kind {self.kind!r}; the kinds are {kinds}")


@dataclass(frozen=True, slots=True)
class Arrow:
    """An operand's way into an operation.

    Attributes:
        source: The key of the operand's box.
        target: The key of the operation's box.
        label: The partial derivative as text.
        weight: The partial derivative as a number: its sign gives the colour and its logarithm
            the width of the line. None leaves the line plain.
        tooltip: What the reader sees when pointing at the arrow.
        highlighted: Whether the arrow is marked, as a part of a path that is talked about.

    >>> Arrow("a", "c", label="1", weight=1.0).highlighted
    False
    """

    source: str
    target: str
    label: str = ""
    weight: float | None = None
    tooltip: str = ""
    highlighted: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes, and arrows between them that form no cycle.

    Raises:
        ValueError: Two boxes have the same key, or an arrow refers to a box that is not there.

    >>> len(Picture((Box("a", ("a",), "input"),), ()).boxes)
    1
    """

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]

    def __post_init__(self) -> None:
        keys: set[str] = set()
        for box in self.boxes:
            if box.key in keys:
                raise ValueError(f"two boxes have the key {box.key!r}; give each box its own")
            keys.add(box.key)
        for arrow in self.arrows:
            for end in (arrow.source, arrow.target):
                if end not in keys:
                    raise ValueError(
                        f"the arrow {arrow.source!r} → {arrow.target!r} refers to the box {end!r}, "
                        "which is not in the picture; add the box or leave out the arrow"
                    )
