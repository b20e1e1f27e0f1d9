"""``root_scalar``: Newton's and Halley's method with exact slopes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, final

import numpy as np
import scipy.optimize

from clearprop.errors import ShapeError
from clearprop.scipy.function import ScalarFunction
from clearprop.scipy.layout import Layout
from clearprop.scipy.results import first_of
from clearprop.tracing import require_callable


def root_scalar(
    f: Callable[..., Any],
    args: Any = (),
    method: str | None = None,
    bracket: Any = None,
    fprime: Any = None,
    fprime2: Any = None,
    x0: Any = None,
    x1: Any = None,
    xtol: float | None = None,
    rtol: float | None = None,
    maxiter: int | None = None,
    options: Mapping[str, Any] | None = None,
) -> scipy.optimize.RootResults:
    """Find a root of a function of one number: ``scipy.optimize.root_scalar``.

    Newton's method, which SciPy also takes where only ``x0`` is given, gets the exact first
    derivative, Halley's the second as well. The other methods use no derivative and call the
    function as it is.

    Args:
        f: ``f(x, *args)`` → a number, for a Python float x.
        args: Further arguments of ``f``.
        method: As SciPy's.
        bracket: As SciPy's.
        fprime: A derivative of your own, or True if ``f`` returns it as well.
        fprime2: A second derivative of your own, or True if ``f`` returns both as well.
        x0: Where to start.
        x1: As SciPy's.
        xtol: As SciPy's.
        rtol: As SciPy's.
        maxiter: As SciPy's.
        options: As SciPy's.

    Returns:
        SciPy's ``RootResults``.

    Raises:
        ShapeError: ``f`` does not return one number, or x0 is not one.
        DtypeError: x0 or the value is not real.
        TraceError: ``f`` does what cannot be differentiated; the message names the line.

    >>> found = root_scalar(lambda x: x**3 - 2, x0=1.0)
    >>> found.method, f"{found.root:.12f}"
    ('newton', '1.259921049895')
    """
    require_callable(f, "root_scalar")
    lacking = _lacking(_method(method, bracket, x0, x1), fprime, fprime2)
    if lacking and x0 is not None:
        exact = _Slopes(first_of(f) if fprime is True else f, x0)
        fprime2 = exact.second if "fprime2" in lacking else fprime2
        if "fprime" in lacking:
            f, fprime = exact.value, exact.first
    return scipy.optimize.root_scalar(
        f, args, method, bracket, fprime, fprime2, x0, x1, xtol, rtol, maxiter, options
    )


def _method(method: str | None, bracket: Any, x0: Any, x1: Any) -> str:
    """The method's name in lower case, newton where SciPy would choose it; else empty."""
    if isinstance(method, str):
        return method.lower()
    chooses_newton = bracket is None and x0 is not None and x1 is None
    return "newton" if chooses_newton else ""


def _lacking(method: str, fprime: Any, fprime2: Any) -> set[str]:
    """The derivatives that the method uses and the user did not give."""
    used = {"newton": {"fprime": fprime}, "halley": {"fprime": fprime, "fprime2": fprime2}}
    return {name for name, given in used.get(method, {}).items() if not given}


@final
class _Slopes:
    """A function of one number, its value and its slopes at a number."""

    def __init__(self, f: Callable[..., Any], x0: Any) -> None:
        layout = Layout(x0)
        if layout.nested or layout.start.shape != (1,):
            raise ShapeError(
                "x0 is not one number", where=layout.where, remedy="Use root for several unknowns."
            )
        self._smooth = ScalarFunction(f, Layout(layout.start.item(), nested=True))

    def value(self, x: float, *args: Any) -> float:
        return self._smooth.value(np.array([x]), *args)

    def first(self, x: float, *args: Any) -> float:
        return float(self._smooth.gradient(np.array([x]), *args)[0])

    def second(self, x: float, *args: Any) -> float:
        return float(self._smooth.hessian(np.array([x]), *args)[0, 0])
