"""Product of two numbers: y = a b, ∂y/∂a = b, ∂y/∂b = a.

>>> import clearprop as cp
>>> cp.grad(lambda a, b: a * b)(2.0, 5.0)
5.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL

primitive = Elementwise(
    "multiply",
    value=lambda xp, a, b: a * b,
    partials=lambda ops, y, a, b: (b, a),
    formula=r"@0 \cdot @1",
    domain=(REAL, REAL),
    ufunc=np.multiply,
    accepts="biufc",
    symbol="*",
)
