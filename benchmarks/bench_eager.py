"""Eager ``grad`` of a function of 30 scalar operations, against HIPS/autograd.

Both trace anew at every call, run NumPy underneath, and are timed in turn in one process; the ratio
of the medians is the figure. Run by ``make bench``.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy
import numpy

import clearprop
import clearprop.numpy

ROUNDS, CALLS = 31, 100


def thirty_operations(np: Any) -> Callable[[Any], Any]:
    """A function of 30 scalar operations over a namespace."""

    def f(x: Any) -> Any:
        for _ in range(5):
            x = np.sin(x) * 1.1 + x / (1.0 + x * x)
        return x

    return f


def seconds(f: Callable[[float], Any]) -> float:
    """The time of one call, averaged over a batch."""
    start = time.perf_counter()
    for _ in range(CALLS):
        f(0.7)
    return (time.perf_counter() - start) / CALLS


def main() -> None:
    """Assert that the cases agree, time them in turn, print the medians and the ratio."""
    count = len(clearprop.trace(thirty_operations(clearprop.numpy))(0.7).nodes)
    assert count == 30, count
    cases = {
        "clearprop, clearprop.numpy": clearprop.grad(thirty_operations(clearprop.numpy)),
        "clearprop, plain numpy": clearprop.grad(thirty_operations(numpy)),
        "autograd": autograd.grad(thirty_operations(autograd.numpy)),
    }
    values = [f(0.7) for f in cases.values()]
    assert numpy.allclose(values, values[0], rtol=1e-12), values
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, f in cases.items():
            times[name].append(seconds(f))
    medians = {name: statistics.median(found) * 1e6 for name, found in times.items()}
    for name, found in medians.items():
        ratio = found / medians["autograd"]
        print(f"{name:28s} {found:7.1f} µs   {found / count:5.1f} µs an operation   {ratio:.2f}")
    print(json.dumps({"case": "eager-30", "microseconds": medians}))


if __name__ == "__main__":
    main()
