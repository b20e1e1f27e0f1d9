"""One module per case; each lists what makes its cases."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module

from benchmarks.compiled.harness import Case

_NETS = ("tiny", "small", "middle", "large")
_MODULES = {
    "training": [*(f"{rule}-{net}" for rule in ("sgd", "adam") for net in _NETS), "adam-dead"],
    "jacobian": ["jacobian"],
    "black_scholes": ["black-scholes"],
    "moons": ["moons"],
    "straight": ["straight", "straight-operations"],
    "rosenbrock": ["rosenbrock-10", "rosenbrock-1000", "rosenbrock-1000000"],
    "call": ["call"],
    "kalman": ["kalman"],
    "systems": ["systems"],
    "recurrence": ["recurrence-float64", "recurrence-float32"],
}


def _make(module: str, place: int) -> Case:
    made: Case = import_module(f"benchmarks.compiled.cases.{module}").CASES[place]()
    return made


CASES: dict[str, Callable[[], Case]] = {
    name: partial(_make, module, place)
    for module, names in _MODULES.items()
    for place, name in enumerate(names)
}
"""What makes each case, by name; its module is imported then."""
