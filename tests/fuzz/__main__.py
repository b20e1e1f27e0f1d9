"""``python -m tests.fuzz``: the long run. Ctrl-C stops it; the same command goes on from there."""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from tests.fuzz.campaign import CHUNK, KINDS, Tally, run

COLUMNS = (
    *(BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]:.0f} per second,")),
    *(TextColumn("{task.fields[failed]} failed"), TimeElapsedColumn(), TimeRemainingColumn()),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, show how far it is, and print what came of it."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends the workers, too
    kind = "native" if options.native else "derivatives"
    kept = options.state / f"{'native-' * options.native}seed-{options.seed}.json"
    tally, console = Tally.read(kept), Console()
    done = len(tally.done) * CHUNK
    with Progress(*COLUMNS, console=console) as progress:
        task = progress.add_task("", total=options.n, completed=done, rate=0.0, failed=0)
        try:
            for failures in run(options.seed, options.n, options.workers, tally, kind):
                tally.write(kept)
                for number, said in failures.items():
                    console.print(f"program {number}: {said}", markup=False, highlight=False)
                made, failed = tally.counts["made"], len(tally.failures)
                rate = made / max(tally.seconds, 1e-9)
                progress.update(task, completed=made, rate=rate, failed=failed)
        except KeyboardInterrupt:
            console.print("Stopped; the same command goes on from here.")
    console.print(_summary(tally, options.seed, kind), highlight=False)
    return 1 if tally.failures else 0


def _summary(tally: Tally, seed: int, kind: str) -> str:
    counts = tally.counts
    rate = counts["made"] / max(tally.seconds, 1e-9)
    where = f", in {KINDS[kind].corpus}" if tally.failures else ""
    compared = [
        f"  values the same to the bit: {counts['bits']}",
        f"  with a numerical derivative: {counts['numerical']}",
        f"  second order: {counts['second']}, with a numerical one: {counts['second_numerical']}",
        f"  under vmap: {counts['batched']}",
    ]
    if kind == "native":
        compared = [f"  with nothing left to NumPy: {counts['native']}"]
    lines = [
        f"{counts['made']} programs of seed {seed} in {tally.seconds:.0f} s, {rate:.1f} a second",
        *compared,
        f"  disagreements: {len(tally.failures)}{where}",
    ]
    return "\n".join(lines)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("-n", type=int, default=2000, help="how many programs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--native", action="store_true", help="native code and the reference, at larger sizes"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument(
        "--state", type=Path, default=Path("runs/fuzz"), help="where it is kept how far a run is"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
