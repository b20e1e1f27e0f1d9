"""Reductions over axes, and sums and products that run along one."""

from __future__ import annotations

import numpy as np

from tests.fuzz.forms.elementwise import MARGIN, within
from tests.fuzz.writer import Writer

SMOOTH = ("sum", "mean", "prod")
EXTREME = ("max", "min", "amax", "amin", "ptp", "nanmax")


def axis(w: Writer, rank: int, *, several: bool = True) -> str:
    """The text of an ``axis=`` argument, or nothing."""
    if not rank or w.chance(25):
        return ""
    if several and rank > 1 and w.chance(25):
        first = w.number(0, rank - 2)
        return f"axis=({first}, {w.pick((-1, rank - 1))})"
    return f"axis={w.number(0, 2 * rank - 1) - rank}"


def options(w: Writer, name: str, *, several: bool = True) -> str:
    """Axis and keepdims."""
    rank = np.ndim(w[name])
    parts = [axis(w, rank, several=several), "keepdims=True" if rank and w.chance(25) else ""]
    return ", ".join(part for part in parts if part)


def smooth(w: Writer) -> None:
    name = w.any()
    given = options(w, name)
    text = f"np.{w.pick((*SMOOTH, 'nansum', 'nanmean', 'nanprod'))}({name}, {given})"
    if isinstance(w[name], np.ndarray) and w.chance(40):
        text = f"{name}.{w.pick(SMOOTH)}({given})"
    w.let(text.replace(", )", ")"))


def extreme(w: Writer) -> None:
    """The largest or smallest, where no other comes near."""
    name = w.some(distinct)
    if name:
        w.let(f"np.{w.pick(EXTREME)}({name}, {options(w, name)})".replace(", )", ")"))


def position(w: Writer) -> None:
    """An element found by its being the largest or smallest."""
    name = w.some(lambda v: np.ndim(v) == 1 and np.size(v) and distinct(v))
    if name:
        w.let(f"{name}[np.{w.pick(('argmax', 'argmin'))}({name})]")


def spread(w: Writer) -> None:
    name = w.some(lambda v: np.size(v) > 1 and distinct(v))
    if name:
        kind = w.pick(("var", "std", "nanvar", "nanstd"))
        extra = w.pick(("", ", ddof=1", "" if "nan" in kind else ", correction=1"))
        w.let(f"np.{kind}({name}, {options(w, name)}{extra})".replace(", ,", ","))


def norm(w: Writer) -> None:
    name = w.some(lambda v: isinstance(v, np.ndarray) and v.ndim)
    if name:
        moved = within(w, name, "nonzero")
        which = w.pick(("", ", 1", ", 3")) if np.ndim(w[name]) == 1 else ""
        w.let(f"np.linalg.norm({moved}{which})")


def running(w: Writer) -> None:
    name = w.some(lambda v: isinstance(v, np.ndarray))
    if name:
        given = axis(w, np.ndim(w[name]), several=False)
        kind = w.pick(("cumsum", "cumprod", "cumsum", "ediff1d", "diff", "gradient"))
        given = "" if kind == "ediff1d" else given
        if kind == "gradient":
            given = given or f"axis={0}"
        w.let(f"np.{kind}({name}, {given})".replace(", )", ")"))


def averaged(w: Writer) -> None:
    name = w.some(lambda v: np.ndim(v) > 0)
    if name:
        other = w.some(lambda v: np.shape(v) == np.shape(w[name])) or name
        text = f"np.average({name}, weights={within(w, other, 'positive')})"
        away = bool(np.all(np.abs(w[name]) > MARGIN))
        counted = f"np.count_nonzero({name if away else f'{name} + 9.0'}) * {name}"
        w.let(w.pick((text, f"np.trapezoid({name})", counted)))


def distinct(value: object) -> bool:
    """Whether all elements are well apart."""
    ordered = np.sort(np.ravel(np.asarray(value)))
    return bool(np.all(np.diff(ordered) > MARGIN))


FORMS = (smooth, smooth, extreme, position, spread, norm, running, running, averaged)
