"""What a call costs apart from its arithmetic: one, three and ten small arrays, and a number.

Every contender adds its arguments up, which for 8 × 8 numbers of float64 is next to no work. The
contenders take turns in short bursts of processor time, and medians are compared. JAX takes part
where it is installed, with arrays of its own and with NumPy's. Run by ``make bench``.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")

import numpy as np

import clearprop as cp

try:
    import jax
except ImportError:  # then without it
    jax = None  # type: ignore[assignment]

ROUNDS, CALLS = 31, 2000
SIZES = (1, 3, 10)


def total(*args: Any) -> Any:
    """The sum of the arguments."""
    found = args[0] * 1.0
    for x in args[1:]:
        found = found + x
    return found


def burst(f: Callable[..., Any], args: tuple[Any, ...]) -> float:
    """Nanoseconds of processor time per call; what it takes to loop over calls included."""
    calls = range(CALLS)
    start = time.process_time_ns()
    for _ in calls:
        f(*args)
    return (time.process_time_ns() - start) / CALLS


def nothing(*args: Any) -> None:
    """A function of Python that does nothing."""


def contenders(count: int, number: bool) -> dict[str, tuple[Callable[..., Any], tuple[Any, ...]]]:
    """Who adds up how many arrays, or floats, by name."""
    args = tuple(float(i + 1) if number else np.full((8, 8), i + 1.0) for i in range(count))
    nested = {"w": list(args)}
    ours, tree = cp.compile(total), cp.compile(lambda p: total(*p["w"]))
    slow = cp.compile(total)
    slow.prepare(*args)
    found: dict[str, Any] = {
        "clearprop": (ours, args),
        "clearprop, in a dict and a list": (tree, (nested,)),
        "clearprop, the way by Python": (slow._by_python, args),
        "NumPy, the function alone": (total, args),
        "np.add of two": (np.add, (args[0], args[-1])),
        "a Python function of nothing": (nothing, args),
    }
    if jax is not None:
        jax.config.update("jax_enable_x64", True)
        compiled = jax.jit(total)
        found["jax.jit, its own arrays"] = (compiled, tuple(map(jax.numpy.asarray, args)))
        found["jax.jit, NumPy's arrays"] = (compiled, args)
    expected = total(*args)
    for name, (f, given) in found.items():
        if f not in (nothing, np.add):
            for _ in range(3):
                assert np.allclose(f(*given), expected), name
    return found


def main() -> None:
    """Time all, print a table of medians in nanoseconds."""
    table: dict[str, dict[str, float]] = {}
    for title, count, number in [
        *((f"{n} array{'s'[: n > 1]}", n, False) for n in SIZES),
        ("a float", 1, True),
    ]:
        rivals = contenders(count, number)
        times: dict[str, list[float]] = {name: [] for name in rivals}
        for _ in range(ROUNDS):
            for name, (f, args) in rivals.items():
                times[name].append(burst(f, args))
        for name, found in times.items():
            table.setdefault(name, {})[title] = statistics.median(found)
    titles = list(next(iter(table.values())))
    print(f"{'ns a call':36s}" + "".join(f"{title:>11s}" for title in titles))
    for name, row in table.items():
        print(f"{name:36s}" + "".join(f"{row[title]:11.0f}" for title in titles))
    print(json.dumps({"case": "call", "nanoseconds": table}))


if __name__ == "__main__":
    main()
