"""``minimize``: each method of SciPy's gets the derivatives that it can use."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import scipy.optimize

from clearprop.errors import ArgumentError
from clearprop.scipy.function import ScalarFunction
from clearprop.scipy.layout import Layout
from clearprop.scipy.optimize.constraints import prepared
from clearprop.scipy.results import first_of
from clearprop.tracing import require_callable

USES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "cg": ("jac",),
        "bfgs": ("jac",),
        "l-bfgs-b": ("jac",),
        "tnc": ("jac",),
        "slsqp": ("jac",),
        "newton-cg": ("jac", "hessp"),
        "trust-ncg": ("jac", "hessp"),
        "trust-krylov": ("jac", "hessp"),
        "trust-constr": ("jac", "hessp"),
        "dogleg": ("jac", "hess"),
        "trust-exact": ("jac", "hess"),
        "custom": ("jac", "hess"),
    }
)
"""The derivatives that a method is given; methods that are not here use none."""


def minimize(
    fun: Callable[..., Any],
    x0: Any,
    args: Any = (),
    method: str | Callable[..., Any] | None = None,
    jac: Any = None,
    hess: Any = None,
    hessp: Any = None,
    bounds: Any = None,
    constraints: Any = (),
    tol: float | None = None,
    callback: Callable[..., Any] | None = None,
    options: Mapping[str, Any] | None = None,
) -> scipy.optimize.OptimizeResult:
    """Minimize a function of one or more variables: ``scipy.optimize.minimize``.

    Methods that use a gradient get the exact one, from the same pass as the value. Newton-CG,
    trust-ncg, trust-krylov and trust-constr get exact products with the Hessian, dogleg and
    trust-exact the Hessian; Nelder-Mead, Powell, COBYLA and COBYQA call the function as it is.
    Nonlinear constraints get exact Jacobians, and for trust-constr exact Hessians.

    Args:
        fun: ``fun(x, *args)`` → one real number, in plain NumPy.
        x0: Where to start. A number, an array of shape (n,) or a list of numbers, as for SciPy, or
            a nested container of floats and float arrays of any shape: then ``fun``, the functions
            of constraints and ``callback`` get x in that form, and the result's ``x`` has it. All
            is computed in float64.
        args: Further arguments of ``fun``; no derivative is taken by them.
        method: As SciPy's.
        jac: A gradient of your own: what is given is used as SciPy uses it, ``"2-point"`` and its
            kin included. For a nested x0 a function returns x0's form.
        hess: A Hessian of your own, shape (n, n).
        hessp: Products with it of your own, ``hessp(x, p, *args)``.
        bounds: As SciPy's; for a nested x0 also a container of its form with a pair ``(low, high)``
            in place of each leaf.
        constraints: As SciPy's: dictionaries, ``LinearConstraint``, ``NonlinearConstraint``. The
            defaults ``jac="2-point"`` and ``hess=BFGS()`` of the last make way for exact ones.
        tol: As SciPy's.
        callback: As SciPy's.
        options: As SciPy's.

    Returns:
        SciPy's ``OptimizeResult``. But for ``x``, what it holds lies flat, leaf after leaf.

    Raises:
        ShapeError: ``fun`` does not return one number, or x0 is empty.
        DtypeError: x0 or the value is not real floating point.
        ArgumentError: ``bounds`` or a given gradient has not the form of x0.
        TraceError: ``fun`` does what cannot be differentiated; the message names the line.

    >>> found = minimize(lambda p: p["a"] ** 2 + np.sum((p["b"] - 3) ** 2),
    ...                  {"a": 1.0, "b": np.zeros(2)})
    >>> found.x["b"].round(6)
    array([3., 3.])
    """
    require_callable(fun, "minimize")
    layout = Layout(x0)
    uses = _used(method, jac, hess, hessp)
    smooth = ScalarFunction(first_of(fun) if jac is True else fun, layout)
    return layout.present(
        scipy.optimize.minimize(
            smooth.value if "jac" in uses else _taking(fun, layout, pair=jac is True),
            layout.start,
            args,
            method,
            smooth.gradient if "jac" in uses else _given_gradient(jac, layout),
            smooth.hessian if "hess" in uses else _given(hess, layout),
            smooth.hessian_product if "hessp" in uses else _given_product(hessp, layout),
            _bounds(bounds, layout),
            prepared(constraints, _name(method), layout),
            tol,
            _callback(callback, layout),
            options,
        )
    )


def _name(method: Any) -> str | None:
    """The method as a key of :data:`USES`; None if SciPy is to choose, among three with ``jac``."""
    if callable(method):
        return "custom"
    return method.lower() if isinstance(method, str) else None


def _used(method: Any, jac: Any, hess: Any, hessp: Any) -> set[str]:
    """The derivatives to supply: what the method uses and the user did not give."""
    used = set(USES.get(_name(method) or "bfgs", ()))
    if jac is not None and jac is not False:
        used.discard("jac")
    if hess is not None or hessp is not None:
        used -= {"hess", "hessp"}
    return used


# What the user gave, as functions of the flat vector ----------------------------------------------


def _taking(fun: Callable[..., Any], layout: Layout, *, pair: bool) -> Callable[..., Any]:
    of_vector = layout.takes(fun)
    if not (pair and layout.nested):
        return of_vector

    def both(x: Any, *args: Any) -> Any:
        value, gradient = of_vector(x, *args)
        return value, layout.vector(gradient, "the gradient that fun returns")

    return both


def _given(function: Any, layout: Layout) -> Any:
    return layout.takes(function) if callable(function) else function


def _given_gradient(jac: Any, layout: Layout) -> Any:
    if not callable(jac) or not layout.nested:
        return jac
    return lambda x, *args: layout.vector(jac(layout.argument(x), *args), "what jac returns")


def _given_product(hessp: Any, layout: Layout) -> Any:
    if hessp is None or not layout.nested:
        return hessp

    def product(x: Any, p: Any, *args: Any) -> Any:
        found = hessp(layout.argument(x), layout.argument(p), *args)
        return layout.vector(found, "what hessp returns")

    return product


def _bounds(bounds: Any, layout: Layout) -> Any:
    """Bounds of x0's form as SciPy's."""
    if bounds is None or not layout.nested or isinstance(bounds, scipy.optimize.Bounds):
        return bounds
    lower, upper = [], []
    for leaf, pair in layout.pairs(bounds, "bounds"):
        try:
            low, high = pair
            lower.append(_limit(low, -np.inf, leaf.shape))
            upper.append(_limit(high, np.inf, leaf.shape))
        except (TypeError, ValueError) as error:
            raise ArgumentError(
                f"a bound is {pair!r}, not a pair (low, high)",
                where=layout.where,
                why=str(error),
                remedy="Write None for no bound: (0, None).",
            ) from None
    return scipy.optimize.Bounds(np.concatenate(lower), np.concatenate(upper))


def _limit(limit: Any, unlimited: float, shape: tuple[int, ...]) -> Any:
    value = np.asarray(unlimited if limit is None else limit, np.float64)
    return np.broadcast_to(value, shape).ravel()


def _callback(callback: Any, layout: Layout) -> Any:
    """The callback, with x in the form of x0."""
    if callback is None or not layout.nested:
        return callback

    def formed(value: Any) -> Any:
        if isinstance(value, scipy.optimize.OptimizeResult):
            return layout.present(scipy.optimize.OptimizeResult(value))
        return layout.argument(np.array(value))

    @functools.wraps(callback)  # SciPy looks at its signature
    def with_form(*args: Any, **kwargs: Any) -> Any:
        named = {name: formed(value) for name, value in kwargs.items()}
        return callback(*[formed(value) for value in args], **named)

    return with_form
