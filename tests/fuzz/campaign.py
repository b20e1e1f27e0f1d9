"""Many programs, on all cores, in an order that can be taken up again.

Program number i of a seed is made from ``Random("seed/i")`` alone, so that any one of them can be
made again, in whatever process.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fuzz.compiled import agree
from tests.fuzz.oracle import DisagreementError, examine
from tests.fuzz.program import Program
from tests.fuzz.programs import Choices, program
from tests.fuzz.shrinking import shrunk
from tests.fuzz.writer import SMALL, WIDE, Scale

CORPUS = Path(__file__).parent / "corpus"
CHUNK = 50


@dataclass(frozen=True)
class Kind:
    """What a campaign draws, and what it holds against what.

    Attributes:
        scale: How large things may be.
        oracle: Says what was compared, in a dataclass of truth values, or raises what differs.
        corpus: Where failing programs are kept.
    """

    scale: Scale
    oracle: Callable[[Program], Any]
    corpus: Path


KINDS = {
    "derivatives": Kind(SMALL, examine, CORPUS),
    "native": Kind(WIDE, agree, CORPUS / "native"),
}


@dataclass
class Tally:
    """How many programs, and how many of them were compared in which way.

    Attributes:
        done: The chunks that are done.
        counts: How many programs passed each comparison; ``made`` counts the programs.
        failures: The disagreements by the number of the program.
        seconds: How long it took, over all runs.
    """

    done: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    failures: dict[int, str] = field(default_factory=dict)
    seconds: float = 0.0

    @classmethod
    def read(cls, path: Path) -> Tally:
        """The tally of earlier runs; an empty one if there were none."""
        if not path.is_file():
            return cls()
        kept = json.loads(path.read_text())
        failures = {int(number): said for number, said in kept["failures"].items()}
        return cls(set(kept["done"]), Counter(kept["counts"]), failures, kept["seconds"])

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = {**vars(self), "done": sorted(self.done)}
        path.write_text(json.dumps(kept))


def one(seed: int, number: int, kind: Kind) -> tuple[Counter[str], str]:
    """Try one program; a failing one is shrunk and written into the corpus.

    Returns:
        What was compared, and what went wrong.
    """
    choices = Choices(f"{seed}/{number}")
    made = program(choices, kind.scale)
    if made is None:
        return Counter(), ""
    said = disagreement(made, kind)
    if isinstance(said, Counter):
        return said, ""
    what = said.split(":")[0]

    def fails(given: list[int]) -> list[int] | None:
        played = Choices(given=given)
        smaller = program(played, kind.scale)
        found = "" if smaller is None else disagreement(smaller, kind)
        return played.made if isinstance(found, str) and found.startswith(what) else None

    small = program(Choices(given=shrunk(choices.made, fails)), kind.scale) or made
    kind.corpus.mkdir(parents=True, exist_ok=True)
    told = disagreement(small, kind)
    told = f"{told}\n\nFound by `make fuzz` as program {number} of seed {seed}."
    small.save(kind.corpus / f"seed_{seed}_{number}.py", told)
    return Counter(made=1), said


def disagreement(made: Program, kind: Kind) -> str | Counter[str]:
    """What went wrong; or, if nothing did, what was compared."""
    try:
        checked = kind.oracle(made)
    except DisagreementError as error:
        return str(error)
    return Counter(made=1, **{what: int(done) for what, done in vars(checked).items()})


def chunk(task: tuple[str, int, int, int]) -> tuple[int, int, Counter[str], dict[int, str]]:
    """Try the programs of a seed from one number up to another."""
    kind, seed, start, stop = task
    counts: Counter[str] = Counter()
    failures = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in range(start, stop):
            found, said = one(seed, number, KINDS[kind])
            counts.update(found)
            if said:
                failures[number] = said
    return start, stop, counts, failures


def run(
    seed: int, count: int, workers: int, tally: Tally, kind: str = "derivatives"
) -> Iterator[dict[int, str]]:
    """Try the first ``count`` programs of a seed that the tally does not have yet.

    Yields:
        The failures of each chunk as it is done; the tally is brought up to date before.
    """
    starts = [i * CHUNK for i in range(-(-count // CHUNK)) if i not in tally.done]
    tasks = [(kind, seed, start, min(start + CHUNK, count)) for start in starts]
    context = multiprocessing.get_context("spawn")
    began = time.monotonic()
    with context.Pool(workers, _ignore_interrupts) as pool:  # ended at once on leaving
        for start, stop, counts, failures in pool.imap_unordered(chunk, tasks):
            if stop - start == CHUNK:  # a cut-off one is done again when more are asked for
                tally.done.add(start // CHUNK)
            tally.counts.update(counts)
            tally.failures.update(failures)
            now = time.monotonic()
            tally.seconds, began = tally.seconds + now - began, now
            yield failures


def _ignore_interrupts() -> None:
    """Leave Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
