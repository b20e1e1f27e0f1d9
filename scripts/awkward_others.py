"""Make ``tests/awkward/others.json``: what other libraries answer at the awkward points.

Run ``python -m scripts.awkward_others`` from the project's root where autograd, JAX and PyTorch are
installed, or ``make awkward``, which sees to that. The page is made of these answers and ours.
"""

from __future__ import annotations

import importlib.metadata
import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import autograd
import autograd.numpy
import jax
import jax.numpy
import numpy
import torch

from scripts.torch_names import numpy_names
from tests.awkward.row import Row
from tests.awkward.table import ROWS
from tests.awkward.telling import told

ANSWERS: Final = "tests/awkward/others.json"


@dataclass(frozen=True)
class Library:
    """One of the others.

    Attributes:
        name: As the page calls it.
        package: As it is installed.
        numpy: Its namespace.
        point: A number, list or array as its input.
        first: ``first(f, x)``: the derivative.
        second: ``second(f, x)``: the second derivative.
    """

    name: str
    package: str
    numpy: Any
    point: Callable[[Any], Any]
    first: Callable[[Any, Any], Any]
    second: Callable[[Any, Any], Any]

    def answer(self, row: Row) -> str:
        """What it says: derivatives, the name of an exception, or – for want of the function."""
        try:
            f = row.function(self.numpy)
            first = self.first(f, self.point(row.at))
            second = None if row.second is None else self.second(f, self.point(row.at))
        except Exception as error:
            missing = isinstance(error, AttributeError) and "namespace" in str(error).lower()
            return "–" if missing else type(error).__name__.lstrip("_")
        return told(first, second)


def array(at: Any) -> Any:
    """Floats as NumPy's, whose 1/0 is ∞ and no error; integers and booleans stay."""
    if isinstance(at, float):
        return numpy.float64(at)
    return numpy.array(at, float) if isinstance(at, list) else at


def tensor(at: Any) -> Any:
    """Floats in double precision; integers and booleans stay."""
    return torch.tensor(at, dtype=torch.float64 if isinstance(at, list) else None).requires_grad_()


def libraries() -> list[Library]:
    """The others, in the order of the page's columns."""
    jax.config.update("jax_enable_x64", True)
    torch.set_default_dtype(torch.float64)
    of = torch.autograd.functional
    return [
        Library(
            "PyTorch",
            "torch",
            numpy_names(),
            tensor,
            lambda f, x: of.jacobian(f, x).numpy(),
            lambda f, x: of.hessian(f, x).numpy(),
        ),
        Library(
            "JAX",
            "jax",
            jax.numpy,
            array,
            lambda f, x: jax.grad(f)(x),
            lambda f, x: jax.hessian(f)(x),
        ),
        Library(
            "autograd",
            "autograd",
            autograd.numpy,
            array,
            lambda f, x: autograd.grad(f)(x),
            lambda f, x: autograd.hessian(f)(x),
        ),
    ]


def main() -> None:
    """Ask each library for each row."""
    warnings.simplefilter("ignore")
    asked = libraries()
    answers = {
        "versions": {
            library.name: importlib.metadata.version(library.package).split("+")[0]
            for library in asked
        },
        "answers": {
            key: {library.name: library.answer(row) for library in asked}
            for key, row in ROWS.items()
        },
    }
    text = json.dumps(answers, ensure_ascii=False, indent=1)
    (Path(__file__).parents[1] / ANSWERS).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
