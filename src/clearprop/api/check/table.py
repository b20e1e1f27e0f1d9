"""A gradient check as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from clearprop.api.check.element import ElementCheck

if TYPE_CHECKING:
    from clearprop.api.check.outcome import GradientCheck

TOLD: Final = 5
"""How many failures are told one by one, and how many kinks and unknowns."""
HEADS: Final = ("derivative by", "mode", "number", "worst error", "allowed", "found by", "")


def table(check: GradientCheck) -> str:
    """A line per argument and mode, and under it what needs a word."""
    shown = rows(check)
    widths = [max(len(row[i]) for row in shown) for i in range(len(HEADS))]
    padded = [[c.ljust(w) for c, w in zip(row, widths, strict=True)] for row in shown]
    return "\n".join(["  ".join(row).rstrip() for row in padded] + list(remarks(check)))


def rows(check: GradientCheck) -> list[tuple[str, ...]]:
    """The heads, and the cells of a line per argument and mode."""
    groups: dict[str, dict[str, list[ElementCheck]]] = {}
    for element in check.checks:
        modes = groups.setdefault(_group(element), {})
        modes.setdefault(element.mode, []).append(element)
    lines = [_row(group, *pair) for group, modes in groups.items() for pair in modes.items()]
    return [HEADS, *lines]


def verdict(check: GradientCheck) -> str:
    """All of it in one line."""
    agree, count = sum(e.ok for e in check.elements), len(check.elements)
    parts = [f"{agree} of {count} derivatives agree"]
    if check.unknown:
        parts.append(f"{len(check.unknown)} cannot be compared")
    if wrong := sum(e.status == "fails" for e in check.directions):
        parts.append(f"{wrong} of {len(check.directions)} along random directions fail")
    return f"{'ok' if check.ok else 'FAILED'}: {', '.join(parts)}"


def remarks(check: GradientCheck) -> Iterable[str]:
    """What needs a word: failures, the worst first, kinks, what could not be compared, notes."""
    for checks in (check.failures, check.kinks, check.unknown):
        told = sentences(checks)
        yield from told[:TOLD]
        if len(told) > TOLD:
            yield f"… and {len(told) - TOLD} more like these"
    if check.skipped:
        yield f"({check.skipped} more elements were not compared one by one: max_elements)"
    yield from (f"({note})" for note in check.notes)


def sentences(checks: Iterable[ElementCheck]) -> list[str]:
    """Each derivative as a sentence without a full stop; modes that say the same share one."""
    groups: dict[tuple[str, str], list[ElementCheck]] = {}
    for check in checks:
        key = check.title, f"{check.analytic:.6g}"
        groups.setdefault(key, []).append(check)
    return [
        members[0].describe(_listed([member.mode for member in members]))
        for members in groups.values()
    ]


def _listed(modes: Sequence[str]) -> str:
    return ", ".join(modes) if len(modes) < 3 else f"{modes[0]} and {len(modes) - 1} other modes"


def worst(checks: Iterable[ElementCheck]) -> ElementCheck:
    """The one that comes nearest to failing, or fails most."""
    return max(checks, key=lambda e: (e.status == "fails", e.severity))


def summary(checks: Sequence[ElementCheck]) -> str:
    """The statuses in words.

    >>> summary([ElementCheck("x", (), 0, 0, 0, 0, "reverse", status="kink")])
    'ok, 1 kink'
    """
    counts = {status: sum(e.status == status for e in checks) for status in _WORDS}
    first = "ok" if not counts["fails"] and any(e.ok for e in checks) else ""
    words = [first, *(f"{n} {_WORDS[status]}" for status, n in counts.items() if n)]
    return ", ".join(word for word in words if word)


_WORDS: Final = {"fails": "FAILS", "kink": "kink", "unknown": "unknown"}


def _group(element: ElementCheck) -> str:
    """The array that an element belongs to, and those of the inner derivatives."""
    return ", ".join(name for name, _ in element.places)


def _row(name: str, mode: str, members: Sequence[ElementCheck]) -> tuple[str, ...]:
    most = worst(members)
    methods = list(dict.fromkeys(member.method for member in members))
    return (
        name,
        mode,
        str(len(members)),
        f"{most.error:.2e}",
        f"{most.allowed:.2e}",
        " + ".join(methods),
        summary(members),
    )
