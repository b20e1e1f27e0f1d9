"""``curve_fit`` with the exact Jacobian of the model, on which the uncertainties rest as well."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.optimize

from clearprop.scipy.linearized import Latest, Linearized, Matrix, Vector
from clearprop.tracing import require_callable, user_line


def curve_fit(
    f: Callable[..., Any],
    xdata: Any,
    ydata: Any,
    p0: Any = None,
    sigma: Any = None,
    absolute_sigma: bool = False,
    check_finite: bool | None = None,
    bounds: Any = (-np.inf, np.inf),
    method: str | None = None,
    jac: Any = None,
    *,
    full_output: bool = False,
    nan_policy: str | None = None,
    **kwargs: Any,
) -> Any:
    """Fit a model to data: ``scipy.optimize.curve_fit``.

    Args:
        f: The model ``f(xdata, *params)`` → values of the shape of ``ydata``, in plain NumPy.
        xdata: Where the data were measured: an array, or whatever ``f`` takes.
        ydata: The data, shape (m,).
        p0: Where to start, shape (k,); by default ones, as many as ``f`` has parameters.
        sigma: The data's uncertainties, shape (m,), or their covariance, shape (m, m).
        absolute_sigma: Whether ``sigma`` is in the units of ``ydata``; else only its proportions
            count, and the scale is estimated from the residuals.
        check_finite: As SciPy's.
        bounds: As SciPy's.
        method: ``"lm"``, ``"trf"`` or ``"dogbox"``; by default the first, with bounds the second.
        jac: A Jacobian of your own, ``jac(xdata, *params)`` of shape (m, k), or one of SciPy's
            words for numerical differences. By default the exact one.
        full_output: Whether to return more, as SciPy does.
        nan_policy: As SciPy's.
        kwargs: For SciPy's ``leastsq`` or ``least_squares``.

    Returns:
        ``(popt, pcov)``: the parameters, shape (k,), and their covariance, shape (k, k). The roots
        of its diagonal are the parameters' standard deviations.

    Raises:
        ArgumentError, DtypeError: ``f`` returns something else than real numbers.
        TraceError: ``f`` does what cannot be differentiated; the message names the line.

    >>> t = np.array([0.0, 1.0, 2.0, 3.0])
    >>> popt, pcov = curve_fit(lambda t, a, k: a * np.exp(-k * t), t, [8.1, 4.0, 1.9, 1.1])
    >>> popt.round(3), np.sqrt(np.diag(pcov)).round(3)
    (array([8.091, 0.703]), array([0.1  , 0.018]))
    """
    require_callable(f, "curve_fit")
    if jac is None and kwargs.get("jac_sparsity") is None:
        f, jac = _with_jacobian(f, np.size(ydata), user_line())
        kwargs.pop("col_deriv", None)  # tells which way round a given Jacobian lies
    return scipy.optimize.curve_fit(
        f,
        xdata,
        ydata,
        p0,
        sigma,
        absolute_sigma,
        check_finite,
        bounds,
        method,
        jac,
        full_output=full_output,
        nan_policy=nan_policy,
        **kwargs,
    )


def _with_jacobian(
    f: Callable[..., Any], size: int, where: str
) -> tuple[Callable[..., Vector], Callable[..., Matrix]]:
    """The model's values, shape (size,), and their derivatives by k parameters, (size, k)."""

    def linearized(params: Vector, xdata: Any) -> Linearized:
        moving = range(1, len(params) + 1)
        return Linearized(f, (xdata, *params), moving=moving, where=where)

    near = Latest(linearized)

    @functools.wraps(f)  # SciPy counts the parameters
    def values(xdata: Any, *params: float) -> Vector:
        return near(np.array(params), xdata).value.copy()

    def jacobian(xdata: Any, *params: float) -> Matrix:
        found = near(np.array(params), xdata).jacobian()
        if len(found) == 1:  # a constant is fitted to all of the data
            return np.broadcast_to(found, (size, found.shape[1]))
        return found

    return values, jacobian
