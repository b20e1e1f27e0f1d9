"""How much memory an epoch of training takes: the most at any time, beyond what was there before.

Each contender has a process of its own. A small network is trained first, so that libraries are
loaded and their back ends started; then the network at hand is made ready and trained for an
epoch, and in the second epoch the most memory in use is noted. What counts is how much more that
is than before the network was made: the parameters, the data's copies, the intermediate results and
the code, all of it. Linux only. Run by ``make bench``.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
from pathlib import Path

from benchmarks.compiled.cases.training import case
from benchmarks.compiled.harness import OURS

NETS = ("small", "middle", "large")
CONTENDERS = (OURS, "jax", "torch eager", "NumPy by hand")
MEBI = 1 << 20


def status(key: str) -> int:
    """Bytes, from what the system says of this process."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    (line,) = [line for line in lines if line.startswith(key)]
    return int(line.split()[1]) * 1024


def taken(net: str, adam: bool, contender: str) -> int:
    """The most bytes in use in a second epoch, beyond those before the network was made."""
    small = case("tiny", adam).contenders[contender]()
    (small.first or small.run)()
    small.run()
    make = case(net, adam).contenders[contender]
    gc.collect()
    before = status("VmRSS")
    work = make()
    (work.first or work.run)()
    work.run()
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the most so far is forgotten
    work.run()
    return status("VmHWM") - before


def alone(net: str, adam: bool, contender: str) -> int | None:
    """The same in a process of its own; None where that fails."""
    command = [sys.executable, "-m", "benchmarks.bench_memory", net, contender]
    done = subprocess.run([*command, "--adam"] if adam else command, capture_output=True, text=True)
    return int(done.stdout) if done.returncode == 0 else None


def main() -> None:
    """A table, and the numbers as JSON in its last line; of one contender in bytes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("net", nargs="?")
    parser.add_argument("contender", nargs="?")
    parser.add_argument("--adam", action="store_true")
    asked = parser.parse_args()
    if asked.net:
        print(taken(asked.net, asked.adam, asked.contender))
        return
    found: dict[str, dict[str, float | None]] = {}
    for adam in (False, True):
        for net in NETS:
            name = f"{'adam' if adam else 'sgd'}-{net}"
            several = {each: alone(net, adam, each) for each in CONTENDERS}
            found[name] = {each: n and round(n / MEBI, 1) for each, n in several.items()}
            print(f"{name:12}", *(f"{each} {n} MiB" for each, n in found[name].items()), sep="  ")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
