"""Cases and contenders: held to one answer first, then timed in turn in one process.

Other processes may share the machine, so the contenders take turns in short bursts, every round in
another order, and medians are compared. Each burst is timed by the clock on the wall and by that of
the processor, which does not run while other processes have the core.
"""

from __future__ import annotations

import gc
import os
import statistics
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import optree

BURST = 3e-3
"""Seconds that a burst of calls takes at least."""

REST = 0.05
"""Seconds between bursts on several cores: by then the last contender's threads no longer spin."""

OURS = "clearprop"
FUNCTION = "clearprop: the function alone"


def leaves(result: Any) -> list[np.ndarray]:
    """The arrays of a result, for comparison."""
    return [np.asarray(leaf) for leaf in optree.tree_leaves(result)]


@dataclass(frozen=True)
class Work:
    """What a contender does.

    Attributes:
        run: Does it once, and waits for the result.
        numbers: The result as arrays, in the order of the reference's (of which it may have the
            first alone); None if it does another thing, or is checked by its own maker.
        first: What makes it ready to run; by default a first run.
        explain: Says how it is run.
    """

    run: Callable[[], Any]
    numbers: Callable[[Any], Sequence[np.ndarray]] | None = leaves
    first: Callable[[], Any] | None = None
    explain: Callable[[], str] = lambda: ""


@dataclass(frozen=True)
class Bar:
    """What ours must reach.

    Attributes:
        most: The largest ratio to the best of those; where there are none, seconds.
        against: Whom ours is compared with; the fastest counts.
    """

    most: float
    against: tuple[str, ...] = ("jax",)


@dataclass(frozen=True)
class Case:
    """One thing to do, and who does it.

    Attributes:
        name: In a word, for files and the command line.
        title: In a line, for the page.
        unit: What a figure is the time of, such as "step".
        count: How many of those one run does.
        reference: Makes the right answer.
        contenders: Who does it; each makes its :class:`Work`.
        bars: What ours must reach.
        rtol: How far an answer may be off, relative to the largest number of an array.
        seconds: How long all of the timing may take.
    """

    name: str
    title: str
    unit: str
    count: int
    reference: Callable[[], Sequence[np.ndarray]]
    contenders: Mapping[str, Callable[[], Work]]
    bars: tuple[Bar, ...] = (Bar(1.0),)
    rtol: float = 1e-9
    seconds: float = 12.0


@dataclass
class Outcome:
    """What became of a contender."""

    first: float | None = None
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    error: str = ""
    explain: str = ""


def compare(case: Case, chosen: Callable[[str], bool]) -> dict[str, Outcome]:
    """Make each contender ready, check its answer, then time all that are right, in turn."""
    expected = [np.asarray(each) for each in case.reference()]
    outcomes, works = {}, {}
    for name, make in case.contenders.items():
        if chosen(name):
            outcome = outcomes[name] = Outcome()
            try:
                works[name] = _checked(case, make, expected, outcome)
            except Exception:
                outcome.error = traceback.format_exc()
    _in_turn({name: work.run for name, work in works.items()}, outcomes, case.seconds)
    return outcomes


def _checked(
    case: Case, make: Callable[[], Work], expected: Sequence[np.ndarray], outcome: Outcome
) -> Work:
    work = make()
    start = time.perf_counter()
    (work.first or work.run)()
    outcome.first = time.perf_counter() - start
    outcome.explain = work.explain()
    result = work.run()
    if work.numbers is not None:
        require_equal(work.numbers(result), expected, case.rtol)
    return work


def require_equal(found: Sequence[Any], expected: Sequence[Any], rtol: float) -> None:
    """They are the first of the expected arrays, within a share of the largest number of each."""
    assert 0 < len(found) <= len(expected), f"{len(found)} arrays in place of {len(expected)}"
    for place, (ours, right) in enumerate(zip(found, expected, strict=False)):
        ours, right = np.asarray(ours), np.asarray(right)
        assert ours.shape == right.shape, f"array {place}: {ours.shape} for {right.shape}"
        off = np.max(np.abs(ours - right), initial=0.0)
        largest = np.max(np.abs(right), initial=0.0)
        assert off <= rtol * largest, f"array {place} is off by {off:.3g} of {largest:.3g}"


def _in_turn(
    runs: Mapping[str, Callable[[], Any]], outcomes: Mapping[str, Outcome], budget: float
) -> None:
    """Time bursts in turn. Who has used up a share of the time sits out, after three rounds."""
    calls = {name: _calls(run) for name, run in runs.items()}
    spent = dict.fromkeys(runs, 0.0)
    gc.collect()
    gc.freeze()  # each pays for its own garbage, none for what lay around before
    for turn in range(61):
        first = turn % max(1, len(runs))
        for name in [*runs][first:] + [*runs][:first]:
            if turn >= 3 and spent[name] > budget / len(runs):
                continue
            if len(os.sched_getaffinity(0)) > 1:
                time.sleep(REST)
                runs[name]()  # wakes its own threads
            wall, cpu = _burst(runs[name], calls[name])
            outcomes[name].wall.append(wall)
            outcomes[name].cpu.append(cpu)
            spent[name] += wall * calls[name]


def _burst(run: Callable[[], Any], calls: int) -> tuple[float, float]:
    """Seconds of a call by both clocks."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls):
        run()
    return (time.perf_counter() - wall) / calls, (time.process_time() - cpu) / calls


def _calls(run: Callable[[], Any]) -> int:
    """How many calls make a burst."""
    calls = 1
    while (wall := _burst(run, calls)[0] * calls) < BURST:
        calls = max(2 * calls, min(1000 * calls, int(1.1 * calls * BURST / max(wall, 1e-7))))
    return calls


def median(values: Sequence[float]) -> float | None:
    """The median; None of nothing."""
    return statistics.median(values) if values else None
