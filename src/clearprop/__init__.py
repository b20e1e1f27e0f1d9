"""clearprop: exact derivatives of plain Python and NumPy, as a graph one can look at.

Everything is imported on first use, so that ``import clearprop`` costs next to nothing. For type
checkers the same names are imported plainly, in a block that never runs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from clearprop._version import __version__

if TYPE_CHECKING:
    from clearprop import api as api
    from clearprop import derive as derive
    from clearprop import errors as errors
    from clearprop import execute as execute
    from clearprop import explain as explain
    from clearprop import graph as graph
    from clearprop import nn as nn
    from clearprop import numpy as numpy
    from clearprop import primitives as primitives
    from clearprop import random as random
    from clearprop import scipy as scipy
    from clearprop import tracing as tracing
    from clearprop import train as train
    from clearprop.api.check import check_grads as check_grads
    from clearprop.api.checkpoint import checkpoint as checkpoint
    from clearprop.api.compiled import compile as compile
    from clearprop.api.control import cond as cond
    from clearprop.api.control import fori_loop as fori_loop
    from clearprop.api.control import scan as scan
    from clearprop.api.control import while_loop as while_loop
    from clearprop.api.custom import custom_derivative as custom_derivative
    from clearprop.api.derivatives import grad as grad
    from clearprop.api.derivatives import jvp as jvp
    from clearprop.api.derivatives import stop_gradient as stop_gradient
    from clearprop.api.derivatives import value_and_grad as value_and_grad
    from clearprop.api.derivatives import vjp as vjp
    from clearprop.api.graphs import parse as parse
    from clearprop.api.graphs import trace as trace
    from clearprop.api.implicit import implicit as implicit
    from clearprop.api.jacobians import hessian as hessian
    from clearprop.api.jacobians import jacobian as jacobian
    from clearprop.api.linear import hvp as hvp
    from clearprop.api.linear import linearize as linearize
    from clearprop.api.taylor import jet as jet
    from clearprop.api.vmap import vmap as vmap
    from clearprop.execute import run as run
    from clearprop.explain import why as why
    from clearprop.graph import Graph as Graph
    from clearprop.tracing import name_scope as name_scope

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


if not TYPE_CHECKING:  # a type checker would let every misspelt name pass

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
