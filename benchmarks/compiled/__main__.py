"""Compare compiled functions with their peers, each case in a process of its own.

``python -m benchmarks.compiled`` runs all cases on one core and writes
``benchmarks/results/compiled.json``; what it ran before stays in that file, so that a part may be
run again. With ``--all-cores`` it runs the cases with work for them on all cores. Each case has
one process, in which all contenders take turns; the start of a function is timed in processes of
their own, from an empty cache and from a warm one.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.compiled.cases import CASES
from benchmarks.compiled.harness import OURS

RESULTS = Path(__file__).parents[1] / "results" / "compiled.json"
WIDE = (
    *("sgd-middle", "sgd-large", "adam-middle", "adam-large"),
    *("black-scholes", "jacobian", "rosenbrock-1000000"),
)
"""The cases with work for several cores."""
POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compiled", description=__doc__)
    parser.add_argument("cases", nargs="*", help="of " + ", ".join(CASES))
    parser.add_argument("--all-cores", action="store_true", help="let all use every core")
    parser.add_argument("--only", help="contenders, with commas between")
    parser.add_argument("--starts", type=int, default=3, help="how often to time each start")
    parser.add_argument("--no-time", action="store_true", help="time nothing but that start")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the file of results")
    options = parser.parse_args()
    unknown = set(options.cases) - set(CASES)
    if unknown:
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    for name in options.cases or (WIDE if options.all_cores else CASES):
        found = {} if options.no_time else timed(name, options.all_cores, options.only)
        if options.starts and not options.all_cores:
            found["start"] = starts(name, options.starts)
        keep(options.out, "all" if options.all_cores else "one", name, found)
        print(summary(name, found, "wall" if options.all_cores else "cpu"), flush=True)


def timed(name: str, all_cores: bool, only: str | None) -> dict[str, Any]:
    """A case's figures, and how busy the machine was meanwhile."""
    before = os.getloadavg()[0]
    found = child([name] + (["--only", only] if only else []), all_cores)
    return {**found, "load": round(max(before, os.getloadavg()[0]), 1)}


def starts(name: str, rounds: int) -> dict[str, Any]:
    """Median seconds until a function has run once: cold, from a warm cache, and by jax."""
    found: dict[str, list[float]] = {"cold": [], "warm": [], "jax": []}
    kinds = [kind for kind in found if kind != "jax" or "jax" in CASES[name]().contenders]
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as home:
            for kind in kinds:
                contender = "jax" if kind == "jax" else OURS
                answer = child([name, "--start", contender], False, {"HOME": home})
                if "cpu" in answer:
                    found[kind].append(answer["cpu"])
                else:
                    print(f"{name}: {kind} start: {answer.get('error', '')[-300:]}")
    medians = {kind: median(times) if times else None for kind, times in found.items()}
    return {**medians, "rounds": rounds}


def child(
    arguments: list[str], all_cores: bool, extra: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What a process of the given threads says; its error, if it fails."""
    environment = {**os.environ, **(extra or {})}
    command = [sys.executable, "-m", "benchmarks.compiled.child", *arguments]
    if not all_cores:
        environment |= dict.fromkeys(POOLS, "1")
        environment["XLA_FLAGS"] = (
            "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        )
        command += ["--core", str(idlest_core())]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=400)
    except subprocess.TimeoutExpired:
        return {"error": "took more than 400 seconds"}
    try:
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return {"error": f"exit code {done.returncode}\n{done.stderr[-4000:]}"}
    return found


def idlest_core() -> int:
    """The core that was least busy in the last moment, of those that we may use."""

    def idle() -> dict[str, int]:
        try:
            lines = Path("/proc/stat").read_text().splitlines()
        except OSError:
            return {}
        return {line.split()[0]: int(line.split()[4]) for line in lines if line.startswith("cpu")}

    before = idle()
    time.sleep(0.3)
    after = idle()
    return max(
        sorted(os.sched_getaffinity(0)),
        key=lambda core: after.get(f"cpu{core}", 0) - before.get(f"cpu{core}", 0),
    )


def keep(path: Path, threads: str, name: str, found: Mapping[str, Any]) -> None:
    """Write a case's figures into the file, beside what it has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = json.loads(path.read_text()) if path.exists() else {"one": {}, "all": {}}
    whole["machine"] = machine()
    cases = {**whole[threads], name: {**whole[threads].get(name, {}), **found}}
    whole[threads] = {each: cases[each] for each in CASES if each in cases}
    path.write_text(json.dumps(whole, indent=1, ensure_ascii=False))


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            s.split(":")[1].strip() for s in cpuinfo.read_text().splitlines() if "model name" in s
        ]
        model = names[0] if names else model
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "date": time.strftime("%Y-%m-%d"),
    }


def summary(name: str, found: Mapping[str, Any], clock: str) -> str:
    """A line for each contender, compared by one of the clocks."""
    lines = [f"{name}: {found.get('title', '')} {found.get('error', '')}"]
    contenders = found.get("contenders", {})
    ours = contenders.get(OURS, {})
    for who, each in contenders.items():
        if each["cpu"] is None:
            lines.append(f"  {who:30} failed: {each['error'].strip().splitlines()[-1][:140]}")
            continue
        each_one = [1e9 * each[clock] / found["count"] for clock in ("cpu", "wall")]
        ratio = f"{ours[clock] / each[clock]:.3g}" if ours.get(clock) else "–"
        lines.append(
            f"  {who:30} {each_one[0]:14,.1f} ns  (wall {each_one[1]:14,.1f})  ours/it {ratio}"
        )
    if "start" in found:
        lines.append(f"  start: {found['start']}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
