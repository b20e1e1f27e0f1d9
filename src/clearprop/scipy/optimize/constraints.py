"""The constraints of a minimization, with exact Jacobians and Hessians."""

from __future__ import annotations

import copy
import functools
from typing import Any, Final

import numpy as np
from scipy.optimize import BFGS, LinearConstraint, NonlinearConstraint

from clearprop.scipy.function import VectorFunction
from clearprop.scipy.layout import Layout

_SINGLE: Final = (dict, LinearConstraint, NonlinearConstraint)

_UPPER: Final = {"eq": 0.0, "ineq": np.inf}


def prepared(constraints: Any, method: str | None, layout: Layout) -> Any:
    """The constraints as SciPy takes them, with the derivatives that the method uses.

    Args:
        constraints: One or several, of SciPy's three kinds; None for none.
        method: The method's name in lower case; None if SciPy is to choose it.
        layout: The form of the argument that their functions take.

    Returns:
        New constraints; the user's own are left as they were. What is not well formed is passed on,
        for SciPy to refuse.
    """
    if constraints is None or isinstance(constraints, _SINGLE):
        return prepared([] if constraints is None else [constraints], method, layout)
    return [_one(constraint, method, layout) for constraint in constraints]


def _one(constraint: Any, method: str | None, layout: Layout) -> Any:
    if isinstance(constraint, dict) and callable(constraint.get("fun")):
        if method == "trust-constr" and constraint.get("type") in _UPPER:
            return _nonlinear(_as_object(constraint), method, layout)
        return _dictionary(constraint, method, layout)
    if isinstance(constraint, NonlinearConstraint):
        return _nonlinear(constraint, method, layout)
    return constraint


def _dictionary(constraint: dict[str, Any], method: str | None, layout: Layout) -> dict[str, Any]:
    """For SLSQP, which SciPy chooses where there are constraints, and methods without slopes."""
    if method not in (None, "slsqp", "custom"):
        return {**constraint, "fun": layout.takes(constraint["fun"])}
    if callable(constraint.get("jac")):
        given = {name: layout.takes(constraint[name]) for name in ("fun", "jac")}
        return {**constraint, **given}
    smooth = VectorFunction(constraint["fun"], layout)
    return {**constraint, "fun": smooth.value, "jac": smooth.jacobian}


def _as_object(constraint: dict[str, Any]) -> NonlinearConstraint:
    """A dictionary as the object that trust-constr works on."""
    extra = tuple(constraint.get("args", ()))

    def with_args(f: Any) -> Any:
        return functools.wraps(f)(lambda x: f(x, *extra))

    jac = constraint.get("jac")
    return NonlinearConstraint(
        with_args(constraint["fun"]),
        0.0,
        _UPPER[constraint["type"]],
        jac=with_args(jac) if callable(jac) else "2-point",
    )


def _nonlinear(
    constraint: NonlinearConstraint, method: str | None, layout: Layout
) -> NonlinearConstraint:
    made = copy.copy(constraint)
    made.fun = layout.takes(constraint.fun)
    made.jac = layout.takes(constraint.jac) if callable(constraint.jac) else constraint.jac
    made.hess = layout.takes(constraint.hess) if callable(constraint.hess) else constraint.hess
    if method not in (None, "slsqp", "trust-constr", "custom"):
        return made
    smooth = VectorFunction(constraint.fun, layout)
    if _by_default(constraint):
        made.fun, made.jac = smooth.value, smooth.jacobian
    if method == "trust-constr" and callable(made.jac) and type(constraint.hess) is BFGS:
        made.hess = smooth.weighted_hessian
    return made


def _by_default(constraint: NonlinearConstraint) -> bool:
    """Whether nothing was said about how the Jacobian is found."""
    how = constraint.finite_diff_rel_step, constraint.finite_diff_jac_sparsity
    silent = all(option is None for option in how)
    return silent and isinstance(constraint.jac, str) and constraint.jac == "2-point"
