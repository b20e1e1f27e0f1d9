"""Primitives that are no functions of NumPy, on plain and traced values."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.primitives import CATALOGUE
from clearprop.tracing import as_array, bind, fit, type_of_value


def special(name: str, *operands: Any) -> Any:
    """An elementwise primitive by name, on operands that are broadcast, all to one dtype.

    >>> special("erfinv", 0.0)
    np.float64(0.0)
    """
    arrays = [as_array(operand) for operand in operands]
    shape = np.broadcast_shapes(*[array.shape for array in arrays])
    dtype = np.result_type(*[array.dtype for array in arrays])
    fitted = [fit(array, type_of_value(array), shape, dtype) for array in arrays]
    return bind(CATALOGUE[name], fitted)
