"""Runs of updates by machine code: what single updates give, and errors found as they find them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from clearprop import nn, train
from clearprop.errors import DivergedError
from clearprop.train import epoch
from clearprop.train.epoch import run_length

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(70, 4)), RNG.integers(0, 3, 70)


def fitted(monkeypatch: pytest.MonkeyPatch, worth: int, **options: Any) -> Any:
    monkeypatch.setattr("clearprop.train.loop.WORTH", worth)
    net = options.pop("net", None) or nn.stack([4, 5, 3], output="softmax", loss="cross_entropy")
    return train.fit(net, options.pop("data", (X, Y)), epochs=3, batch_size=16, **options)


@pytest.mark.parametrize("optimizer", ["adam", "momentum", "gradient_descent"])
def test_the_same_as_single_updates(monkeypatch: pytest.MonkeyPatch, optimizer: str) -> None:
    many = fitted(monkeypatch, 1, optimizer=optimizer)
    single = fitted(monkeypatch, 10**9, optimizer=optimizer)
    again = fitted(monkeypatch, 1, optimizer=optimizer)
    for mine, other, same in zip(
        *(np.concatenate([a.ravel() for a in nn_leaves(r.params)]) for r in (many, single, again)),
        strict=True,
    ):
        assert mine == pytest.approx(other, rel=1e-9)
        assert mine == same
    assert [e.epoch for e in many.epochs] == [e.epoch for e in single.epochs]


def nn_leaves(params: Any) -> list[Any]:
    import optree

    return optree.tree_leaves(params)


def test_several_inputs_and_regularization(monkeypatch: pytest.MonkeyPatch) -> None:
    net = nn.stack([4, 6, 2], hidden="tanh", regularization=0.01)
    data = (X, np.tanh(X[:, :2]))
    many = fitted(monkeypatch, 1, net=net, data=data)
    single = fitted(monkeypatch, 10**9, net=net, data=data)
    assert many.kept.train_loss == pytest.approx(single.kept.train_loss, rel=1e-10)


def test_an_optimizer_that_looks_at_the_whole_gradient_takes_single_updates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def step(gradient: Any, state: Any) -> Any:
        return -0.1 * gradient / max(1.0, float(np.linalg.norm(gradient))), state

    clipped = train.Optimizer("clipped", 0.1, lambda parameters: (), step)
    assert fitted(monkeypatch, 1, optimizer=clipped).stopped == "epochs"


def test_divergence_is_found_at_its_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = []
    options = {
        "net": nn.stack([4, 5, 1], output="identity"),
        "data": (X * 1e3, X[:, :1]),
        "optimizer": "gradient_descent",
        "learning_rate": 1e9,
    }
    for worth in (1, 10**9):
        with pytest.raises(DivergedError) as caught:
            fitted(monkeypatch, worth, **options)
        errors.append(caught.value)
    assert str(errors[0]) == str(errors[1])
    assert np.isfinite(errors[0].result.kept.train_loss)


@pytest.mark.parametrize("batches", [*range(200), 1000, 12345])
def test_runs_are_short_and_leave_little_over(batches: int) -> None:
    length = run_length(batches)
    assert 0 <= length <= epoch.MOST_BATCHES
    if batches:
        assert batches % length < -(-batches // epoch.MOST_BATCHES)
