"""Tracing: NumPy-like functions in, typed graph out, a source line on every node."""

from clearprop.tracing.array import Traced, bottom
from clearprop.tracing.bind import apply, bind
from clearprop.tracing.call import (
    Argument,
    Leaf,
    Recorded,
    output,
    parameter_name,
    record_call,
    require_callable,
)
from clearprop.tracing.guards import guard_bool, guard_index, guard_int
from clearprop.tracing.indexing import getitem, in_place, setitem
from clearprop.tracing.lift import filled, fitted, lift, new_array
from clearprop.tracing.promote import (
    common_shape,
    elementwise,
    fit,
    plain,
    strengthened,
    together,
    type_of_value,
)
from clearprop.tracing.protocols import array_function, array_ufunc, unsupported
from clearprop.tracing.trace import CURRENT, Trace, name_scope, user_line
from clearprop.tracing.views import copy, refresh, view, write

__all__ = [
    "CURRENT",
    "Argument",
    "Leaf",
    "Recorded",
    "Trace",
    "Traced",
    "apply",
    "array_function",
    "array_ufunc",
    "bind",
    "bottom",
    "common_shape",
    "copy",
    "elementwise",
    "filled",
    "fit",
    "fitted",
    "getitem",
    "guard_bool",
    "guard_index",
    "guard_int",
    "in_place",
    "lift",
    "name_scope",
    "new_array",
    "output",
    "parameter_name",
    "plain",
    "record_call",
    "refresh",
    "require_callable",
    "setitem",
    "strengthened",
    "together",
    "type_of_value",
    "unsupported",
    "user_line",
    "view",
    "write",
]
