"""Error function: y = erf x = 2/√π ∫₀ˣ exp(−t²) dt, dy/dx = 2/√π exp(−x²).

>>> import numpy as np
>>> primitive.value(np, np.array([-10.0, 0.0, 10.0]))
array([-1.,  0.,  1.])
"""

import math
from typing import Any

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL


def value(xp: Any, x: Any) -> Any:
    """SciPy's, loaded on first use; it has none for float16, so the dtype is put back."""
    from scipy.special import erf

    return erf(x).astype(x.dtype, copy=False)


primitive = Elementwise(
    "erf",
    value=value,
    partials=lambda ops, y, x: (2 / math.sqrt(math.pi) * ops.exp(-(x * x)),),
    formula=r"\operatorname{erf} @0",
    domain=(REAL,),
    lower=lambda xp, x: xp.erf(x),
)
