"""``check_grads``: from a function and its arguments to what agrees and what does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from clearprop.api.check.modes import compositions
from clearprop.api.check.orders import Check
from clearprop.api.check.outcome import GradientCheck
from clearprop.api.check.outputs import Outputs
from clearprop.api.check.point import Point
from clearprop.api.check.verdict import Limits
from clearprop.errors import ArgumentError
from clearprop.tracing import require_callable


def check_grads(
    f: Callable[..., Any],
    *args: Any,
    order: int = 1,
    modes: str | Sequence[str] = ("reverse", "forward"),
    argnums: int | Sequence[int] | None = None,
    grad: Callable[..., Any] | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    max_elements: int = 200,
    seed: int = 0,
    raises: bool = True,
) -> GradientCheck:
    """Check a derivative against a numerical one, element by element.

    The numerical derivative is a complex step where the function is analytic, else an extrapolated
    difference that tells its own error; nothing of clearprop takes part in it at order 1. At a
    higher order it is the difference of the derivative below, which has just been checked.

    Args:
        f: A function of floats and float arrays, or nested containers of them, that returns the
            like. Each output element is checked; of more than 12, a random combination per array
            and a sample. Integers and other things among arguments and outputs are passed over.
        args: The point.
        order: Up to which order to check: 2 for Hessians as well.
        modes: ``"reverse"``, ``"forward"`` or both; at order 2 all their compositions, or single
            ones by name, such as ``"forward-over-reverse"``.
        argnums: Which positional arguments to differentiate by; by default all that hold floats.
        grad: A gradient to check in place of ours: hand-written, from PyTorch, JAX or anywhere.
            It is called as ``grad(*args)`` and returns one array per checked argument (a tuple if
            there are several), or a container of the argument's structure. If ``f`` returns an
            array of shape s, they are Jacobians, of shape s + t for an argument of shape t.
        rtol: Relative tolerance; by default 1e-6, for float32 1e-3.
        atol: Absolute tolerance, on top of what rounding explains; by default none.
        max_elements: Arrays larger than this are checked at as many elements drawn by ``seed``, and
            along random directions of all elements. At order n it is the number of n-tuples.
        seed: For all that is drawn.
        raises: Whether a disagreement raises; else look at ``.ok``.

    Returns:
        A :class:`GradientCheck` with ``.ok``, ``.text()`` and ``.to_dict()``; a notebook shows it
        as a picture.

    Raises:
        CheckError: Naming the argument and the element that fails, and by how much; also if there
            is nothing to compare, as the function has no numerical derivative anywhere.
        ArgumentError: If a given gradient does not have the structure and shapes of the arguments.
        DtypeError: If there are no floats in what the function returns, or in a given gradient.

    >>> check_grads(lambda x: x**3, 2.0, order=2)
    GradientCheck(ok: 6 of 6 derivatives agree)
    >>> check_grads(lambda x: x**3, 2.0, grad=lambda x: 3 * x, raises=False).ok
    False
    """
    require_callable(f, "check_grads")
    if grad is not None and order != 1:
        raise ArgumentError(
            "check_grads compares a given gradient at order 1 only",
            remedy="Check a Hessian as the gradient of the gradient: cp.check_grads(my_gradient, "
            "x, grad=my_hessian).",
        )
    paths = [("given",)] if grad is not None else compositions(modes, order)
    point = Point(f, args, argnums)
    limits = Limits(rtol, atol or 0.0, max_elements)
    with np.errstate(all="ignore"):  # a NaN is told in the result
        outputs = Outputs(f(*point.filled(point.hollow(point.arrays()))), f)
        check = Check(point, outputs, limits, np.random.default_rng(seed))
        check.run(paths, grad)
    result = check.result()
    if raises and not result.ok:
        raise result.error()
    return result
