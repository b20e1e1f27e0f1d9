"""Optimizers: pure functions that follow their papers' formulas."""

import numpy as np
import pytest

from clearprop.errors import ArgumentError
from clearprop.train.optimizers import OPTIMIZERS, adam, gradient_descent, momentum, named

GRADIENTS = np.random.Generator(np.random.Philox(0)).normal(size=(20, 5))


def path(optimizer, gradients=GRADIENTS):
    """The parameters after each step, from 0."""
    parameters = np.zeros(gradients.shape[1])
    state = optimizer.start(parameters)
    places = []
    for gradient in gradients:
        change, state = optimizer.step(gradient, state)
        parameters = parameters + change
        places.append(parameters)
    return np.array(places)


def test_gradient_descent():
    np.testing.assert_allclose(path(gradient_descent(0.3)), -0.3 * np.cumsum(GRADIENTS, axis=0))


def test_momentum():
    velocity, place, places = 0.0, 0.0, []
    for gradient in GRADIENTS:
        velocity = 0.8 * velocity - 0.3 * gradient
        place = place + velocity
        places.append(place)
    np.testing.assert_allclose(path(momentum(0.3, 0.8)), places, rtol=1e-13)


def test_adam():
    """Algorithm 1, step by step."""
    m = v = place = 0.0
    places = []
    for t, g in enumerate(GRADIENTS, 1):
        m = 0.7 * m + 0.3 * g
        v = 0.9 * v + 0.1 * g**2
        place = place - 0.01 * (m / (1 - 0.7**t)) / (np.sqrt(v / (1 - 0.9**t)) + 1e-3)
        places.append(place)
    np.testing.assert_allclose(path(adam(0.01, 0.7, 0.9, 1e-3)), places, rtol=1e-12)


def test_adams_first_step_has_the_size_of_the_rate():
    first = path(adam(0.01), np.array([[1e-3, -5.0, 1e4]]))[0]
    np.testing.assert_allclose(first, [-0.01, 0.01, -0.01], rtol=1e-4)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_are_pure_and_keep_the_dtype(name):
    optimizer = named(name)
    gradient = GRADIENTS[0].astype(np.float32)
    gradient.flags.writeable = False
    state = optimizer.start(np.zeros(5, np.float32))
    once, after = optimizer.step(gradient, state)
    again, _ = optimizer.step(gradient, state)
    np.testing.assert_array_equal(once, again)
    assert once.dtype == np.float32
    assert optimizer.step(gradient, after)[0].dtype == np.float32


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_all_find_the_bottom_of_a_bowl(name):
    optimizer = named(name, 0.05)
    parameters, scale = np.array([3.0, -2.0]), np.array([1.0, 5.0])
    state = optimizer.start(parameters)
    for _ in range(2000):
        change, state = optimizer.step(scale * parameters, state)
        parameters = parameters + change
    assert abs(parameters).max() < 1e-3


def test_names():
    assert named("adam").name == "adam"
    assert named("momentum", 0.5).learning_rate == 0.5
    own = adam(0.1)
    assert named(own) is own


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (lambda: named("adams"), "no optimizer 'adams'.*Did you mean 'adam'"),
        (lambda: named(adam(), 0.1), "an optimizer and a learning rate were both given"),
        (lambda: named("adam", 0.0), "learning_rate is 0.0"),
        (lambda: adam(float("nan")), "learning_rate is nan; it must be a number above 0"),
        (lambda: adam("fast"), "learning_rate is 'fast'"),
        (lambda: adam(10**400), "learning_rate is 1000.*…; it must"),
        (lambda: adam(epsilon=0.0), "epsilon is 0.0"),
        (lambda: named([]), r"no optimizer \[\]"),
        (lambda: adam(decay1=1.0), "decay1 is 1.0"),
        (lambda: momentum(decay=-0.1), "decay is -0.1"),
    ],
)
def test_misuse(misuse, message):
    with pytest.raises(ArgumentError, match=message):
        misuse()
