"""The usual ways to run a function with clearprop and with its peers.

Each imports its library on first use, so that a case pays for those that it runs. ``kind`` says
what is run: ``"value"``, ``"grad"`` (by all arguments) or ``"value_and_grad"``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.compiled.harness import FUNCTION, Work, leaves


def ours(f: Callable[..., Any], *args: Any, **options: Any) -> Work:
    """``cp.compile`` of a function."""
    import clearprop as cp

    run = cp.compile(f, **options)

    def explain() -> str:
        return f"{run.compile_seconds:.3f} s to compile\n{run.explain_plan()}"

    return Work(lambda: run(*args), first=lambda: run.prepare(*args), explain=explain)


def ours_work(kind: str, f: Callable[..., Any], *args: Any) -> Work:
    """A function or its gradient, compiled by clearprop."""
    import clearprop as cp

    numbers = tuple(range(len(args))) if len(args) > 1 else 0
    made = f if kind == "value" else getattr(cp, kind)(f, argnums=numbers)
    work = ours(made, *args)
    return Work(work.run, None if kind == "value" else leaves, work.first, work.explain)


@functools.cache
def jax_module() -> Any:
    """jax with 64-bit numbers allowed; arguments say which are used."""
    import jax

    jax.config.update("jax_enable_x64", True)
    jax.block_until_ready(jax.jit(lambda x: x + 1)(np.ones(3)))  # starts the back-end
    return jax


def jax_run(f: Callable[..., Any], *args: Any) -> Work:
    """``jax.jit`` of a function, its arguments on the device."""
    jax = jax_module()
    run = jax.jit(f)
    placed = jax.tree.map(jax.numpy.asarray, args)
    return Work(lambda: jax.block_until_ready(run(*placed)))


def jax_work(kind: str, f: Callable[..., Any], *args: Any) -> Work:
    """A function or its gradient by ``jax.jit``."""
    jax = jax_module()
    numbers = tuple(range(len(args))) if len(args) > 1 else 0
    return jax_run(f if kind == "value" else getattr(jax, kind)(f, argnums=numbers), *args)


def torch_works(kind: str, f: Callable[..., Any], *args: Any) -> dict[str, Callable[[], Work]]:
    """The gradient by PyTorch, eager and compiled."""
    assert kind == "grad"
    return {
        "torch eager": functools.partial(torch_eager, f, *args),
        "torch.compile": functools.partial(torch_compiled, f, *args),
    }


def torch_eager(f: Callable[..., Any], *args: Any) -> Work:
    """``torch.autograd.grad``."""
    torch = torch_module()
    given = [torch.tensor(arg, requires_grad=True) for arg in args]
    return Work(lambda: torch.autograd.grad(f(*given), given))


def torch_compiled(f: Callable[..., Any], *args: Any) -> Work:
    """``torch.compile`` of the gradient, forward and backward in one graph."""
    torch = torch_module()
    given = [torch.tensor(arg) for arg in args]
    run = torch.compile(torch.func.grad(f, argnums=tuple(range(len(args)))))
    return Work(lambda: run(*given))


@functools.cache
def torch_module() -> Any:
    """PyTorch with as many threads as this process may use cores."""
    import os

    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    return torch


def autograd_work(kind: str, f: Callable[..., Any], *args: Any) -> Work:
    """HIPS/autograd."""
    import autograd

    assert kind == "grad"
    numbers = tuple(range(len(args))) if len(args) > 1 else 0
    run = autograd.grad(f, numbers)
    return Work(lambda: run(*args))


__all__ = ["FUNCTION", "autograd_work", "jax_run", "jax_work", "ours", "ours_work", "torch_works"]
