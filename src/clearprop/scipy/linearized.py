"""A function at a point: its value and its derivative there, from one trace.

Solvers ask for a value, then perhaps for a derivative at the same point, then perhaps for many
products with it. So a point is traced once; the derived graph, which the api keeps for traces of
the same structure, runs on the values of that trace whenever it is asked for.

Arguments and results of any structure are seen here as flat vectors of float64, leaf after leaf.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from clearprop.api.eager import Derived, derived_of
from clearprop.derive import forward, reverse
from clearprop.graph import Graph
from clearprop.numpy.namespace import NAMESPACE
from clearprop.scipy.results import as_vector, inside_a_derivative
from clearprop.tracing import Trace, Traced, output, record_call

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@final
class Linearized:
    """A function near a point: f(x + dx) ≈ value + J dx.

    Args:
        f: A function that returns numbers or arrays, or containers of them.
        args: Its positional arguments.
        kwargs: Its keyword arguments.
        moving: The positions of the arguments that make up x, of n elements together.
        where: The user's line, for errors.

    Attributes:
        value: f(x), shape (m,).

    Raises:
        ArgumentError, DtypeError: The function returns something else.
        UnsupportedError: The function uses values of a derivative that is being taken outside.

    >>> near = Linearized(lambda x: (x[0] * x[1], x[0]), (np.array([2.0, 5.0]),))
    >>> near.value, near.push(np.array([1.0, 0.0])), near.pull(np.array([1.0, 0.0]))
    (array([10.,  2.]), array([5., 1.]), array([5., 2.]))
    """

    def __init__(
        self,
        f: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any] | None = None,
        *,
        moving: Sequence[int] = (0,),
        where: str = "",
    ) -> None:
        self._trace = Trace(NAMESPACE, keep=True, lift=True)
        self._recorded = record_call(
            self._trace, as_vector(f, where), args, dict(kwargs or {}), moving
        )
        self._result = output(self._trace, self._recorded.result, "the function's result")
        if self._result.concrete.__class__ is Traced:
            raise inside_a_derivative("the function", where)
        self.value: Vector = np.array(self._result.concrete)
        self._sizes = [int(np.size(leaf.number)) for leaf in self._recorded.leaves]

    def push(self, tangent: Vector) -> Vector:
        """J dx: a tangent of shape (n,) carried forward to shape (m,)."""
        (slope,) = self._run(self._forward, self._split(tangent))
        return np.asarray(slope)

    def pull(self, cotangent: Vector) -> Vector:
        """Jᵀ dy: a cotangent of shape (m,) carried back to shape (n,)."""
        slopes = self._run(self._reverse, [cotangent])
        return np.concatenate([np.ravel(slope) for slope in slopes])

    def jacobian(self) -> Matrix:
        """J, shape (m, n): by columns or by rows, whichever are fewer."""
        m, n = self.value.size, sum(self._sizes)
        found = np.zeros((m, n))
        if n <= m:
            for j, unit in enumerate(_units(n)):
                found[:, j] = self.push(unit)
        else:
            for i, unit in enumerate(_units(m)):
                found[i] = self.pull(unit)
        return found

    @functools.cached_property
    def _graph(self) -> Graph:
        return self._trace.finish((self._result.node,))

    @functools.cached_property
    def _forward(self) -> Derived:
        return derived_of(self._graph, forward, tuple(range(len(self._sizes))))

    @functools.cached_property
    def _reverse(self) -> Derived:
        return derived_of(self._graph, reverse, tuple(range(len(self._sizes))))

    def _run(self, derived: Derived, seeds: Sequence[Any]) -> list[Any]:
        inputs = [*self._recorded.values(), *seeds]
        return derived.run(self._trace.nodes, self._trace.saved, inputs)

    def _split(self, vector: Vector) -> list[Any]:
        """A flat vector as one array per leaf."""
        parts = np.split(np.asarray(vector, np.float64), np.cumsum(self._sizes)[:-1])
        shapes = [np.shape(leaf.number) for leaf in self._recorded.leaves]
        return [part.reshape(shape)[()] for part, shape in zip(parts, shapes, strict=True)]


@final
class Latest:
    """The linearization at the latest point, kept while the solver goes on asking about it.

    Args:
        make: ``make(x, *args, **kwargs)`` → :class:`Linearized`. The further arguments are the same
            in every call of one solve, so only x is compared.
    """

    def __init__(self, make: Callable[..., Linearized]) -> None:
        self._make = make
        self._known: tuple[Vector, Linearized] | None = None

    def __call__(self, x: Vector, *args: Any, **kwargs: Any) -> Linearized:
        """The linearization at x, shape (n,)."""
        if self._known is None or not np.array_equal(x, self._known[0]):
            self._known = np.array(x), self._make(x, *args, **kwargs)
        return self._known[1]


def _units(n: int) -> Iterator[Vector]:
    """Each unit vector of shape (n,)."""
    for i in range(n):
        unit = np.zeros(n)
        unit[i] = 1.0
        yield unit
