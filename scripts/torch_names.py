"""NumPy's names for PyTorch's functions, as far as the page "Awkward points" needs them."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import torch


def numpy_names() -> Any:
    """A namespace whose functions are PyTorch's of the same meaning, on doubles."""
    return types.SimpleNamespace(**_FUNCTIONS, linalg=types.SimpleNamespace(**_MATRICES))


def _tensor(x: Any) -> Any:
    return x if isinstance(x, torch.Tensor) else torch.tensor(x, dtype=torch.float64)


def _array(x: Any) -> Any:
    """Positions stay integers."""
    first = x[0] if isinstance(x, list) else x
    return torch.tensor(x, dtype=None if isinstance(first, int) else torch.float64)


def _of_tensors(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with its numbers made tensors."""
    return lambda *operands: function(*map(_tensor, operands))


_FUNCTIONS: dict[str, Any] = {
    **{
        name: _of_tensors(getattr(torch, name))
        for name in (
            *("sqrt", "exp", "sin", "log", "log2", "log10", "log1p", "abs", "sign", "floor"),
            *("ceil", "round", "trunc", "arcsin", "arccos", "arctanh", "arccosh", "sinc", "isnan"),
            *("maximum", "minimum", "hypot", "arctan2", "logaddexp", "heaviside"),
            *("sum", "prod", "mean", "max", "min", "argmax"),
        )
    },
    "inf": torch.inf,
    "where": torch.where,
    "power": torch.pow,
    "mod": _of_tensors(torch.remainder),
    "clip": torch.clamp,
    "array": _array,
    "arange": torch.arange,
    "eye": lambda n: torch.eye(n, dtype=torch.float64),
    "nansum": torch.nansum,
    "sort": lambda x: torch.sort(x).values,
    "median": lambda x: torch.quantile(x, 0.5),
    "std": lambda x: torch.std(x, correction=0),
    "var": lambda x: torch.var(x, correction=0),
    "ptp": lambda x: torch.max(x) - torch.min(x),
    "cumprod": lambda x: torch.cumprod(x, dim=0),
}

_MATRICES: dict[str, Any] = {
    "norm": lambda x, order=None: torch.linalg.norm(x, order),
    "det": torch.linalg.det,
    "eigh": torch.linalg.eigh,
    "inv": torch.linalg.inv,
    "slogdet": torch.linalg.slogdet,
    "eigvalsh": torch.linalg.eigvalsh,
    "svd": torch.linalg.svd,
}
