"""``checkpoint``: time for memory."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from clearprop.api.calls import called, is_traced_now, just_called
from clearprop.tracing import require_callable

F = TypeVar("F", bound=Callable[..., Any])


def checkpoint(f: F) -> F:
    """The same function, which keeps nothing but its arguments for derivatives.

    What it computes inside is computed again when a derivative asks for it: one more evaluation,
    and no memory for what is in between. Source: A. Griewank, *Achieving logarithmic growth of
    temporal and spatial complexity in reverse automatic differentiation*, Optimization Methods and
    Software 1 (1992).

    Args:
        f: A function of numbers and arrays, or nested containers of them.

    Returns:
        A function with f's signature and results; arrays are its own, in C order.

    >>> import clearprop as cp, numpy as np
    >>> cp.grad(lambda x: checkpoint(lambda y: np.sin(np.sin(y)))(x))(0.0)
    1.0
    """
    require_callable(f, "checkpoint")

    @functools.wraps(f)
    def saving(*args: Any, **kwargs: Any) -> Any:
        if not is_traced_now():
            return just_called(f, args, kwargs)
        call = called(f, args, kwargs)
        return call.apply("call", body=call.graph)

    return cast(F, saving)
