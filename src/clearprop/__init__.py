"""clearprop: exact derivatives of plain Python and NumPy, as a graph one can look at.

Everything is imported on first use, so that ``import clearprop`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

from clearprop._version import __version__

_EXPORTS = {
    "clearprop.api.check": ("check_grads",),
    "clearprop.api.checkpoint": ("checkpoint",),
    "clearprop.api.compiled": ("compile",),
    "clearprop.api.control": ("cond", "fori_loop", "scan", "while_loop"),
    "clearprop.api.custom": ("custom_derivative",),
    "clearprop.api.derivatives": ("grad", "jvp", "stop_gradient", "value_and_grad", "vjp"),
    "clearprop.api.graphs": ("parse", "trace"),
    "clearprop.api.implicit": ("implicit",),
    "clearprop.api.jacobians": ("hessian", "jacobian"),
    "clearprop.api.linear": ("hvp", "linearize"),
    "clearprop.api.vmap": ("vmap",),
    "clearprop.api.taylor": ("jet",),
    "clearprop.execute": ("run",),
    "clearprop.explain": ("why",),
    "clearprop.graph": ("Graph",),
    "clearprop.tracing": ("name_scope",),
}
_HOME = {name: module for module, names in _EXPORTS.items() for name in names}
_MODULES = (
    *("api", "derive", "errors", "execute", "explain", "graph", "nn", "numpy", "primitives"),
    *("random", "scipy", "tracing", "train"),
)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
    elif name in _MODULES:
        value = importlib.import_module(f"clearprop.{name}")
    else:
        raise AttributeError(f"module 'clearprop' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*_HOME, *_MODULES, "__version__"])


__all__ = ["__version__", *_HOME]
