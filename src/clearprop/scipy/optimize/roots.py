"""``root`` with the exact Jacobian of the system of equations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import scipy.optimize

from clearprop.scipy.function import VectorFunction
from clearprop.scipy.layout import Layout
from clearprop.scipy.results import as_vector
from clearprop.tracing import require_callable

WITH_JACOBIAN: Final = ("hybr", "lm")
"""The methods that use a Jacobian; the others call the function as it is."""


def root(
    fun: Callable[..., Any],
    x0: Any,
    args: Any = (),
    method: str = "hybr",
    jac: Any = None,
    tol: float | None = None,
    callback: Callable[..., Any] | None = None,
    options: Mapping[str, Any] | None = None,
) -> scipy.optimize.OptimizeResult:
    """Find a root of n functions of n variables: ``scipy.optimize.root``.

    Args:
        fun: ``fun(x, *args)`` → n numbers, in an array, a list or any container.
        x0: Where to start: a number, an array of shape (n,) or a list of numbers, or a nested
            container of floats and float arrays; see :func:`minimize`.
        args: Further arguments of ``fun``; no derivative is taken by them.
        method: As SciPy's. ``"hybr"`` and ``"lm"`` use a Jacobian.
        jac: A Jacobian of your own, shape (n, n), or True if ``fun`` returns it as well. By default
            the exact one.
        tol: As SciPy's.
        callback: As SciPy's; it gets flat vectors.
        options: As SciPy's.

    Returns:
        SciPy's ``OptimizeResult``, with ``x`` in the form of x0.

    Raises:
        DtypeError: x0 or a value is not real.
        TraceError: ``fun`` does what cannot be differentiated; the message names the line.

    >>> found = root(lambda x: [x[0] + x[1] - 3, x[0] * x[1] - 2], [0.0, 5.0])
    >>> found.x.round(6)
    array([1., 2.])
    """
    require_callable(fun, "root")
    layout = Layout(x0)
    of_vector, options = _flat(fun, jac, layout), dict(options or {})
    if method.lower() in WITH_JACOBIAN and not (callable(jac) or jac):
        jac = VectorFunction(fun, layout).jacobian
        options.pop("col_deriv", None)  # tells which way round a given Jacobian lies
    elif callable(jac):
        jac = layout.takes(jac)
    return layout.present(
        scipy.optimize.root(of_vector, layout.start, args, method, jac, tol, callback, options)
    )


def _flat(fun: Callable[..., Any], jac: Any, layout: Layout) -> Callable[..., Any]:
    """The function of a flat vector; its values as a flat vector too where x0 is nested."""
    of_vector = layout.takes(fun)
    if not layout.nested:
        return of_vector
    if jac is True:
        return lambda x, *args: _with_vector(*of_vector(x, *args))
    return as_vector(of_vector, layout.where)


def _with_vector(value: Any, jacobian: Any) -> tuple[Any, Any]:
    return as_vector(lambda: value)(), jacobian
