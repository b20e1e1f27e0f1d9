"""Python's own control flow on values: what was decided is part of every graph made of it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import optree
import pytest

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.derive import batch, forward, jet, reverse
from clearprop.errors import GuardError
from tests.programs.holding import assert_holds

# Programs, each with a point, one on the same path and one on another ----------------------------


def recursion(x):
    """The number of calls depends on the value."""
    return np.sin(x) if x < 1.0 else x * recursion(x / 2)


def closure(x):
    calls = []

    def pushed(y):
        calls.append(y)
        return y * len(calls)

    while len(calls) < 3 or calls[-1] < 2.0:
        x = pushed(x + 0.5)
    return x * calls[0]


class Walk:
    """Keeps where it was; turns back at a border."""

    def __init__(self, start):
        self.place, self.way = start, 1.0

    def step(self, size):
        self.place = self.place + self.way * size
        if abs(self.place) > 1.0:
            self.way = -self.way * 0.5
        return self


def objects(x):
    walk = Walk(x)
    for size in (0.7, 0.5, x):
        walk.step(size)
    return walk.place * walk.way


@dataclass
class Ledger:
    entries: list[Any] = field(default_factory=list)

    def __iadd__(self, entry):
        self.entries.append(entry if entry < 1.5 else entry**2)
        return self


def dataclasses(x):
    ledger = Ledger()
    for k in range(3):
        ledger += x * k
    return sum(ledger.entries) * x


def halves(x):
    while x > 0.1:
        yield x
        x = x / 2


def generators(x):
    return sum(np.sin(part) for part in halves(x)) + max(halves(x))


def comprehensions(x):
    rows = {k: x**k for k in range(4) if x * k < 2.0}
    return sum(sorted(rows.values(), key=lambda value: -value)[:2])


def indices(x):
    values = np.stack([x, x * x, 1.0 - x, np.exp(-x)])
    best = np.argmax(values)
    order = np.argsort(values)
    return values[best] * values[order[0]] + values[int(best) - 1] * [1.0, 2.0, 3.0, 4.0][best]


def search(x):
    """for, break, else, continue, try and match."""
    total = 0.0
    for k in range(10):
        if k % 2:
            continue
        total = total + x / (k + 1)
        if total > 1.2:
            break
    else:
        return total * 10
    try:
        if total > 5:
            raise ValueError(total)
    except ValueError as error:
        return error.args[0] / 2
    match int(total * 10):
        case 12 | 13:
            return total**2
        case _:
            return total**3


PROGRAMS = [
    (recursion, 3.0, 3.5, 5.0),
    (closure, 0.3, 0.31, -0.9),
    (objects, 0.2, 0.25, 0.9),
    (dataclasses, 0.9, 0.8, 0.5),
    (generators, 1.1, 1.2, 2.0),
    (comprehensions, 0.8, 0.9, 0.4),
    (indices, 0.8, 0.85, 2.0),
    (search, 1.0, 0.98, 0.5),
]
each = pytest.mark.parametrize(
    ("f", "x", "same", "other"), PROGRAMS, ids=[row[0].__name__ for row in PROGRAMS]
)


@each
def test_derivatives(f, x, same, other):
    assert_holds(f, x, batch=[x, same])
    assert_holds(f, other)


@each
def test_decisions_survive_derivation_and_batching(f, x, same, other):
    graph = cp.trace(f)(x)
    assert graph.guards
    slope, second = cp.grad(f)(same), cp.grad(cp.grad(f))(same)
    for made, more, expected in (
        (reverse(graph), (1.0,), slope),
        (forward(graph), (1.0,), slope),
        (jet(graph, graph.inputs, 2), (1.0, 0.0), slope),
        (reverse(reverse(graph), graph.inputs), (1.0, 1.0), second),
    ):
        assert len(made.guards) == len(graph.guards)
        cp.graph.check(made)
        np.testing.assert_allclose(cp.run(made, same, *more)[0], expected, rtol=1e-10, atol=1e-12)
        with pytest.raises(GuardError, match=r"test_python\.py"):
            cp.run(made, other, *more)


@each
def test_a_batch_takes_one_path_or_none(f, x, same, other):
    graph = cp.trace(f)(x)
    many, _ = batch(graph, [True], 2)
    assert len(many.guards) == len(graph.guards)
    np.testing.assert_allclose(cp.run(many, np.array([x, same]))[0], [f(x), f(same)], rtol=1e-12)
    slopes = batch(reverse(graph), [True, False], 2)[0]
    expected = [cp.grad(f)(x), cp.grad(f)(same)]
    np.testing.assert_allclose(cp.run(slopes, np.array([x, same]), 1.0)[0], expected, rtol=1e-12)
    for made, more in ((many, ()), (slopes, (1.0,))):
        with pytest.raises(GuardError):
            cp.run(made, np.array([x, other]), *more)
    with pytest.raises(GuardError, match="under vmap, the code looks at"):
        cp.vmap(f)(np.array([x, other]))
    with pytest.raises(GuardError, match="under vmap, the code looks at"):
        cp.vmap(cp.grad(f))(np.array([x, other]))


def test_values_of_an_enclosing_derivative_are_guarded_there_too():
    def outer(x):
        return cp.grad(lambda y: y * x if x > 1 else y * y)(x)

    assert_holds(outer, 2.0, (2.0, 1.0, 0.0), batch=[2.0, 3.0])
    with pytest.raises(GuardError):
        cp.run(reverse(cp.trace(outer)(2.0)), 0.5, 1.0)


@optree.dataclasses.dataclass(namespace="")
class Model:
    """A dataclass that optree knows is a container like any other."""

    weights: Any
    bias: Any
    depth: int = optree.dataclasses.field(pytree_node=False, default=2)

    def __call__(self, x):
        for _ in range(self.depth):
            x = np.tanh(self.weights @ x + self.bias)
        return x


def test_dataclasses_as_arguments_results_carries_and_batches():
    rng = np.random.default_rng(0)
    model, x = Model(rng.normal(size=(3, 3)), rng.normal(size=3), depth=3), rng.normal(size=3)

    def loss(model, x):
        return np.sum(model(x) ** 2)

    slopes = cp.grad(loss)(model, x)
    assert isinstance(slopes, Model)
    assert slopes.depth == 3
    assert cp.check_grads(loss, model, x).ok

    def trained(model):
        def step(model, _):
            slopes = cp.grad(loss)(model, x)
            after = Model(
                model.weights - 0.1 * slopes.weights, model.bias - 0.1 * slopes.bias, depth=3
            )
            return after, loss(model, x)

        return cp.scan(step, model, length=4)

    after, losses = trained(model)
    assert isinstance(after, Model)
    by_hand = model
    for found in losses:
        assert found == pytest.approx(loss(by_hand, x))
        slopes = cp.grad(loss)(by_hand, x)
        by_hand = Model(by_hand.weights - 0.1 * slopes.weights, by_hand.bias - 0.1 * slopes.bias, 3)
    np.testing.assert_allclose(after.weights, by_hand.weights)
    assert cp.check_grads(lambda model: np.sum(trained(model)[1]), model).ok
    models = Model(np.stack([model.weights, -model.weights]), np.stack([model.bias] * 2), depth=3)
    found = cp.vmap(lambda model: loss(model, x))(models)
    flipped = Model(-model.weights, model.bias, 3)
    np.testing.assert_allclose(found, [loss(model, x), loss(flipped, x)])


def test_writing_by_indices_that_values_decide():
    """Insertion sort, in place: every comparison is a decision."""

    def smallest_gap(x):
        x = x.copy()
        for i in range(1, len(x)):
            j = i
            while j > 0 and x[j - 1] > x[j]:
                x[j - 1], x[j] = x[j], x[j - 1]
                j -= 1
        gaps = cnp.zeros(len(x) - 1)
        for i in range(len(gaps)):
            gaps[i] = x[i + 1] - x[i]
        return np.min(gaps)

    x = np.array([3.0, 1.0, 2.2, 7.0])
    assert smallest_gap(x) == pytest.approx(0.8)
    np.testing.assert_array_equal(cp.grad(smallest_gap)(x), [1.0, 0.0, -1.0, 0.0])
    with pytest.raises(GuardError):
        cp.run(reverse(cp.trace(smallest_gap)(x)), np.sort(x), 1.0)
