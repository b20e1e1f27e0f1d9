"""``import clearprop`` against ``import numpy``: whole processes, in turn, medians of ten."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time

RUNS = 10
CASES = {
    "import numpy": "import numpy",
    "import clearprop": "import clearprop",
    "import clearprop; clearprop.grad": "import clearprop; clearprop.grad",
}


def seconds(code: str) -> float:
    """The time of a fresh interpreter that runs the code."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def main() -> None:
    """Warm the file cache, time the cases in turn, print the medians and the ratios."""
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for code in CASES.values():
        seconds(code)
    for _ in range(RUNS):
        for name, code in CASES.items():
            times[name].append(seconds(code))
    medians = {name: statistics.median(found) * 1e3 for name, found in times.items()}
    for name, found in medians.items():
        print(f"{name:34s} {found:6.1f} ms   {found / medians['import numpy']:.2f}")
    print(json.dumps({"case": "import", "milliseconds": medians}))


if __name__ == "__main__":
    main()
