"""The call alone: a compiled function of three small arrays."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.compiled.harness import OURS, Bar, Case, Work
from benchmarks.compiled.peers import jax_run, ours, torch_module


def combined(a: Any, b: Any, c: Any) -> Any:
    return a * b + c


def of_torch(compiled: bool, *args: np.ndarray) -> Work:
    torch = torch_module()
    given = [torch.tensor(arg) for arg in args]
    run = torch.compile(combined) if compiled else combined
    return Work(lambda: run(*given))


def case() -> Case:
    """Arrays of four numbers."""
    args = tuple(np.random.default_rng(0).normal(size=(3, 4)))
    contenders = {
        OURS: partial(ours, combined, *args),
        "jax": partial(jax_run, combined, *args),
        "torch eager": partial(of_torch, False, *args),
        "torch.compile": partial(of_torch, True, *args),
        "NumPy by hand": lambda: Work(lambda: combined(*args)),
    }
    return Case(
        *("call", "a compiled function of three small arrays, the call", "call", 1),
        *(lambda: [combined(*args)], contenders),
        bars=(Bar(0.1), Bar(300e-9, ())),
    )


CASES = [case]
