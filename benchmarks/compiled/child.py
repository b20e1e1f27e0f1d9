"""One case in a process of its own, which the parent has given its threads and its cache.

``python -m benchmarks.compiled.child CASE [--only NAMES] [--start CONTENDER]`` prints one line of
JSON. With ``--start`` it does nothing but make a contender ready: by its first run if need be.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import asdict
from typing import Any

from benchmarks.compiled.cases import CASES
from benchmarks.compiled.harness import OURS, Case, compare, median


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case")
    parser.add_argument("--only", help="contenders, with commas between")
    parser.add_argument("--start", help="the contender whose start is timed")
    parser.add_argument("--core", type=int, help="the one core to run on")
    options = parser.parse_args()
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    case = CASES[options.case]()
    if options.start:
        print(json.dumps(start(case, options.start)))
    else:
        print(json.dumps(timed(case, options.only.split(",") if options.only else None)))


def timed(case: Case, only: list[str] | None) -> dict[str, Any]:
    """The medians of all contenders, in seconds for one run."""
    outcomes = compare(case, lambda name: only is None or name in only)
    return {
        "title": case.title,
        "unit": case.unit,
        "count": case.count,
        "bars": [asdict(bar) for bar in case.bars],
        "contenders": {
            name: {
                "wall": median(found.wall),
                "cpu": median(found.cpu),
                "fastest": min(found.wall, default=None),
                "rounds": len(found.wall),
                "first": found.first,
                "error": found.error,
                "plan": found.explain,
            }
            for name, found in outcomes.items()
        },
    }


def start(case: Case, contender: str) -> dict[str, float]:
    """Seconds until a contender is ready; imports and the start of its back-end come before."""
    if contender == OURS:
        import clearprop as cp

        for name in cp.__all__:  # which imports what is imported on first use
            getattr(cp, name)
        cp.compile(lambda x: x + 1.0)(1.5)
    work = case.contenders[contender]()
    wall, cpu = time.perf_counter(), time.process_time()
    (work.first or work.run)()
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


if __name__ == "__main__":
    main()
