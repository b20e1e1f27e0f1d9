"""A program of a user who runs ``mypy --strict``; it must be accepted, and run.

The lines marked ``type: ignore`` hold a mistake that has to be found: an unused mark is an error.
"""

from collections.abc import Callable
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import clearprop as cp
import clearprop.numpy as cnp
from clearprop import explain, nn, train
from clearprop.scipy import optimize

Vector = NDArray[np.float64]


def loss(w: Vector, x: Vector, scale: float = 1.0) -> np.floating[Any]:
    return np.sum((x - w) ** 2) * scale


w, x = np.ones(3), np.zeros(3)

# Derivatives keep the arguments of the function, and its result beside them.
slope = cp.grad(loss)
slope(w, x, scale=2.0)
cp.value_and_grad(loss, argnums=(0, 1))(w, x)
assert_type(cp.value_and_grad(loss)(w, x), tuple[np.floating[Any], Any])
cp.hessian(loss)(w, x, 1.0)
cp.jacobian(cp.grad(loss))(w, x)
cp.jacobian(np.sin)(w)
cp.compile(np.sin)(w)
cp.grad(cp.grad(lambda t: t**3))(2.0)
cp.grad(np.sin)(0.5)
cp.vmap(cp.grad(loss), in_axes=(None, 0))(w, np.ones((4, 3)))


def mistakes() -> None:
    slope(w)  # type: ignore[call-arg]
    slope(w, "x")  # type: ignore[arg-type]
    slope(w, x, factor=2.0)  # type: ignore[call-arg]
    cp.gradient(loss)  # type: ignore[attr-defined]
    cp.scipy.optimise  # type: ignore[attr-defined]  # noqa: B018
    optimize.minimize(loss)  # type: ignore[call-arg]
    nn.stack("64, 32")  # type: ignore[arg-type]


# What a transformation gives is known as far as the function says it.
value, pull = cp.vjp(loss, w, x)
assert_type(value, np.floating[Any])
by_w, by_x = pull(1.0)
value, tangent = cp.jvp(loss, (w, x), (w, x))
assert_type(tangent, np.floating[Any])
value, push = cp.linearize(loss, w, x)
assert_type(push(w, x), np.floating[Any])
assert_type(cp.jet(loss, (w, x), ([w], [x])), tuple[np.floating[Any], list[np.floating[Any]]])
assert_type(cp.stop_gradient(2.0), float)
assert_type(cp.trace(loss)(w, x), cp.Graph)
assert_type(cp.checkpoint(loss)(w, x), np.floating[Any])
assert_type(cp.cond(True, loss, loss, w, x), np.floating[Any])
assert_type(cp.scan(lambda total, row: (total + row, total), 0.0, w), tuple[float, Any])
assert_type(cp.fori_loop(0, 3, lambda i, power: power * 2.0, 1.0), float)
assert_type(cp.while_loop(lambda y: y < 9.0, lambda y: y * 2.0, 1.0), float)
root: Callable[[float], float] = cp.implicit(lambda a: float(np.sqrt(a)), lambda y, a: y * y - a)
assert_type(cp.check_grads(lambda t: t**2, 2.0).ok, bool)


@cp.custom_derivative
def square(t: float) -> float:
    return t * t


square.defjvp(lambda primals, tangents: (square(*primals), 2 * primals[0] * tangents[0]))
assert_type(square(3.0), float)


class Model:
    """Methods and decorators work alike."""

    def __init__(self, weight: Vector) -> None:
        self.weight = weight

    @cp.checkpoint
    def layer(self, rows: Vector) -> Vector:
        return np.asarray(cnp.tanh(rows * self.weight), dtype=np.float64)

    def __call__(self, t: float) -> float:
        return t * t


assert_type(Model(w).layer(x), Vector)
cp.grad(Model(w))(3.0)

assert_type(explain.function(lambda t: t * t, 3.0), explain.Explanation)
assert_type(cp.why(lambda t: t * t, 3.0), explain.Why)
network = nn.stack([2, 3, 1])
assert_type(network, nn.Network)
assert_type(train.adam(0.1), train.Optimizer)
cp.random.normal(cp.random.key(0), (2, 3))
found = optimize.minimize(loss, w, args=(x,))
