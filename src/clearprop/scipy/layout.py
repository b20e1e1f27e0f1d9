"""How a start x0 lies in the flat vector that SciPy works on.

A number, an array of one axis or a list of numbers is SciPy's own x0: the user's function gets an
array of shape (n,). Anything else is a container (dicts, lists of arrays, arrays of more axes, …):
the function gets it in that form, and so does who reads the result.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final, final

import numpy as np
import optree
from numpy.typing import NDArray

from clearprop.errors import ArgumentError, DtypeError, ShapeError
from clearprop.scipy.results import inside_a_derivative
from clearprop.tracing import Traced, user_line

_FLOATS: Final = "Pass floats: 3.0 instead of 3, x.astype(float); leave other things out of x0."


@final
class Layout:
    """The form of a start, and its elements.

    Args:
        x0: A number or array, or a nested container of floats and float arrays.
        nested: Whether to take numbers, flat arrays and lists of numbers as containers as well.

    Attributes:
        start: The elements of x0, shape (n,).
        nested: Whether the user's function gets a container, not the flat vector.
        where: The user's line, for errors that come up inside SciPy.

    Raises:
        DtypeError: It holds something else, or an integer inside a container.
        ShapeError: It holds no element.
        UnsupportedError: It holds a value that is being differentiated.

    >>> layout = Layout({"a": 1.0, "b": np.array([[2.0, 3.0]])})
    >>> layout.start, layout.argument(layout.start + 1)
    (array([1., 2., 3.]), {'a': 2.0, 'b': array([[3., 4.]])})
    """

    def __init__(self, x0: Any, *, nested: bool = False) -> None:
        self.where = user_line()
        if hasattr(x0, "__array__") and x0.__class__ is not Traced:
            x0 = np.asarray(x0)
        self.nested = nested or not _is_flat(x0)
        if not self.nested:
            self.start: NDArray[np.float64] = np.atleast_1d(_reals(x0, "x0", "iuf"))
        else:
            paths, leaves, self._structure = optree.tree_flatten_with_path(x0)
            names = ["x0" + "".join(f"[{part!r}]" for part in path) for path in paths]
            arrays = [_reals(leaf, name, "f") for leaf, name in zip(leaves, names, strict=True)]
            self._leaves = [
                leaf if isinstance(leaf, (float, np.generic)) else array
                for leaf, array in zip(leaves, arrays, strict=True)
            ]
            self.start = np.concatenate([np.zeros(0), *[array.ravel() for array in arrays]])
        if not self.start.size:
            raise ShapeError(f"x0 has no element: {x0!r}", where=self.where)

    def argument(self, vector: NDArray[np.float64]) -> Any:
        """What the user's function gets for a flat vector of shape (n,)."""
        if not self.nested:
            return vector
        ends = np.cumsum([np.size(leaf) for leaf in self._leaves])
        parts = np.split(vector, ends[:-1])
        pairs = zip(self._leaves, parts, strict=True)
        return optree.tree_unflatten(self._structure, [_like(leaf, part) for leaf, part in pairs])

    def takes(self, f: Callable[..., Any]) -> Callable[..., Any]:
        """A function of x0's form as a function of the flat vector."""
        if not self.nested:
            return f

        @functools.wraps(f)
        def of_vector(vector: Any, *args: Any, **kwargs: Any) -> Any:
            return f(self.argument(vector), *args, **kwargs)

        return of_vector

    def vector(self, value: Any, what: str) -> Any:
        """A value of x0's form as a flat vector; a number or a flat vector stays what it is.

        Raises:
            ArgumentError: It has another form, or parts of another shape.
        """
        flat = isinstance(value, np.ndarray) and value.shape == self.start.shape
        if not self.nested or flat or _is_number(value):
            return value
        pairs = self.pairs(value, what)
        try:
            parts = [np.broadcast_to(part, leaf.shape).ravel() for leaf, part in pairs]
        except ValueError as error:
            raise self._misfit(what, error) from None
        return np.concatenate(parts)

    def pairs(self, value: Any, what: str) -> list[tuple[NDArray[Any], Any]]:
        """Each leaf of x0, as an array, and what stands in its place in a value of x0's form.

        Raises:
            ArgumentError: The value has another form.
        """
        try:
            parts = self._structure.flatten_up_to(value)
        except (ValueError, TypeError) as error:
            raise self._misfit(what, error) from None
        return list(zip(map(np.asarray, self._leaves), parts, strict=True))

    def present(self, result: Any) -> Any:
        """SciPy's result with its ``x`` in the form of x0."""
        if self.nested:
            result.x = self.argument(result.x)
        return result

    def _misfit(self, what: str, error: Exception) -> ArgumentError:
        return ArgumentError(f"{what} has not the form of x0", where=self.where, why=str(error))


def _is_flat(x0: Any) -> bool:
    """Whether SciPy itself would see a vector in it."""
    if x0.__class__ in (list, tuple):
        return all(map(_is_number, x0))
    return _is_number(x0) or (isinstance(x0, np.ndarray) and x0.ndim == 1)


def _is_number(value: Any) -> bool:
    zero_d = isinstance(value, np.ndarray) and value.ndim == 0
    return zero_d or isinstance(value, (int, float, complex, np.generic))


def _reals(value: Any, name: str, kinds: str) -> NDArray[np.float64]:
    """A number, an array or a list of numbers as an array of float64."""
    entries = value if value.__class__ in (list, tuple) else (value,)
    if any(entry.__class__ is Traced for entry in entries):
        raise inside_a_derivative(name, user_line())
    array = np.asarray(value)
    if array.dtype.kind not in kinds:
        scalar = value.__class__ not in (list, tuple, np.ndarray)
        raise DtypeError(
            f"{name} is of type {type(value).__name__ if scalar else array.dtype}",
            where=user_line(),
            why="The search runs over real numbers.",
            remedy=_FLOATS,
        )
    return array.astype(np.float64)


def _like(leaf: Any, part: NDArray[np.float64]) -> Any:
    """A piece of the vector in the form of a leaf: Python float, scalar or array."""
    if isinstance(leaf, np.ndarray):
        return part.reshape(leaf.shape)
    return part.item() if leaf.__class__ is float else part[0]
