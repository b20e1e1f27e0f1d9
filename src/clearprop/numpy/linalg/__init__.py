"""Linear algebra; what is not defined here, as ``eig``, is NumPy's own, for plain values."""

# ruff: noqa: F403 (each module says in its __all__ what it exports)

from __future__ import annotations

from typing import Any

import numpy as _numpy

from clearprop.numpy.linalg import factoring, measuring, multiplying, systems
from clearprop.numpy.linalg.factoring import *
from clearprop.numpy.linalg.measuring import *
from clearprop.numpy.linalg.multiplying import *
from clearprop.numpy.linalg.systems import *

__all__: list[str] = []
__all__ += factoring.__all__
__all__ += measuring.__all__
__all__ += multiplying.__all__
__all__ += systems.__all__


def __getattr__(name: str) -> Any:
    return getattr(_numpy.linalg, name)


def __dir__() -> list[str]:
    return sorted({*__all__, *dir(_numpy.linalg)})
