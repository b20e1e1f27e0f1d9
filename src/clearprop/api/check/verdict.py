"""Whether an analytic derivative agrees with a numerical one, given how well each is known.

No tolerance fits functions of all scales. What is allowed is made of the user's tolerance, of the
numerical derivative's own doubt and of the rounding that an analytic one cannot avoid. Where the
doubt alone is so large that an error of a per cent would pass, nothing is said to agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

import numpy as np

from clearprop.api.check.element import Status
from clearprop.api.check.reference import Reference

DOUBTS: Final = 10.0
"""How many times its doubt a numerical derivative may be off."""
COARSE: Final = 1e-2
"""A doubt of more than this part of the derivative decides nothing."""
ROUNDINGS: Final = 4096.0
"""By how many roundings of the argument's largest derivative an analytic one may be off."""
DEFAULTS: Final = ((1e-10, 1e-6), (1e-5, 1e-3), (1.0, 5e-2))
"""Relative tolerances for rounding errors up to the first number of a pair."""


@final
@dataclass(frozen=True, slots=True)
class Limits:
    """How exact and how complete a check is.

    Attributes:
        rtol: Relative tolerance; None for one that fits the precision.
        atol: Absolute tolerance.
        most: How many elements of an array are compared one by one; at order n, how many n-tuples.
    """

    rtol: float | None
    atol: float
    most: int


@final
@dataclass(frozen=True, slots=True)
class Tolerance:
    """What may differ.

    Attributes:
        limits: The user's tolerances.
        eps: The relative rounding error of the numbers that are compared.
        scale: The largest derivative by the same argument, by which rounding is measured.
    """

    limits: Limits
    eps: float
    scale: float

    def at(self, size: float, natural: float) -> float:
        """What may differ for derivatives of that size, besides the numerical one's doubt."""
        relative = self.limits.rtol
        if relative is None:
            relative = next(tolerance for eps, tolerance in DEFAULTS if self.eps <= eps)
        rounding = min(ROUNDINGS * self.eps, 0.05) * self.scale + 16 * self.eps * natural
        return self.limits.atol + relative * size + rounding

    def is_zero(self, derivative: float, natural: float) -> bool:
        """Whether that is the rounding of a zero."""
        return abs(derivative) <= 64 * self.eps * max(self.scale, natural)


@final
@dataclass(frozen=True, slots=True)
class Verdict:
    """How a comparison came out.

    Attributes:
        status: See :class:`clearprop.api.check.ElementCheck`.
        allowed: The largest error that passes.
        note: What else is to be said.
    """

    status: Status
    allowed: float
    note: str = ""


def judge(analytic: float, found: Reference, tolerance: Tolerance) -> Verdict:
    """Compare one derivative with its reference."""
    if found.kind == "none":
        why = "" if np.isfinite(found.at) else f"the value of the function here is {found.at:g}"
        return Verdict("unknown", np.inf, why or "the function has no finite value beside it")
    if found.kind == "steep":
        return _steep(analytic, found)
    size = max(abs(analytic) if np.isfinite(analytic) else 0.0, abs(found.value))
    allowed = tolerance.at(size, found.natural) + DOUBTS * found.doubt
    if found.kind == "kink":
        return _kink(analytic, found, allowed)
    note = "one-sided, as the function ends here" if found.method == "one-sided" else ""
    if not abs(analytic - found.value) <= allowed:
        return Verdict("fails", allowed, note)
    coarse = DOUBTS * found.doubt > max(COARSE * size, 1e-8 * tolerance.scale)
    if not coarse or tolerance.is_zero(analytic, found.natural):
        return Verdict("ok", allowed, note)
    if found.witness is not None and abs(analytic - found.witness) <= tolerance.at(size, 0.0):
        return Verdict("ok", allowed, "too small for differences, but the complex step agrees")
    return Verdict(
        "unknown", allowed, f"the differences are too noisy here: {found.value:.3g} ± {allowed:.1g}"
    )


def _steep(analytic: float, found: Reference) -> Verdict:
    """A jump or an upright tangent: only an infinite derivative can be right."""
    slopes = [slope for slope in (found.left, found.right) if np.isfinite(slope)]
    if np.isinf(analytic) and all(np.sign(slope) == np.sign(analytic) for slope in slopes):
        return Verdict("ok", np.inf, "the slopes grow without bound")
    return Verdict("unknown", np.inf, "the slopes grow without bound: a jump, or upright here")


def _kink(analytic: float, found: Reference, allowed: float) -> Verdict:
    """Left and right differ: either is a derivative, and so is the mean; nothing else is."""
    sides = f"a kink: {found.left:.6g} from the left, {found.right:.6g} from the right"
    choices = {"the left": found.left, "the right": found.right, "the mean": found.value}
    for name, choice in choices.items():
        if abs(analytic - choice) <= allowed:
            return Verdict("kink", allowed, f"{sides}; it is {name}")
    return Verdict("fails", allowed, f"{sides}; it is neither of them, nor the mean")
