"""``scipy.integrate`` with exact Jacobians for stiff differential equations.

Names that are not defined here (``quad``, ``Radau``, ``OdeSolution``, …) are SciPy's own.

>>> from clearprop.scipy import integrate
>>> decay = integrate.solve_ivp(lambda t, y: -50 * y, (0, 1), [1.0], method="Radau", atol=1e-9)
>>> decay.success, abs(decay.y[0, -1]) < 1e-6
(True, np.True_)
"""

from __future__ import annotations

from typing import Any

import scipy.integrate

from clearprop.scipy.integrate.solving import solve_ivp

__all__ = ["solve_ivp"]


def __getattr__(name: str) -> Any:
    return getattr(scipy.integrate, name)
