"""Tracing: NumPy-like functions in, typed graph out, a source line on every node."""

from clearprop.tracing.array import Traced, bottom
from clearprop.tracing.bind import apply, apply_several, bind, blank, items, zeros
from clearprop.tracing.call import (
    Argument,
    Leaf,
    Recorded,
    argument,
    called,
    output,
    parameter_name,
    record_call,
    require_callable,
)
from clearprop.tracing.guards import guard, guard_bool, guard_index, guard_int, hold
from clearprop.tracing.indexing import getitem, in_place, setitem, store
from clearprop.tracing.inlining import appended, bind_at
from clearprop.tracing.lift import filled, fitted, laid_out, lift, new_array, owned
from clearprop.tracing.nested import as_array, cast, first_traced, holds_traced
from clearprop.tracing.orders import is_usual, like_corner
from clearprop.tracing.plan import looked_at
from clearprop.tracing.promote import (
    common_shape,
    elementwise,
    fit,
    plain,
    settled,
    strengthened,
    together,
    type_of_value,
    weakened,
)
from clearprop.tracing.protocols import (
    ATTRIBUTES,
    array_function,
    array_ufunc,
    unsupported,
    with_out,
)
from clearprop.tracing.trace import (
    CURRENT,
    Trace,
    can_be_traced,
    name_scope,
    require_traceable,
    user_line,
)
from clearprop.tracing.views import refresh, require_writable, view, write

__all__ = [
    "ATTRIBUTES",
    "CURRENT",
    "Argument",
    "Leaf",
    "Recorded",
    "Trace",
    "Traced",
    "appended",
    "apply",
    "apply_several",
    "argument",
    "array_function",
    "array_ufunc",
    "as_array",
    "bind",
    "bind_at",
    "blank",
    "bottom",
    "called",
    "can_be_traced",
    "cast",
    "common_shape",
    "elementwise",
    "filled",
    "first_traced",
    "fit",
    "fitted",
    "getitem",
    "guard",
    "guard_bool",
    "guard_index",
    "guard_int",
    "hold",
    "holds_traced",
    "in_place",
    "is_usual",
    "items",
    "laid_out",
    "lift",
    "like_corner",
    "looked_at",
    "name_scope",
    "new_array",
    "output",
    "owned",
    "parameter_name",
    "plain",
    "record_call",
    "refresh",
    "require_callable",
    "require_traceable",
    "require_writable",
    "setitem",
    "settled",
    "store",
    "strengthened",
    "together",
    "type_of_value",
    "unsupported",
    "user_line",
    "view",
    "weakened",
    "with_out",
    "write",
    "zeros",
]
