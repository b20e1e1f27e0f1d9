"""Make ``docs/benchmarks.md`` and its plots from ``benchmarks/results/compiled.json``.

``make bench`` writes that file and then runs this. Times are medians of processor time where there
is one core, of the clock on the wall where there are several.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.compiled.cases import CASES
from clearprop.train.scale import Scale

ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = ROOT / "benchmarks" / "results" / "compiled.json"
PAGE: Final = ROOT / "docs" / "benchmarks.md"
PLOTS: Final = ROOT / "docs" / "_static"

OURS: Final = "clearprop"
FUNCTION: Final = "clearprop: the function alone"
BLAS: Final = "BLAS calls alone"
COLUMNS: Final = ("case", "clearprop", "fastest other", "ratio", "bars, and what was reached")
COLOURS: Final = {
    OURS: "#1668b8",
    "jax": "#c2571a",
    "torch eager": "#b0367e",
    "torch.compile": "#7a4fb5",
    "NumPy by hand": "#3b7d3a",
    "Python by hand": "#3b7d3a",
    BLAS: "#8a6d00",
    "autograd": "#00797d",
    "casadi": "#5a6672",
    "micrograd": "#a33636",
    "scikit-learn": "#6b8e00",
}

HEAD: Final = """\
# Benchmarks of compiled code

What `cp.compile` makes of a function, against other libraries doing the same thing. `make bench`
repeats all of it, and makes this page from what it finds (`scripts/benchmarks_page.py`).

- Each case is one process in which all contenders take turns, in bursts of a few milliseconds;
  every time is a median. Before anything is timed, each contender's answer is compared with a
  reference.
- {clock}
- Everybody runs in the best form that we know of: JAX under `jit`, training as `lax.scan` over the
  epoch, arguments on its device; PyTorch eager and with `torch.compile` over forward, backward and
  step; Adam fused in PyTorch. The code of each case is short and lies in
  `benchmarks/compiled/cases/`.
- A ratio is clearprop's time over the other's: below 1, clearprop is faster. The *bars* are what we
  set out to reach; where one was missed, the table says so. *BLAS calls alone* are the matrix
  products of a training step by OpenBLAS, and nothing else.

- micrograd runs with Python's garbage collection on, as it comes. Most of its time is spent there:
  without it, a step takes it about a tenth.

Measured on {processor}, {cores} cores, Python {python}, {date}. {load}
"""

ONE_CORE: Final = """\
All are pinned to one core and have one thread. The time is the processor's, which does not run
  while other processes have the core."""


def main() -> None:
    """Write the page and its plots."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS)
    whole = json.loads(parser.parse_args().results.read_text(encoding="utf-8"))
    cases = {name: case for name, case in whole["one"].items() if "contenders" in case}
    PAGE.write_text(page(whole, cases), encoding="utf-8")
    for name, drawing in (("times", times_plot(cases)), ("starts", starts_plot(cases))):
        (PLOTS / f"benchmarks-{name}.svg").write_text(drawing, encoding="utf-8")


def page(whole: Mapping[str, Any], cases: Mapping[str, Any]) -> str:
    """The page's text."""
    busy = max((case.get("load", 0) for case in cases.values()), default=0)
    cores = whole["machine"]["cores"]
    load = f"Other processes kept the machine busy meanwhile: its load went up to {busy:g}."
    parts = [
        HEAD.format(clock=ONE_CORE, load=load if busy > cores else "", **whole["machine"]),
        *(f"\n{note}\n" for note in notes(whole, cases)),
        "\n## Times\n\n",
        *table(
            COLUMNS,
            (time_row(case, "cpu") for case in cases.values()),
        ),
        "\n![Times of all contenders relative to clearprop's](_static/benchmarks-times.svg)\n",
        "\n## Until a function is ready\n\n",
        "With all imported and each back-end started: `prepare` by clearprop with an empty cache\n"
        "and with the cache of an earlier process, and JAX's first call, which computes, too.\n"
        "The bars: at most 0.5 of JAX's time cold, 0.15 warm.\n\n",
        *table(("case", "cold", "warm", "JAX", "cold / JAX", "warm / JAX"), start_rows(cases)),
        "\n![Time until a function is ready](_static/benchmarks-starts.svg)\n",
        "\n## What a gradient costs\n\n",
        "The time of the gradient (of training: a step) over that of the function alone. The\n"
        "bars: at most 4, and 2.5 for the median case.\n\n",
        *gradient_table(cases),
    ]
    everyone = {name: case for name, case in whole["all"].items() if "contenders" in case}
    if everyone:
        parts += [
            "\n## With all cores\n\nBy the clock on the wall.\n\n",
            *table(
                COLUMNS,
                (time_row(case, "wall") for case in everyone.values()),
            ),
        ]
    parts.append("\n## All figures\n")
    for case in cases.values():
        parts += [f"\n{case['title']}, for each {case['unit']}:\n\n", *every_figure(case)]
    return "".join(parts)


def notes(whole: Mapping[str, Any], cases: Mapping[str, Any]) -> Iterator[str]:
    """What a reader has to know of how the file of results came about."""
    if "note" in whole:
        yield whole["note"]
    missing = [name for name in CASES if name not in cases]
    if missing:
        yield f"Without figures, since it was not timed or did not end: {', '.join(missing)}."
    unstarted = [name for name, case in cases.items() if "start" not in case]
    if unstarted:
        yield f"Its start was not timed: {', '.join(unstarted)}."
    rounds = {case["start"].get("rounds", 1) for case in cases.values() if "start" in case}
    if 1 in rounds:
        yield "Starts that were timed once only are no medians."


def table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[str]:
    """A table's lines."""
    yield f"| {' | '.join(head)} |\n|{' --- |' * len(head)}\n"
    for row in rows:
        yield f"| {' | '.join(row)} |\n"


def times_of(case: Mapping[str, Any], clock: str) -> dict[str, float]:
    """Seconds for one unit of each contender that was timed."""
    found = {name: each[clock] for name, each in case["contenders"].items()}
    return {name: time / case["count"] for name, time in found.items() if time is not None}


def time_row(case: Mapping[str, Any], clock: str) -> Sequence[str]:
    """A case: clearprop's time, that of the fastest other, and whether the bars are met."""
    times = times_of(case, clock)
    ours = times.get(OURS)
    others = {name: time for name, time in times.items() if name not in (OURS, FUNCTION, BLAS)}
    best = min(others, key=others.__getitem__) if others else ""
    return (
        case["title"],
        f"{write(ours)} per {case['unit']}" if ours else "fails",
        f"{best}: {write(others[best])}" if best else "",
        f"{ours / others[best]:.2g}" if best and ours else "",
        "; ".join(_bar(bar, times) for bar in case["bars"]),
    )


def _bar(bar: Mapping[str, Any], times: Mapping[str, float]) -> str:
    """What was to be reached, and what was."""
    rivals = [times[name] for name in bar["against"] if name in times]
    missed = "" if OURS in times else ", **missed**"
    if not bar["against"]:
        reached = times.get(OURS, 0.0) <= bar["most"]
        return f"≤ {write(bar['most'])}{missed if reached else ', **missed**'}"
    whom = "the BLAS calls" if BLAS in bar["against"] else ", ".join(bar["against"])
    text = f"≤ {bar['most']:.2g} of {whom}"
    if not rivals or OURS not in times:
        return text + missed
    ratio = times[OURS] / min(rivals)
    return f"{text}: {ratio:.2g}{'' if ratio <= bar['most'] else ', **missed**'}"


def start_rows(cases: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    """A row for each case whose start was timed."""
    for case in cases.values():
        if "start" in case:
            cold, warm, jax = (case["start"][kind] for kind in ("cold", "warm", "jax"))
            ratios = [f"{own / jax:.2g}" if own and jax else "" for own in (cold, warm)]
            yield (
                case["title"],
                *(write(each) if each else "" for each in (cold, warm, jax)),
                *ratios,
            )


def gradient_table(cases: Mapping[str, Any]) -> Iterator[str]:
    """A table with a row for each case that has a function alone, and the median."""
    ratios = {}
    for case in cases.values():
        times = times_of(case, "cpu")
        if OURS in times and FUNCTION in times:
            ratios[case["title"]] = times[OURS] / times[FUNCTION]
    rows = [(title, f"{ratio:.2f}") for title, ratio in ratios.items()]
    if rows:
        rows.append(("the median", f"{median(ratios.values()):.2f}"))
    yield from table(("case", "gradient / function"), iter(rows))


def every_figure(case: Mapping[str, Any]) -> Iterator[str]:
    """All contenders of a case."""
    times, walls = times_of(case, "cpu"), times_of(case, "wall")
    rows = []
    for name, each in case["contenders"].items():
        if name in times:
            ratio = f"{times[OURS] / times[name]:.2g}" if OURS in times else ""
            rows.append((name, write(times[name]), write(walls[name]), ratio))
        else:
            rows.append((name, "fails", escape(each["error"].strip().splitlines()[-1][:80]), ""))
    return table(("who", "processor time", "on the wall", "clearprop / it"), iter(rows))


def write(seconds: float) -> str:
    """A time in three digits.

    >>> write(1.234e-7), write(0.0567), write(12.3)
    ('123 ns', '56.7 ms', '12.3 s')
    """
    sizes = {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}
    unit = next((u for u, size in sizes.items() if seconds >= 0.9995 * size), "ns")
    size = sizes[unit]
    return f"{seconds / size:.3g} {unit}" if seconds < 999.5 * size else f"{seconds:,.0f} s"


STYLE: Final = """\
text { font: 12px 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif; fill: #4a525b; }
.rule { stroke: #8b949e; stroke-opacity: .35; } .even { stroke: #1668b8; stroke-width: 1.5; }
circle { stroke: #ffffff; stroke-width: 1; }
@media (prefers-color-scheme: dark) { text { fill: #c3cad2; } circle { stroke: #131416; } }
"""
LABELS, WIDTH, ROW = 390, 940, 24


def times_plot(cases: Mapping[str, Any]) -> str:
    """A row for each case, a dot for each contender: how many times clearprop's time it takes."""
    rows = {}
    for case in cases.values():
        times = times_of(case, "cpu")
        if OURS in times:
            others = {k: v / times[OURS] for k, v in times.items() if k in COLOURS and k != OURS}
            rows[case["title"]] = others
    return dots(rows, "times clearprop's time (logarithmic)", "{:.3g} times")


def starts_plot(cases: Mapping[str, Any]) -> str:
    """A row for each case: clearprop's start, cold and warm, relative to JAX's."""
    names = {"cold": "clearprop", "warm": "casadi"}
    rows = {}
    for case in cases.values():
        start = case.get("start", {})
        if start.get("jax"):
            found = {names[k]: start[k] / start["jax"] for k in names if start[k]}
            rows[case["title"]] = found
    legend = {"clearprop": "empty cache", "casadi": "warm cache"}
    return dots(rows, "of JAX's first call (logarithmic)", "{:.2g}", legend)


def dots(
    rows: Mapping[str, Mapping[str, float]],
    axis: str,
    tip: str,
    legend: Mapping[str, str] | None = None,
) -> str:
    """Dots on a common logarithmic scale, one row for each name; a line at 1."""
    values = [value for row in rows.values() for value in row.values()] or [1.0]
    height = 64 + ROW * len(rows) + 24
    scale = Scale(min(*values, 0.8) / 1.3, max(*values, 1.5) * 1.3, LABELS, WIDTH - 20, log=True)
    foot = 40 + ROW * len(rows)
    parts = []
    for tick in scale.ticks():
        x = scale(tick)
        parts.append(f'<line class="rule" x1="{x}" x2="{x}" y1="32" y2="{foot}"/>')
        parts.append(f'<text x="{x}" y="{foot + 16}" text-anchor="middle">{tick:,.10g}</text>')
    parts.append(f'<line class="even" x1="{scale(1)}" x2="{scale(1)}" y1="32" y2="{foot}"/>')
    middle = (LABELS + WIDTH) / 2
    parts.append(f'<text x="{middle}" y="{foot + 36}" text-anchor="middle">{axis}</text>')
    for place, (title, row) in enumerate(rows.items()):
        y = 48 + ROW * place
        parts.append(
            f'<text x="{LABELS - 12}" y="{y + 4}" text-anchor="end">{escape(title)}</text>'
        )
        for who, value in row.items():
            named = escape(f"{(legend or {}).get(who, who)}: {tip.format(value)}")
            parts.append(
                f'<circle cx="{scale(value)}" cy="{y}" r="5" fill="{COLOURS[who]}">'
                f"<title>{named}</title></circle>"
            )
    parts += _legend(list(dict.fromkeys(who for row in rows.values() for who in row)), legend or {})
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img"><title>{escape(axis)}</title>'
        f"<style>{STYLE}</style>{''.join(parts)}</svg>\n"
    )


def _legend(names: Sequence[str], shown: Mapping[str, str]) -> Iterator[str]:
    """The contenders and their colours, along the upper edge."""
    x = 12.0
    for name in names:
        text = shown.get(name, name)
        yield f'<circle cx="{x}" cy="14" r="5" fill="{COLOURS[name]}"/>'
        yield f'<text x="{x + 9}" y="18">{escape(text)}</text>'
        x += 22 + 6.1 * len(text)


if __name__ == "__main__":
    main()
