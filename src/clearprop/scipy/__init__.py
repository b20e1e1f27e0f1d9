"""SciPy's solvers, given exact derivatives: ``from clearprop.scipy import optimize, integrate``.

Each function has the name, the signature and the result of SciPy's own, and calls it; what it adds
are the gradient, Jacobian and Hessian of the user's plain NumPy function, in place of numerical
differences. SciPy is imported on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clearprop.scipy import integrate as integrate
    from clearprop.scipy import optimize as optimize

__all__ = ["integrate", "optimize"]


if not TYPE_CHECKING:  # a type checker would let every misspelt name pass

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module 'clearprop.scipy' has no attribute {name!r}")
        return importlib.import_module(f"clearprop.scipy.{name}")


def __dir__() -> list[str]:
    return list(__all__)
