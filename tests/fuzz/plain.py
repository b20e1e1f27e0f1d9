"""What clearprop's operations mean, in plain Python: the reference for programs that use them.

The functions of loops and branches are handed NumPy's scalars in the place of numbers and 0-d
arrays. They and all other functions are handed arrays in C order, to be read alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import optree

from clearprop import grad, hessian, jacobian, jvp, value_and_grad, vjp


def cond(pred: Any, true_fn: Callable[..., Any], false_fn: Callable[..., Any], *xs: Any) -> Any:
    return _new((true_fn if pred else false_fn)(*_handed(xs)))


def scan(
    f: Callable[..., Any], init: Any, xs: Any = None, length: int | None = None, reverse=False
) -> Any:
    leaves = optree.tree_leaves(xs)
    count = len(leaves[0]) if leaves else length
    carry, outs = _new(init), {}
    for i in reversed(range(count)) if reverse else range(count):
        carry, outs[i] = f(_handed(carry), _handed(optree.tree_map(lambda x, i=i: x[i], xs)))
    collected = [outs[i] for i in range(count)]
    return _new(carry), optree.tree_map(lambda *ys: np.stack(ys), *collected)


def while_loop(cond_fn: Callable[..., Any], body_fn: Callable[..., Any], init: Any) -> Any:
    value = _new(init)
    while cond_fn(_handed(value)):
        value = _new(body_fn(_handed(value)))
    return value


def fori_loop(lower: int, upper: int, body_fn: Callable[..., Any], init: Any) -> Any:
    value = _new(init)
    for i in range(lower, upper):
        value = _new(body_fn(i, _handed(value)))
    return value


def checkpoint(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *xs: _own(f(*_lent(xs)))


class custom_derivative:  # noqa: N801
    """The function alone; its rule is not looked at."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f = f

    def defjvp(self, rule: Any) -> None: ...

    def defvjp(self, fwd: Any, bwd: Any) -> None: ...

    def __call__(self, *args: Any) -> Any:
        return _own(self.f(*_lent(args)))


def _new(result: Any) -> Any:
    """The result of a loop: arrays in C order that share no memory; numbers are NumPy's."""
    return optree.tree_map(_copied, result)


def _handed(value: Any) -> Any:
    """What a function of a loop is given, to be read alone."""
    return _closed(optree.tree_map(_copied, value))


def _lent(value: Any) -> Any:
    """What another function is given: numbers and 0-d arrays as they are."""
    return _closed(optree.tree_map(lambda x: _copied(x) if np.ndim(x) else x, value))


def _closed(made: Any) -> Any:
    """The same, with arrays that cannot be written into."""
    for leaf in optree.tree_leaves(made):
        if isinstance(leaf, np.ndarray) and leaf.ndim:
            leaf.flags.writeable = False
    return made


def _own(result: Any) -> Any:
    """The result of a function: arrays in C order that share no memory with anything."""
    return optree.tree_map(
        lambda x: x if isinstance(x, (float, int, np.generic)) else x.copy(), result
    )


def _copied(leaf: Any) -> Any:
    if isinstance(leaf, (float, np.ndarray, np.generic)):
        return np.array(leaf, order="C")[()]
    if isinstance(leaf, int):
        return leaf
    return leaf.copy() if np.ndim(leaf) else np.positive(leaf)  # traced, inside a derivative


__all__ = ["grad", "hessian", "jacobian", "jvp", "value_and_grad", "vjp"]
