"""A user's function as solvers want it: of one flat vector, with exact derivatives.

A point is traced once for its value and first derivatives, and once more for second ones, however
often they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

import numpy as np
from scipy.sparse.linalg import LinearOperator

from clearprop.api.derivatives import grad
from clearprop.scipy.layout import Layout
from clearprop.scipy.linearized import Latest, Linearized, Matrix, Vector
from clearprop.scipy.results import as_number, as_vector


@final
class VectorFunction:
    """A function of n numbers that returns m numbers.

    Args:
        f: The user's function, of x0's form and what further arguments there are.
        layout: The form of x0.

    >>> f = VectorFunction(lambda x, scale: [scale * x[0], x[1] ** 2], Layout([0.0, 0.0]))
    >>> f.value(np.array([1.0, 3.0]), 5.0), f.jacobian(np.array([1.0, 3.0]), 5.0)
    (array([5., 9.]), array([[5., 0.],
           [0., 6.]]))
    """

    def __init__(self, f: Callable[..., Any], layout: Layout) -> None:
        self._f = f
        self._layout = layout
        self._near = Latest(linearizing(f, layout))

    def value(self, x: Vector, *args: Any, **kwargs: Any) -> Vector:
        """f(x), shape (m,)."""
        return self._near(x, *args, **kwargs).value.copy()  # SciPy may write into what it gets

    def jacobian(self, x: Vector, *args: Any, **kwargs: Any) -> Matrix:
        """∂f/∂x, shape (m, n)."""
        return self._near(x, *args, **kwargs).jacobian()

    def weighted_hessian(self, x: Vector, weights: Vector, *args: Any) -> LinearOperator:
        """Σᵢ weightsᵢ ∂²fᵢ/∂x², as the operator of shape (n, n) that multiplies by it."""
        of_vector = as_vector(self._f, self._layout.where)

        def weighted(argument: Any, *args: Any) -> Any:
            return np.sum(weights * of_vector(argument, *args))

        near = linearizing(grad(weighted), self._layout)(x, *args)
        return LinearOperator((x.size, x.size), matvec=near.push, dtype=np.float64)


@final
class ScalarFunction:
    """A function of n numbers that returns one.

    Args:
        f: The user's function, of x0's form and what further arguments there are.
        layout: The form of x0.

    >>> f = ScalarFunction(lambda x: x[0] ** 2 * x[1], Layout([0.0, 0.0]))
    >>> x, p = np.array([1.0, 3.0]), np.array([1.0, 0.0])
    >>> f.value(x), f.gradient(x), f.hessian_product(x, p)
    (3.0, array([6., 1.]), array([6., 2.]))
    """

    def __init__(self, f: Callable[..., Any], layout: Layout) -> None:
        number = as_number(f, layout.where)
        self._near = Latest(linearizing(number, layout))
        self._near_gradient = Latest(linearizing(grad(number), layout))

    def value(self, x: Vector, *args: Any) -> float:
        """f(x)."""
        return float(self._near(x, *args).value[0])

    def gradient(self, x: Vector, *args: Any) -> Vector:
        """∂f/∂x, shape (n,)."""
        return self._near(x, *args).pull(np.ones(1))

    def hessian(self, x: Vector, *args: Any) -> Matrix:
        """∂²f/∂x², shape (n, n)."""
        return self._near_gradient(x, *args).jacobian()

    def hessian_product(self, x: Vector, p: Vector, *args: Any) -> Vector:
        """∂²f/∂x² · p, shape (n,), without the matrix: forward over reverse.

        Source: B. A. Pearlmutter, *Fast exact multiplication by the Hessian*, Neural Computation 6
        (1994), section 3.
        """
        return self._near_gradient(x, *args).push(p)


def linearizing(f: Callable[..., Any], layout: Layout) -> Callable[..., Linearized]:
    """A function that linearizes ``f`` at a flat vector and further arguments."""

    def at(x: Vector, *args: Any, **kwargs: Any) -> Linearized:
        return Linearized(f, (layout.argument(x), *args), kwargs, where=layout.where)

    return at
