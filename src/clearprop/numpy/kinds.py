"""What kind of numbers arrays hold, and what they become together; the numbers do not matter."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.numpy.public import follows
from clearprop.tracing import Traced, type_of_value

__all__ = ["can_cast", "isscalar", "result_type"]


@follows(np.result_type)
def result_type(*arrays_and_dtypes: Any) -> Any:
    """The dtype that an operation on them would give; Python numbers are weak."""
    return np.result_type(*map(_asked, arrays_and_dtypes))


@follows(np.can_cast)
def can_cast(from_: Any, to: Any, casting: Any = "safe") -> bool:
    """Whether a conversion between dtypes is allowed by a rule."""
    return np.can_cast(from_.dtype if from_.__class__ is Traced else from_, to, casting)


@follows(np.isscalar)
def isscalar(element: Any) -> bool:
    """Whether it is a scalar, and no array."""
    return element.__class__ is Traced and not element.is_array


def _asked(value: Any) -> Any:
    """What NumPy is asked about in the place of a traced value."""
    if value.__class__ is not Traced:
        return value
    type_ = type_of_value(value)
    return type_.dtype.type(0).item() if type_.weak else type_.dtype
