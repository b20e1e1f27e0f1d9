"""NumPy's functions on plain and traced values: ``import clearprop.numpy as np``.

On plain values every function is NumPy's own. Inside a traced function they also take traced
arrays, and creation functions return arrays that can hold them. Names that are not defined here
(dtypes, constants, further functions) are NumPy's; a traced value that meets one of those functions
is an error that names what is near it.

>>> import clearprop as cp, clearprop.numpy as np
>>> cp.grad(lambda x: np.linalg.norm(x))(np.array([3.0, 4.0]))
array([0.6, 0.8])
"""

# ruff: noqa: F403 (each module says in its __all__ what it exports)

from __future__ import annotations

from typing import Any

import numpy as _numpy

from clearprop.numpy import (
    choosing,
    comparing,
    complexes,
    creation,
    cumulative,
    einstein,
    elementwise,
    extras,
    fft,
    fitting,
    grids,
    joining,
    kinds,
    linalg,
    moving,
    numerics,
    positions,
    products,
    reductions,
    shapes,
    sorting,
    statistics,
    writing,
)
from clearprop.numpy.choosing import *
from clearprop.numpy.comparing import *
from clearprop.numpy.complexes import *
from clearprop.numpy.creation import *
from clearprop.numpy.cumulative import *
from clearprop.numpy.einstein import *
from clearprop.numpy.elementwise import *
from clearprop.numpy.extras import *
from clearprop.numpy.fitting import *
from clearprop.numpy.grids import *
from clearprop.numpy.joining import *
from clearprop.numpy.kinds import *
from clearprop.numpy.moving import *
from clearprop.numpy.numerics import *
from clearprop.numpy.positions import *
from clearprop.numpy.products import *
from clearprop.numpy.reductions import *
from clearprop.numpy.shapes import *
from clearprop.numpy.sorting import *
from clearprop.numpy.statistics import *
from clearprop.numpy.writing import *

__all__ = ["fft", "linalg"]
__all__ += choosing.__all__
__all__ += comparing.__all__
__all__ += complexes.__all__
__all__ += creation.__all__
__all__ += cumulative.__all__
__all__ += einstein.__all__
__all__ += elementwise.__all__
__all__ += extras.__all__
__all__ += fitting.__all__
__all__ += grids.__all__
__all__ += joining.__all__
__all__ += kinds.__all__
__all__ += moving.__all__
__all__ += numerics.__all__
__all__ += positions.__all__
__all__ += products.__all__
__all__ += reductions.__all__
__all__ += shapes.__all__
__all__ += sorting.__all__
__all__ += statistics.__all__
__all__ += writing.__all__


def __getattr__(name: str) -> Any:
    return getattr(_numpy, name)


def __dir__() -> list[str]:
    return sorted({*__all__, *dir(_numpy)})
