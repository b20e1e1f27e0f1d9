"""Whether an analytic derivative agrees with a numerical one, given how well each is known.

No tolerance fits functions of all scales. What is allowed is made of the user's tolerance, of the
numerical derivative's own doubt and of the rounding that an analytic one cannot avoid. Where the
doubt alone is so large that an error of a per cent would pass, nothing is said to agree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, final

import numpy as np

from clearprop.api.check.element import Status
from clearprop.api.check.numerical.reference import Reference

DOUBTS: Final = 10.0
"""How many times its doubt a numerical derivative may be off."""
COARSE: Final = 5e-3
"""A doubt of more than this part of the derivative decides nothing."""
ROUNDINGS: Final = 256.0
"""By how many roundings of the argument's largest derivative an analytic one may be off."""
DEFAULTS: Final = ((1e-10, 1e-6, 1e-322), (1e-5, 1e-3, 1e-44), (1.0, 5e-2, 1e-6))
"""For rounding errors up to the first number, the relative tolerance, and what may underflow."""


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

    def at(self, size: float, eps: float) -> float:
        """What the user lets differ for derivatives of that size, in that precision.

        >>> Limits(None, 0.0, 200).at(10.0, 1.2e-7)
        0.01
        """
        _, fitting, underflow = next(row for row in DEFAULTS if eps <= row[0])
        return self.atol + (fitting if self.rtol is None else self.rtol) * size + underflow


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
        rounding = min(ROUNDINGS * self.eps, 0.05) * self.scale + 16 * self.eps * natural
        return self.limits.at(size, self.eps) + rounding

    def is_zero(self, derivative: float, natural: float) -> bool:
        """Whether that is the rounding of a zero."""
        return abs(derivative) <= 64 * self.eps * max(self.scale, natural)


@final
@dataclass(frozen=True, slots=True)
class Verdict:
    """How a comparison came out.

    Attributes:
        status: See :class:`clearprop.api.check.ElementCheck`.
        numerical: What it was compared with.
        allowed: The largest error that passes.
        method: How the numerical derivative was found.
        note: What else is to be said.
    """

    status: Status
    numerical: float
    allowed: float
    method: str
    note: str = ""


def judge(analytic: float, found: Reference, tolerance: Tolerance, order: int = 1) -> Verdict:
    """Compare one derivative with its reference.

    Args:
        analytic: The derivative under test.
        found: The numerical one.
        tolerance: What may differ.
        order: How often it is differentiated.
    """
    if found.kind in ("none", "steep"):
        status, note = _without_number(analytic, found)
        return Verdict(status, found.value, np.inf, found.method, note)
    size = max(abs(analytic) if np.isfinite(analytic) else 0.0, abs(found.value))
    allowed = tolerance.at(size, found.natural) + DOUBTS * found.doubt
    if found.kind == "kink":
        status, note = _at_kink(analytic, found, allowed, order)
        return Verdict(status, found.value, allowed, found.method, note)
    note = "one-sided, as the function ends here" if found.method == "one-sided" else ""
    if not abs(analytic - found.value) <= allowed:
        return Verdict("fails", found.value, allowed, found.method, note)
    coarse = allowed - tolerance.limits.at(size, tolerance.eps) > COARSE * size
    if coarse and found.witness is not None:
        return _by_witness(analytic, found, found.witness, tolerance)
    noisy = DOUBTS * found.doubt > max(COARSE * size, 1e-8 * tolerance.scale)
    if coarse and noisy and not tolerance.is_zero(analytic, found.natural):
        note = f"the differences are too noisy here: {found.value:.3g} ± {allowed:.1g}"
        return Verdict("unknown", found.value, allowed, found.method, note)
    return Verdict("ok", found.value, allowed, found.method, note)


def spoiled(verdict: Verdict) -> Verdict:
    """The verdict on a NaN that may come from an output that has no value: 0 · nan is nan."""
    if verdict.status != "fails":
        return verdict
    return replace(verdict, status="unknown", note="an output of the function is not finite here")


def _without_number(analytic: float, found: Reference) -> tuple[Status, str]:
    """Nothing to compare with; only where the slopes grow can an infinite derivative be right."""
    if not np.isfinite(found.at):
        return "unknown", f"the value of the function here is {found.at:g}"
    if found.kind == "none":
        return "unknown", "the function has no finite value beside it"
    slopes = [slope for slope in (found.left, found.right) if np.isfinite(slope)]
    if np.isinf(analytic) and all(np.sign(slope) == np.sign(analytic) for slope in slopes):
        return "ok", "the slopes grow without bound"
    return "unknown", "the slopes grow without bound: a jump, or upright here"


def _at_kink(analytic: float, found: Reference, allowed: float, order: int) -> tuple[Status, str]:
    """Left and right differ: either is a derivative, and so is the mean; nothing else is.

    In a higher order the choices at kinks multiply with each other, and anything between may come
    of them.
    """
    sides = f"a kink: {found.left:.6g} from the left, {found.right:.6g} from the right"
    choices = {"the left": found.left, "the right": found.right, "the mean": found.value}
    for name, choice in choices.items():
        if abs(analytic - choice) <= allowed:
            return "kink", f"{sides}; it is {name}"
    if order > 1 and (analytic - found.left) * (analytic - found.right) < 0:
        return "kink", f"{sides}; it is between"
    return "fails", f"{sides}; it is neither of them, nor the mean"


def _by_witness(analytic: float, found: Reference, witness: float, tolerance: Tolerance) -> Verdict:
    """A derivative whose effect drowns in rounding, but for complex steps."""
    size = max(abs(analytic), abs(witness))
    allowed = max(tolerance.limits.at(size, tolerance.eps), COARSE * size)
    error = abs(analytic - witness)
    vanishes = analytic == 0 and tolerance.is_zero(witness, found.natural)
    if vanishes or error <= allowed:
        return Verdict("ok", witness, max(allowed, error), "complex step")
    if found.method == "complex step" and tolerance.eps <= np.finfo(np.float64).eps:
        return Verdict("fails", witness, allowed, "complex step")  # differences confirm it
    note = f"a complex step gives {witness:.6g}, which rounding hides from differences"
    return Verdict("unknown", witness, allowed, "complex step", note)
