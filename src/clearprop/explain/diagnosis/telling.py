"""Findings in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from clearprop.explain.diagnosis.finding import Finding
from clearprop.explain.functions.tables import place
from clearprop.explain.numbers.paths import counted
from clearprop.explain.pictures.lettering import figure
from clearprop.graph import Guard, Location, location_of

_MOST: Final = 3  # findings that are told in words


def line(location: Location | None) -> str:
    """`` (model.py:12: y = x)``; nothing if there is no line.

    >>> line(Location("folder/model.py", 12, "f", "y = x")), line(None)
    (' (model.py:12: y = x)', '')
    """
    if location is None:
        return ""
    source = f": {location.source}" if location.source else ""
    return f" ({place(location)}{source})"


def no_path(findings: Sequence[Finding], element: str, output: str) -> str:
    """Where the paths end."""
    ends = _listed(
        f"{_edge(found)}{line(found.location)}, because {found.because}" for found in findings
    )
    return f"no path leads from {element} to {output}. It ends at {ends}."


def unused(element: str, output: str, guards: Iterable[Guard]) -> str:
    """The output is not computed from the element; perhaps it would be in another branch."""
    looked = list(dict.fromkeys((_source(guard), guard.outcome) for guard in guards))
    story = f"{output} is not computed from {element}."
    if looked:
        ways = _listed(f"{source} gave {outcome}" for source, outcome in looked)
        story += f" The Python code looked at the numbers and chose this branch: {ways}."
    return story


def zero(findings: Sequence[Finding], element: str) -> str:
    """Where the effect is lost."""
    decisive = [found for found in findings if found.decisive]
    told = decisive or list(findings)
    if not told:
        return f"all contributions of {element} add up to 0."
    story = f"{_listed(map(_loss, told))}."
    if len(told) == 1 and decisive:
        return f"{story} Nothing else stands between {element} and the output."
    if not decisive:
        story += " Beyond that the way is closed once more."
    return story


def not_finite(findings: Sequence[Finding]) -> str:
    """Where NaN or ∞ comes from: the first cause, then what it meets on the way."""
    if not findings:
        return "the contributions overflow when they are added."
    first, *rest = findings
    story = f"it comes from {_origin(first)}."
    spoiled = [found for found in rest if found.kind != "value"]
    if spoiled:
        story += f" On the way back it goes through {_listed(map(_origin, spoiled))}."
    return story


def size(findings: Sequence[Finding], verdict: str, count: int) -> str:
    """Which edges make it large or small."""
    cancelled = [found for found in findings if found.kind == "cancels"]
    if cancelled:
        return f"{_listed(map(_loss, cancelled))}, but for rounding."
    gains = [found for found in findings if found.kind == "gain"]
    told = [found for found in gains if found.number not in (0, 1)]
    told.sort(key=lambda found: found.number, reverse=verdict != "tiny")
    heaviest = math.prod(found.number for found in gains)
    many = f"it is the sum over {counted(count)} paths; " if count > 1 else ""
    if not told:
        return f"{many}every edge on the heaviest one has the gain 1."
    if verdict == "ordinary":
        many = f"nothing is unusual; {many}"
    edges = " and ".join(
        f"{figure(found.number)} at {found.source} → {found.target}{line(found.location)}"
        for found in told[:_MOST]
    )
    return f"{many}the heaviest path multiplies by {edges}; in all by {figure(heaviest, 4)}."


def others(count: int, verdict: str) -> str:
    """How many other elements of the gradient are the same."""
    if not count or verdict == "ordinary":
        return ""
    words = {"no path": "zero as well", "nan": "NaN as well", "zero": "zero as well"}
    more = "element of the gradient is" if count == 1 else "elements of the gradient are"
    return f" {count:,} more {more} {words.get(verdict, f'{verdict} as well')}."


def _loss(found: Finding) -> str:
    where = line(found.location)
    if found.kind == "cancels":
        return f"at {found.target} {found.because}{where}"
    if found.kind == "underflow":
        return f"on {_edge(found)}{where} {found.because}"
    return f"{_edge(found)} has the partial 0{where}, because {found.because}"


def _origin(found: Finding) -> str:
    where = line(found.location)
    if found.kind == "value":
        return f"{found.target}{where}: {found.because}"
    return f"{_edge(found)}{where}: {found.because}"


def _edge(found: Finding) -> str:
    return f"the edge {found.source} → {found.target}"


def _source(guard: Guard) -> str:
    location = location_of(guard.provenance)
    return "a condition" if location is None else f"`{location.source}` ({place(location)})"


def _listed(parts: Iterable[str]) -> str:
    """The first few, each once, and how many more there are."""
    words = list(dict.fromkeys(parts))
    shown = "; ".join(words[:_MOST])
    return shown if len(words) <= _MOST else f"{shown}; and at {len(words) - _MOST:,} more"
