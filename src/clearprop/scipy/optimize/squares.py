"""``least_squares`` with the exact Jacobian of the residuals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.optimize

from clearprop.scipy.function import VectorFunction
from clearprop.scipy.layout import Layout
from clearprop.tracing import require_callable


def least_squares(
    fun: Callable[..., Any],
    x0: Any,
    jac: Any = None,
    bounds: Any = (-np.inf, np.inf),
    method: str = "trf",
    **options: Any,
) -> scipy.optimize.OptimizeResult:
    """Minimize a sum of squares, or of a robust loss of them: ``scipy.optimize.least_squares``.

    Args:
        fun: ``fun(x, *args, **kwargs)`` → the residuals: numbers or arrays, or containers of them.
        x0: Where to start: a number, an array of shape (n,) or a list of numbers, or a nested
            container of floats and float arrays; see :func:`minimize`.
        jac: A Jacobian of your own, shape (m, n), or one of SciPy's words for numerical
            differences. By default the exact one; with ``jac_sparsity``, which asks for sparse
            differences, SciPy's.
        bounds: As SciPy's; for a nested x0 each of the two may be a container of its form.
        method: As SciPy's.
        options: SciPy's other arguments: ``loss``, ``args``, ``kwargs``, ``max_nfev``, …

    Returns:
        SciPy's ``OptimizeResult``, with ``x`` in the form of x0. Its Jacobian has a column per
        element of x0, leaf after leaf.

    Raises:
        DtypeError: x0 or a residual is not real.
        ArgumentError: ``bounds`` have not the form of x0.
        TraceError: ``fun`` does what cannot be differentiated; the message names the line.

    >>> t = np.array([0.0, 1.0, 2.0])
    >>> found = least_squares(lambda x: x[0] * np.exp(-x[1] * t) - [8.0, 4.0, 2.0], [1.0, 0.0])
    >>> found.x.round(6)
    array([8.      , 0.693147])
    """
    require_callable(fun, "least_squares")
    layout = Layout(x0)
    if jac is None and options.get("jac_sparsity") is None:
        smooth = VectorFunction(fun, layout)
        of_vector, jac = smooth.value, smooth.jacobian
    else:
        of_vector, jac = layout.takes(fun), "2-point" if jac is None else jac
        jac = layout.takes(jac) if callable(jac) else jac
    return layout.present(
        scipy.optimize.least_squares(
            of_vector, layout.start, jac, _bounds(bounds, layout), method, **options
        )
    )


def _bounds(bounds: Any, layout: Layout) -> Any:
    if layout.nested and isinstance(bounds, (tuple, list)) and len(bounds) == 2:
        return tuple(layout.vector(limits, "a bound") for limits in bounds)
    return bounds
