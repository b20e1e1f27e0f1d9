"""Draws under vmap: with a batch of keys, of parameters, of steps, as one after the other."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import clearprop as cp

KEYS = cp.random.split(cp.random.key(6), 4)
POSITIVE = np.array([0.7, 1.5, 3.0, 20.0])
STEPS = np.arange(4)

BY_KEY = {
    "split": cp.random.split,
    "bits": lambda key: cp.random.bits(key, 3, "uint64"),
    "uniform": lambda key: cp.random.uniform(key, 3, "float32"),
    "normal": lambda key: cp.random.normal(key, (2, 3)),
    "randint": lambda key: cp.random.randint(key, 3, -5, 10),
    "permutation": lambda key: cp.random.permutation(key, 6),
    "choice": lambda key: cp.random.choice(key, np.arange(5.0), 3, replace=False),
    "choice with p": lambda key: cp.random.choice(key, 3, 2, p=[0.5, 0.1, 0.4]),
    "categorical": lambda key: cp.random.categorical(key, np.zeros(3)),
}

BY_KEY_AND_PARAMETER = {
    "normal": lambda key, a: cp.random.normal(key, 2, scale=a),
    "truncated_normal": lambda key, a: cp.random.truncated_normal(key, a, np.inf, 2),
    "multivariate": lambda key, a: cp.random.multivariate_normal(key, np.zeros(2), a * np.eye(2)),
    "gamma": lambda key, a: cp.random.gamma(key, a),
    "gamma's slope": lambda key, a: cp.grad(lambda a: cp.random.gamma(key, a))(a),
    "loggamma": lambda key, a: cp.random.loggamma(key, a, 2),
    "dirichlet": lambda key, a: cp.random.dirichlet(key, a * np.ones(3)),
    "poisson": lambda key, a: cp.random.poisson(key, a),
    "binomial": lambda key, a: cp.random.binomial(key, 5, a / 30),
}


@pytest.mark.parametrize("name", BY_KEY)
def test_batches_of_keys(name):
    draw = BY_KEY[name]
    assert_allclose(cp.vmap(draw)(KEYS), [draw(key) for key in KEYS], rtol=1e-13)


@pytest.mark.parametrize("name", BY_KEY_AND_PARAMETER)
def test_batches_of_keys_and_parameters(name):
    draw = BY_KEY_AND_PARAMETER[name]
    expected = [draw(key, a) for key, a in zip(KEYS, POSITIVE, strict=True)]
    assert_allclose(cp.vmap(draw)(KEYS, POSITIVE), expected, rtol=1e-12)


def test_batches_of_steps():
    found = cp.vmap(lambda step: cp.random.fold_in(KEYS[0], step))(STEPS)
    assert_allclose(found, [cp.random.fold_in(KEYS[0], step) for step in STEPS])


def test_the_derivative_of_a_batch():
    def total(a):
        return np.sum(cp.vmap(lambda key: cp.random.gamma(key, a))(KEYS))

    expected = sum(cp.grad(lambda a, k=key: cp.random.gamma(k, a))(2.0) for key in KEYS)
    assert_allclose(cp.grad(total)(2.0), expected)
