"""One derivative that was checked, and how it came out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, final

import numpy as np

from clearprop.api.check.point import written

Place = tuple[str, tuple[int, ...]]
"""An argument's name and an element's index."""
Status = Literal["ok", "kink", "unknown", "fails"]


@final
@dataclass(frozen=True, slots=True)
class ElementCheck:
    """One derivative: of one number, by one element of one argument, in one mode.

    Attributes:
        name: The argument, with its path inside containers: ``x``, ``params['w']``; of a check of
            many elements at once, ``random direction 1``.
        index: The element's index; ``()`` for a scalar.
        analytic: The derivative under test.
        numerical: The numerical one; at a kink the mean of both sides, NaN where there is none.
        error: ``|analytic − numerical|``.
        allowed: The largest error that passes: tolerance plus the numerical method's own.
        mode: ``"reverse"``, ``"forward"``, ``"given"``, or for higher orders
            ``"forward-over-reverse"`` and such.
        status: ``"ok"``; ``"kink"`` where left and right differ and the derivative is one of them
            or their mean; ``"unknown"`` where nothing can be compared; ``"fails"``.
        method: How the numerical one was found: ``"complex step"``, ``"differences"``, or
            ``"one-sided"`` where the function ends.
        output: Which output is differentiated, if there are several: ``result['y'][2]``.
        inner: For orders above one, by which argument and element it has been differentiated
            before, the first time first: ``(("x", (0,)),)``.
        note: What else is to be said, such as the derivatives on both sides of a kink.
    """

    name: str
    index: tuple[int, ...]
    analytic: float
    numerical: float
    error: float
    allowed: float
    mode: str
    status: Status = "ok"
    method: str = "differences"
    output: str = ""
    inner: tuple[Place, ...] = ()
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether the two agree; at a kink, whether it is a derivative from one side or the mean.

        >>> ElementCheck("x", (), 1.0, 1.0, 0.0, 1e-6, "reverse").ok
        True
        """
        return self.status in ("ok", "kink")

    @property
    def order(self) -> int:
        """How often it is differentiated."""
        return 1 + len(self.inner)

    @property
    def places(self) -> tuple[Place, ...]:
        """By what it is differentiated, the first time first."""
        return (*self.inner, (self.name, self.index))

    @property
    def place(self) -> str:
        """The same as it is written: ``x[0], x[1]``."""
        return ", ".join(name + written(index) for name, index in self.places)

    @property
    def title(self) -> str:
        """How the derivative is written.

        >>> ElementCheck("x", (1,), 0, 0, 0, 0, "reverse", inner=(("x", (0,)),)).title
        'd²/d x[0] d x[1]'
        """
        below = " ".join(f"d {name}{written(index)}" for name, index in self.places)
        power = str(self.order).translate(_RAISED) if self.inner else ""
        output = f" {self.output}" if self.output else ""
        return f"d{power}{output}/{below}"

    @property
    def severity(self) -> float:
        """How far over the allowed error it is, for sorting: 1 at the border, infinite for NaN."""
        if not np.isfinite(self.error):
            return np.inf if self.status == "fails" else 0.0
        return self.error / max(self.allowed, np.finfo(float).tiny)

    def describe(self, modes: str = "") -> str:
        """It as a sentence without a full stop.

        Args:
            modes: The modes of which that is said, if there are several.
        """
        start = f"{self.title}: {modes or self.mode} {self.analytic:.10g}"
        note = f"; {self.note}" if self.note else ""
        if self.status == "unknown":
            return f"{start} cannot be compared{note}"
        if self.status == "kink":
            return start + note
        return (
            f"{start}, numerical {self.numerical:.10g}, they differ by {self.error:.2e} "
            f"(allowed {self.allowed:.2e}){note}"
        )

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "argument": self.name,
            "index": list(self.index),
            "inner": [{"argument": name, "index": list(index)} for name, index in self.inner],
            "output": self.output,
            "order": self.order,
            "mode": self.mode,
            "analytic": self.analytic,
            "numerical": self.numerical,
            "error": self.error,
            "allowed": self.allowed,
            "method": self.method,
            "status": self.status,
            "ok": self.ok,
            "note": self.note,
        }


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
