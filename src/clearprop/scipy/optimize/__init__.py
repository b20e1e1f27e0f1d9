"""``scipy.optimize`` with exact derivatives: minimization, least squares, curve fitting, roots.

Names that are not defined here (``Bounds``, ``LinearConstraint``, ``OptimizeResult``, functions
without derivatives, …) are SciPy's own.

>>> from clearprop.scipy import optimize
>>> optimize.minimize(lambda x: (x[0] - 1) ** 2 + (x[1] - x[0]) ** 2, [0.0, 0.0]).x.round(6)
array([1., 1.])
"""

from __future__ import annotations

from typing import Any

import scipy.optimize

from clearprop.scipy.optimize.fitting import curve_fit
from clearprop.scipy.optimize.minimizing import minimize
from clearprop.scipy.optimize.roots import root
from clearprop.scipy.optimize.scalar_roots import root_scalar
from clearprop.scipy.optimize.squares import least_squares

__all__ = ["curve_fit", "least_squares", "minimize", "root", "root_scalar"]


def __getattr__(name: str) -> Any:
    return getattr(scipy.optimize, name)
