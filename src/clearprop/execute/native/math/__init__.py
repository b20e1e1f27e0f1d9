"""Elementary functions on vectors as LLVM's text, inlined where they are used.

Floats and doubles, any number of lanes, the same bits for each; NumPy's special values; the largest
errors are in `bounds`.
"""

from clearprop.execute.native.math.bounds import BOUNDS, BOUNDS_OF_C
from clearprop.execute.native.math.catalogue import NAMES, definition, functions, symbol

__all__ = ["BOUNDS", "BOUNDS_OF_C", "NAMES", "definition", "functions", "symbol"]
