"""Run a program on plain and on traced values, and compare what comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import clearprop as cp
from clearprop.execute import run
from clearprop.graph import check
from clearprop.numpy.namespace import NAMESPACE
from clearprop.tracing import Trace, Traced, bottom, output, record_call


@dataclass(frozen=True)
class Case:
    """A program of a NumPy namespace and some arguments.

    Attributes:
        title: What it tries.
        program: ``program(np, *args)``.
        args: Arrays and scalars; all are traced.
        smooth: Whether its derivatives are to be checked at the floating-point arguments.
        through_numpy: Whether plain NumPy can trace it too; else it must refuse.
        tolerance: By how much values may differ from NumPy's, in units of rounding.
    """

    title: str
    program: Callable[..., Any]
    args: tuple[Any, ...]
    smooth: bool = True
    through_numpy: bool = True
    tolerance: float = 64.0


def outcome(program: Callable[[], Any]) -> Any:
    """What a program returns, or the exception that it raises."""
    with np.errstate(all="ignore"):
        try:
            return program()
        except Exception as error:
            return error


def traced(program: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, Trace]:
    """The program's result on traced arguments; the trace is closed."""
    trace = Trace(NAMESPACE, keep=True, lift=True)
    recorded = record_call(trace, program, args, {}, range(len(args)))
    return recorded.result, trace


def replay(program: Callable[..., Any], args: tuple[Any, ...]) -> list[Any]:
    """The values that the program's graph gives when it is run on the same arguments."""
    trace = Trace(NAMESPACE, keep=True, lift=True)
    recorded = record_call(trace, program, args, {}, range(len(args)))
    found: list[Traced] = []
    collect(recorded.result, found)
    graph = check(trace.finish([output(trace, leaf, "result").node for leaf in found]))
    return run(graph, *recorded.values())


def collect(value: Any, found: list[Traced]) -> None:
    """The traced leaves of nested lists and tuples."""
    if value.__class__ is Traced:
        found.append(value)
    elif isinstance(value, (list, tuple)):
        for part in value:
            collect(part, found)


def assert_same(ours: Any, theirs: Any, tolerance: float = 64.0) -> None:
    """The same kind of thing (array, scalar, Python object), shape, dtype and numbers."""
    if isinstance(theirs, Exception):
        base = next(kind for kind in type(theirs).__mro__ if kind.__module__ == "builtins")
        assert isinstance(ours, base), f"NumPy raises {theirs!r}; we: {ours!r}"
        return
    if isinstance(ours, Exception):
        raise ours
    if isinstance(theirs, (list, tuple)):
        assert type(ours) is type(theirs), f"{type(ours)} for {type(theirs)}"
        assert len(ours) == len(theirs)
        for mine, other in zip(ours, theirs, strict=True):
            assert_same(mine, other, tolerance)
        return
    if ours.__class__ is Traced:
        assert ours.is_array == isinstance(theirs, np.ndarray), f"{ours!r} for {theirs!r}"
        assert not ours.type.weak, f"{ours!r} is weak"
        ours = bottom(ours)
    elif isinstance(theirs, (np.ndarray, np.generic)):
        assert isinstance(ours, np.ndarray) == isinstance(theirs, np.ndarray), (ours, theirs)
    if not isinstance(theirs, (np.ndarray, np.generic)):
        assert type(ours) is type(theirs)
        assert ours == theirs
        return
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    assert_close(ours, theirs, tolerance)


def assert_close(ours: Any, theirs: Any, tolerance: float) -> None:
    """Equal but for some roundings."""
    if theirs.dtype.kind in "fc" and theirs.size:
        unit = np.finfo(theirs.dtype).eps
        scale = np.max(np.abs(np.where(np.isfinite(theirs), theirs, 0)))
        allowed = {"rtol": tolerance * unit, "atol": tolerance * unit * max(scale, 1e-30)}
        np.testing.assert_allclose(ours, theirs, **allowed)
    else:
        np.testing.assert_array_equal(ours, theirs)


def is_floating(value: Any) -> bool:
    """Whether an argument can be differentiated by."""
    return isinstance(value, (float, complex)) or (
        isinstance(value, (np.ndarray, np.inexact)) and value.dtype.kind in "fc"
    )


def assert_derivatives(case: Case, seed: int = 0) -> None:
    """Reverse against forward, and in double precision forward against central differences."""
    generator = np.random.default_rng(seed)
    places = [i for i, arg in enumerate(case.args) if is_floating(arg)]
    point = tuple(case.args[i] for i in places)

    def function(*xs: Any) -> Any:
        args = list(case.args)
        for i, x in zip(places, xs, strict=True):
            args[i] = x
        return [part for part in flat(case.program(cp.numpy, *args)) if part.dtype.kind in "fc"]

    plain = function(*point)
    if not plain or not all(np.isfinite(part).all() for part in plain):
        return
    direction = tuple(_like(x, generator) for x in point)
    value, pull = cp.vjp(function, *point)
    _, tangents = cp.jvp(function, point, direction)
    weights = [_like(part, generator) for part in value]
    forward = _dot(weights, tangents)
    reverse = _dot(pull(weights), direction)
    double = (np.float64, np.complex128)
    single = any(getattr(x, "dtype", np.float64) not in double for x in (*point, *value))
    np.testing.assert_allclose(reverse, forward, **_allowed(1e-3 if single else 1e-9, weights))
    if not single:
        step = 1e-6
        ahead = function(*[x + step * d for x, d in zip(point, direction, strict=True)])
        behind = function(*[x - step * d for x, d in zip(point, direction, strict=True)])
        slope = (_dot(weights, ahead) - _dot(weights, behind)) / (2 * step)
        np.testing.assert_allclose(forward, slope, **_allowed(2e-6, value))


def flat(result: Any) -> list[Any]:
    """The arrays and scalars in a result."""
    if isinstance(result, (list, tuple)):
        return [leaf for part in result for leaf in flat(part)]
    return [result] if hasattr(result, "dtype") else []


def _like(x: Any, generator: np.random.Generator) -> Any:
    if isinstance(x, (float, complex)) and not isinstance(x, np.inexact):
        return type(x)(*generator.normal(size=1 if isinstance(x, float) else 2))
    drawn = np.empty_like(x)  # in the same memory order
    drawn[...] = generator.normal(size=np.shape(x))
    if np.iscomplexobj(x):
        drawn.imag = generator.normal(size=np.shape(x))
    return drawn if isinstance(x, np.ndarray) else drawn[()]


def _dot(left: Any, right: Any) -> float:
    pairs = zip(left, right, strict=True)
    return float(sum(np.sum(np.multiply(a, b, dtype=complex)).real for a, b in pairs))


def _allowed(tolerance: float, values: Any) -> dict[str, float]:
    scale = sum(float(np.sum(np.abs(v))) for v in values)
    return {"rtol": tolerance, "atol": tolerance * (1 + scale)}
