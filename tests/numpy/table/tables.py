"""How the table is written: functions of NumPy and arguments to try them on.

A case is a program of a namespace ``np``; what it returns is compared with what it returns when
``np`` is NumPy. Where NumPy raises, so must we, with an error of the same built-in class.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.numpy.running import Case

DTYPES = ("float64", "float32", "int64", "int8", "bool")


def array(*shape: int, dtype: str = "float64", low: float = 0.3, high: float = 2.7) -> Any:
    """Distinct numbers in an order that looks random; integers from −4 to 5, booleans by turns."""
    count = int(np.prod(shape))
    order = np.random.default_rng(count + 7 * len(shape)).permutation(count)
    if dtype == "bool":
        return (order % 3 == 0).reshape(shape)
    if dtype.startswith(("int", "uint")):
        return (order % 9 - (4 if dtype.startswith("int") else 0)).astype(dtype).reshape(shape)
    spread = ((order + 0.5) / max(count, 1)) ** 1.07  # sums of them do not tie
    return (low + (high - low) * spread).astype(dtype).reshape(shape)


def signed(*shape: int, dtype: str = "float64") -> Any:
    """Distinct numbers on both sides of 0."""
    return array(*shape, dtype=dtype, low=-2.0, high=2.1)


def complexes(*shape: int, dtype: str = "complex128") -> Any:
    """Distinct complex numbers in all quadrants."""
    parts = signed(2, *shape)
    return (parts[0] + 1j * parts[1]).astype(dtype)


def words(text: str) -> list[str]:
    """Names, written one after the other."""
    return text.split()


class Table:
    """Collects cases."""

    def __init__(self) -> None:
        self.cases: list[Case] = []

    def add(self, title: str, program: Callable[..., Any], *args: Any, **options: Any) -> None:
        """One case."""
        self.cases.append(Case(title, program, args, **options))

    def over(
        self,
        title: str,
        program: Callable[..., Any],
        *shapes: tuple[int, ...],
        dtypes: tuple[str, ...] = DTYPES,
        make: Callable[..., Any] = signed,
        **options: Any,
    ) -> None:
        """A case per shape in double precision, and one per further dtype with the first shape."""
        for shape in shapes:
            made = make(*shape, dtype=dtypes[0])
            self.add(f"{title} {dtypes[0]}{list(shape)}", program, made, **options)
        for dtype in dtypes[1:]:
            made = (make if dtype.startswith("f") else array)(*shapes[0], dtype=dtype)
            self.add(f"{title} {dtype}", program, made, **options)
