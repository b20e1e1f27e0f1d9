"""NumPy's functions on plain and traced values: ``import clearprop.numpy as np``.

On plain values every function is NumPy's own. Inside a traced function they also take traced
arrays, and creation functions return arrays that can hold them.
"""

from __future__ import annotations

from typing import Any

import numpy as _numpy

from clearprop.numpy.namespace import NAMESPACE
from clearprop.numpy.public import ufunc_of as _ufunc_of
from clearprop.primitives import CATALOGUE as _CATALOGUE
from clearprop.primitives import Elementwise as _Elementwise

globals().update(
    {
        primitive.ufunc.__name__: _ufunc_of(primitive)
        for primitive in _CATALOGUE.values()
        if isinstance(primitive, _Elementwise) and primitive.ufunc is not None
    }
)
from clearprop.numpy.products import matmul
from clearprop.numpy.reductions import max, sum
from clearprop.numpy.shapes import reshape, transpose


def __getattr__(name: str) -> Any:
    return getattr(_numpy, name)
