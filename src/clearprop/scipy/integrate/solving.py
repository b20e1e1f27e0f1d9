"""``solve_ivp``: implicit methods get the exact Jacobian of the right-hand side."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import scipy.integrate

from clearprop.errors import DtypeError, ShapeError
from clearprop.scipy.linearized import Linearized, Matrix, Vector
from clearprop.tracing import require_callable, user_line

IMPLICIT: Final = (scipy.integrate.Radau, scipy.integrate.BDF, scipy.integrate.LSODA)
"""The methods that use a Jacobian; the others call the function as it is."""


def solve_ivp(
    fun: Callable[..., Any],
    t_span: Sequence[float],
    y0: Any,
    method: Any = "RK45",
    t_eval: Any = None,
    dense_output: bool = False,
    events: Any = None,
    vectorized: bool = False,
    args: Any = None,
    **options: Any,
) -> Any:
    """Solve an initial value problem dy/dt = f(t, y): ``scipy.integrate.solve_ivp``.

    Radau, BDF and LSODA get the exact ∂f/∂y; between Jacobians, and with the other methods, the
    function is called as it is.

    Args:
        fun: ``fun(t, y, *args)`` → dy/dt of shape (n,), as an array or a list; with ``vectorized``
            y and dy/dt may have the shape (n, k).
        t_span: From where to where.
        y0: The state at the beginning, shape (n,).
        method: As SciPy's.
        t_eval: As SciPy's.
        dense_output: As SciPy's.
        events: As SciPy's.
        vectorized: As SciPy's.
        args: Further arguments of ``fun``, ``jac`` and ``events``.
        options: SciPy's other options. A ``jac`` among them wins over the exact one;
            ``jac_sparsity`` asks for SciPy's sparse differences. ``lband`` and ``uband`` of LSODA
            keep their meaning: what lies outside the band is taken for zero.

    Returns:
        SciPy's result: ``t``, ``y``, ``nfev``, ``njev``, ``nlu``, …

    Raises:
        DtypeError: y0 is complex.
        ShapeError: ``fun`` returns another number of values than y0 has.
        TraceError: ``fun`` does what cannot be differentiated; the message names the line.

    >>> found = solve_ivp(lambda t, y: [-1000 * (y[0] - np.cos(t)), y[0]], (0, 1), [0.0, 0.0],
    ...                   method="BDF", rtol=1e-6, atol=1e-9)
    >>> found.success, found.y[:, -1].round(4)
    (True, array([0.5411, 0.8409]))
    """
    require_callable(fun, "solve_ivp")
    given = any(options.get(name) is not None for name in ("jac", "jac_sparsity"))
    if _is_implicit(method) and not given:
        _refuse_complex(y0)
        jacobian = _jacobian(fun, vectorized, user_line())
        options["jac"] = _packed(jacobian, options.get("lband"), options.get("uband"))
    return scipy.integrate.solve_ivp(
        fun, t_span, y0, method, t_eval, dense_output, events, vectorized, args, **options
    )


def _is_implicit(method: Any) -> bool:
    if inspect.isclass(method):
        return issubclass(method, IMPLICIT)
    return method in [kind.__name__ for kind in IMPLICIT]


def _refuse_complex(y0: Any) -> None:
    if np.iscomplexobj(y0):
        raise DtypeError(
            f"y0 is of type {np.asarray(y0).dtype}",
            where=user_line(),
            why="The Jacobian is taken by real numbers.",
            remedy="Write the real and the imaginary parts as unknowns of their own, or pass jac=.",
        )


def _jacobian(fun: Callable[..., Any], vectorized: bool, where: str) -> Callable[..., Matrix]:
    """∂f/∂y at a time and a state, shape (n, n)."""

    def as_column(t: float, y: Any, *args: Any) -> Any:
        return fun(t, y[:, None], *args)

    f = as_column if vectorized else fun

    def jacobian(t: float, y: Vector, *args: Any) -> Matrix:
        near = Linearized(f, (t, y, *args), moving=(1,), where=where)
        if near.value.shape != y.shape:
            raise ShapeError(
                f"the function returns {near.value.size} values; y has {y.size} elements",
                where=where,
            )
        return near.jacobian()

    return jacobian


def _packed(
    jacobian: Callable[..., Matrix], lband: int | None, uband: int | None
) -> Callable[..., Matrix]:
    """The Jacobian as LSODA wants it: where there is a band, its diagonals as rows."""
    if lband is None and uband is None:
        return jacobian
    below, above = lband or 0, uband or 0

    def banded(t: float, y: Vector, *args: Any) -> Matrix:
        found = jacobian(t, y, *args)
        rows = np.zeros((below + above + 1, y.size))
        for offset in range(-below, above + 1):
            diagonal = np.diagonal(found, offset)
            start = max(offset, 0)
            rows[above - offset, start : start + diagonal.size] = diagonal
        return rows

    return banded
