"""Functions element by element: the ufuncs of NumPy that are primitives of the catalogue."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from clearprop.numpy.public import of_ufunc
from clearprop.primitives import CATALOGUE, Elementwise
from clearprop.tracing import as_array, elementwise, holds_traced, strengthened

__all__ = [
    "acos",
    "acosh",
    "add",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "bitwise_and",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "cbrt",
    "ceil",
    "cos",
    "cosh",
    "divide",
    "equal",
    "erf",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "floor_divide",
    "fmod",
    "greater",
    "greater_equal",
    "hypot",
    "invert",
    "isfinite",
    "isinf",
    "isnan",
    "left_shift",
    "less",
    "less_equal",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "negative",
    "not_equal",
    "pow",
    "power",
    "remainder",
    "right_shift",
    "rint",
    "sigmoid",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "subtract",
    "tan",
    "tanh",
    "true_divide",
    "trunc",
]

# Arithmetic ---------------------------------------------------------------------------------------

add: Final = of_ufunc(np.add)
divide: Final = of_ufunc(np.divide)
floor_divide: Final = of_ufunc(np.floor_divide)
fmod: Final = of_ufunc(np.fmod)
hypot: Final = of_ufunc(np.hypot)
maximum: Final = of_ufunc(np.maximum)
minimum: Final = of_ufunc(np.minimum)
multiply: Final = of_ufunc(np.multiply)
negative: Final = of_ufunc(np.negative)
power: Final = of_ufunc(np.power)
remainder: Final = of_ufunc(np.remainder)
sign: Final = of_ufunc(np.sign)
subtract: Final = of_ufunc(np.subtract)

# Exponentials, logarithms and roots ---------------------------------------------------------------

cbrt: Final = of_ufunc(np.cbrt)
exp: Final = of_ufunc(np.exp)
exp2: Final = of_ufunc(np.exp2)
expm1: Final = of_ufunc(np.expm1)
log: Final = of_ufunc(np.log)
log10: Final = of_ufunc(np.log10)
log1p: Final = of_ufunc(np.log1p)
log2: Final = of_ufunc(np.log2)
logaddexp: Final = of_ufunc(np.logaddexp)
sqrt: Final = of_ufunc(np.sqrt)

# Trigonometry -------------------------------------------------------------------------------------

arccos: Final = of_ufunc(np.arccos)
arccosh: Final = of_ufunc(np.arccosh)
arcsin: Final = of_ufunc(np.arcsin)
arcsinh: Final = of_ufunc(np.arcsinh)
arctan: Final = of_ufunc(np.arctan)
arctan2: Final = of_ufunc(np.arctan2)
arctanh: Final = of_ufunc(np.arctanh)
cos: Final = of_ufunc(np.cos)
cosh: Final = of_ufunc(np.cosh)
sin: Final = of_ufunc(np.sin)
sinh: Final = of_ufunc(np.sinh)
tan: Final = of_ufunc(np.tan)
tanh: Final = of_ufunc(np.tanh)

# Rounding -----------------------------------------------------------------------------------------

ceil: Final = of_ufunc(np.ceil)
floor: Final = of_ufunc(np.floor)
rint: Final = of_ufunc(np.rint)
trunc: Final = of_ufunc(np.trunc)

# Comparisons and tests ----------------------------------------------------------------------------

equal: Final = of_ufunc(np.equal)
greater: Final = of_ufunc(np.greater)
greater_equal: Final = of_ufunc(np.greater_equal)
isfinite: Final = of_ufunc(np.isfinite)
isinf: Final = of_ufunc(np.isinf)
isnan: Final = of_ufunc(np.isnan)
less: Final = of_ufunc(np.less)
less_equal: Final = of_ufunc(np.less_equal)
not_equal: Final = of_ufunc(np.not_equal)

# Logic and bits -----------------------------------------------------------------------------------

bitwise_and: Final = of_ufunc(np.bitwise_and)
bitwise_or: Final = of_ufunc(np.bitwise_or)
bitwise_xor: Final = of_ufunc(np.bitwise_xor)
invert: Final = of_ufunc(np.invert)
left_shift: Final = of_ufunc(np.left_shift)
logical_and: Final = of_ufunc(np.logical_and)
logical_not: Final = of_ufunc(np.logical_not)
logical_or: Final = of_ufunc(np.logical_or)
logical_xor: Final = of_ufunc(np.logical_xor)
right_shift: Final = of_ufunc(np.right_shift)

# Other names of the same functions ----------------------------------------------------------------

acos: Final = arccos
acosh: Final = arccosh
asin: Final = arcsin
asinh: Final = arcsinh
atan: Final = arctan
atan2: Final = arctan2
atanh: Final = arctanh
bitwise_invert: Final = invert
bitwise_left_shift: Final = left_shift
bitwise_not: Final = invert
bitwise_right_shift: Final = right_shift
mod: Final = remainder
pow: Final = power
true_divide: Final = divide

# Primitives that NumPy does not have --------------------------------------------------------------


def sigmoid(x: Any) -> Any:
    """The logistic function 1 / (1 + e⁻ˣ), element by element, without overflow."""
    return _floating("sigmoid", x)


def erf(x: Any) -> Any:
    """The error function 2/√π ∫₀ˣ e^(−t²) dt, element by element."""
    return _floating("erf", x)


def _floating(name: str, x: Any) -> Any:
    primitive = CATALOGUE[name]
    assert isinstance(primitive, Elementwise)
    if holds_traced((x,)):
        return strengthened(elementwise(primitive, x))
    array = as_array(x)
    return primitive.value(np, array.astype(np.result_type(array, np.float16)))[()]
