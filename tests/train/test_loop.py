"""The training cycle: what it computes, when it stops, and how it ends when it must."""

import math
import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

import clearprop as cp
from clearprop import nn
from clearprop.errors import ArgumentError, ClearpropError, DivergedError, ShapeError
from clearprop.train import fit, gradient_descent, load, split
from clearprop.train.progress import Bar, Silent, progress_for
from tests.nn.networks import by_hand, tangled, tangled_data

X = np.random.Generator(np.random.Philox(3)).normal(size=(50, 3))
LINE = X @ np.array([[1.0], [-2.0], [0.5]]) + 3
LABELS = (X.sum(axis=1) > 0).astype(np.int64)


def line():
    x = nn.Input(3)
    return nn.Network(x, nn.Dense(1)(x))


def classifier(**options):
    options = {"hidden": "tanh", "output": "softmax", "loss": "cross_entropy"} | options
    return nn.stack([3, 8, 2], **options)


def same(one, other):
    return all(
        np.array_equal(one[layer][entry], other[layer][entry])
        for layer in one
        for entry in one[layer]
    )


# --- what it computes ----------------------------------------------------------------------------


def test_a_full_batch_step_is_gradient_descent():
    net = classifier(regularization=0.7)
    params = net.init(5)
    options = {"optimizer": "gradient_descent", "learning_rate": 0.3, "batch_size": 50}
    result = fit(net, (X, LABELS), params=params, epochs=3, **options)
    for _ in range(3):
        slopes = cp.grad(net.loss)(params, X, LABELS)
        params = {
            layer: {entry: w - 0.3 * slopes[layer][entry] for entry, w in entries.items()}
            for layer, entries in params.items()
        }
    for layer, entries in params.items():
        for entry, expected in entries.items():
            np.testing.assert_allclose(result.params[layer][entry], expected, rtol=1e-12)


def test_batches_cover_the_set_and_the_last_may_be_smaller():
    """With a rate of almost 0 one epoch's change is the sum of its batches' slopes."""
    net = line()
    params = net.init(1)
    options = {"optimizer": gradient_descent(1e-9), "epochs": 1, "params": params}
    change = {}
    for size in (50, 7):
        moved = fit(net, (X, LINE), batch_size=size, **options).params["output"]
        change[size] = (moved["bias"] - params["output"]["bias"]) * -1e9
    slopes = (net(params, X) - LINE)[:, 0]
    order = nn.initializers.stream(0, 1, 1).permutation(50)
    batches = [slopes[order[start : start + 7]].mean() for start in range(0, 50, 7)]
    np.testing.assert_allclose(change[50], slopes.mean(), rtol=1e-5)
    np.testing.assert_allclose(change[7], sum(batches), rtol=1e-5)


@pytest.mark.parametrize("optimizer", ["adam", "momentum", "gradient_descent"])
def test_every_optimizer_learns_a_line(optimizer):
    result = fit(line(), (X, LINE), optimizer=optimizer, learning_rate=0.1, epochs=200)
    found = result.params["output"]
    np.testing.assert_allclose(found["weight"], [[1.0, -2.0, 0.5]], atol=1e-3)
    np.testing.assert_allclose(found["bias"], [3.0], atol=1e-3)


def test_the_network_by_hand_through_its_updates():
    net, params, X, T = by_hand()
    result = fit(
        net,
        (X, T),
        params=params,
        optimizer="gradient_descent",
        learning_rate=0.5,
        epochs=1000,
        target_error=0.2,
    )
    assert f"{result.epochs[0].train_loss:.9f}" == "0.298371109"
    assert f"{result.epochs[1].train_loss:.9f}" == "0.285750887", "the biases learn as well"
    assert result.stopped == "target"
    assert result.epochs[-1].train_loss <= 0.2 < result.epochs[-2].train_loss


def test_records():
    train, test = split(load("iris"))
    net = nn.stack([4, 8, 3], output="softmax", loss="cross_entropy", regularization=0.5)
    seen = []
    result = fit(net, train, test, epochs=3, on_epoch=seen.append)
    assert [record.epoch for record in result.epochs] == [0, 1, 2, 3]
    assert tuple(seen) == result.epochs
    last, params = result.epochs[-1], result.params
    losses = net.example_losses(params, train.features, train.targets)
    assert last.train_loss == pytest.approx(losses.mean(), rel=1e-12)
    answers = net(params, test.features).argmax(axis=1)
    assert last.test_accuracy == (answers == test.targets).mean()
    slopes = cp.grad(net.loss)(params, train.features, train.targets)
    for layer, norm in last.gradient_norms.items():
        squares = sum(float(np.sum(slope**2)) for slope in slopes[layer].values())
        assert norm == pytest.approx(math.sqrt(squares), rel=1e-10)
    assert (result.stopped, result.kept_epoch, result.interrupted) == ("epochs", 3, False)


def test_no_test_part_and_no_classes():
    record = fit(line(), (X, LINE), epochs=1).epochs[-1]
    assert math.isnan(record.test_loss)
    assert record.train_accuracy is None


def test_several_inputs_and_outputs():
    net, (inputs, targets) = tangled(), tangled_data(count=40)
    result = fit(net, (inputs, targets), (inputs, targets), epochs=40, learning_rate=0.01)
    assert result.epochs[-1].train_loss < 0.7 * result.epochs[0].train_loss


def test_one_sigmoid_classifies():
    x = nn.Input(3)
    net = nn.Network(x, nn.Dense(1, "sigmoid")(x), loss="cross_entropy")
    result = fit(net, (X, LABELS), (X, LABELS), learning_rate=0.1)
    assert result.epochs[-1].test_accuracy > 0.95


# --- the same seed, the same bits ----------------------------------------------------------------


def test_seeds():
    sets = ((X, LABELS), (X[:9], LABELS[:9]))
    results = [fit(classifier(), *sets, epochs=4, seed=seed) for seed in (0, 0, 1)]
    assert same(results[0].params, results[1].params)
    assert results[0].epochs == results[1].epochs
    assert not same(results[0].params, results[2].params)


def test_a_seed_gives_the_same_bits_in_another_process():
    script = (
        "import hashlib, numpy as np; from clearprop import nn; from clearprop.train import fit\n"
        "X = np.random.Generator(np.random.Philox(3)).normal(size=(50, 3))\n"
        "net = nn.stack([3, 8, 2], output='softmax', loss='cross_entropy')\n"
        "params = fit(net, (X, (X.sum(axis=1) > 0).astype(int)), epochs=3, seed=7).params\n"
        "bits = b''.join(params[name]['weight'].tobytes() for name in net.layers)\n"
        "print(hashlib.sha256(bits).hexdigest())\n"
    )
    runs = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout != ""


def test_going_on_is_as_if_never_stopped():
    """For an optimizer without memory, to the bit."""
    options = {"optimizer": "gradient_descent", "batch_size": 16, "seed": 2}
    sets = ((X, LABELS), (X[:9], LABELS[:9]))
    whole = fit(classifier(), *sets, epochs=5, **options)
    first = fit(classifier(), *sets, epochs=2, **options)
    more = {"params": first.params, "first_epoch": 2, "epochs": 3}
    second = fit(classifier(), *sets, **options, **more)
    assert same(whole.params, second.params)
    assert [record.epoch for record in second.epochs] == [2, 3, 4, 5]
    assert second.epochs[-1] == whole.epochs[-1]


# --- when it stops -------------------------------------------------------------------------------


def test_a_target_that_is_met_from_the_start():
    result = fit(line(), (X, LINE), target_error=1e9)
    assert (result.stopped, len(result.epochs)) == ("target", 1)


def test_a_target_that_is_met_in_the_last_epoch():
    losses = [record.train_loss for record in fit(line(), (X, LINE), epochs=5).epochs]
    result = fit(line(), (X, LINE), epochs=5, target_error=losses[-1])
    assert (result.stopped, result.epochs[-1].epoch) == ("target", 5)


def test_patience_keeps_the_best():
    """Labels are noise, so what is learned of them only harms."""
    draw = np.random.Generator(np.random.Philox(8))
    noise = draw.integers(0, 2, 50)
    hold = (draw.normal(size=(30, 3)), draw.integers(0, 2, 30))
    options = {"learning_rate": 0.05, "epochs": 500, "patience": 5, "validation_set": hold}
    net = nn.stack([3, 32, 2], output="softmax", loss="cross_entropy")
    result = fit(net, (X, noise), **options)
    assert result.stopped == "patience"
    assert result.kept_epoch == result.epochs[-1].epoch - 5
    losses = [record.validation_loss for record in result.epochs[1:]]
    assert result.kept_epoch == 1 + int(np.argmin(losses))
    assert result.validation_loss == min(losses)
    assert net.example_losses(result.params, *hold).mean() == pytest.approx(min(losses), rel=1e-12)


# --- how it ends when it must --------------------------------------------------------------------


def interrupting(epoch, action):
    def watch(record):
        if record.epoch == epoch:
            action()

    return watch


def raise_interrupt():
    raise KeyboardInterrupt


@pytest.mark.parametrize("action", [raise_interrupt, lambda: signal.raise_signal(signal.SIGINT)])
def test_ctrl_c_keeps_what_was_learned(action):
    before = signal.getsignal(signal.SIGINT)
    result = fit(classifier(), (X, LABELS), epochs=50, on_epoch=interrupting(3, action))
    assert result.interrupted
    assert [record.epoch for record in result.epochs] == [0, 1, 2, 3]
    assert same(result.params, fit(classifier(), (X, LABELS), epochs=3).params)
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_in_the_midst_of_an_epoch_waits_for_the_batch(monkeypatch):
    batches = []

    def watch(self, done):
        batches.append(done)
        if done == 6:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Silent, "batch", watch)
    result = fit(classifier(), (X, LABELS), epochs=50, batch_size=10)
    assert (result.stopped, batches[-1]) == ("interrupted", 6)
    assert len(result.epochs) == 2


def test_a_second_ctrl_c_does_not_wait():
    def twice():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("not reached")

    assert fit(classifier(), (X, LABELS), on_epoch=interrupting(1, twice)).interrupted


def test_other_handlers_and_other_threads_are_let_be():
    heard, results = [], []
    before = signal.signal(signal.SIGINT, lambda *args: heard.append(1))
    try:
        action = interrupting(1, lambda: os.kill(os.getpid(), signal.SIGINT))
        result = fit(classifier(), (X, LABELS), epochs=2, on_epoch=action)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (result.stopped, heard) == ("epochs", [1])
    thread = threading.Thread(
        target=lambda: results.append(fit(classifier(), (X, LABELS), epochs=2))
    )
    thread.start()
    thread.join()
    assert results[0].stopped == "epochs"


def test_divergence_keeps_the_last_finite_weights():
    with pytest.raises(DivergedError) as caught:
        fit(line(), (100 * X, LINE), optimizer="gradient_descent", learning_rate=10.0, epochs=99)
    error = caught.value
    assert isinstance(error, ClearpropError)
    assert "the loss became " in str(error)
    assert "epoch" in str(error)
    assert "Use a smaller learning rate, such as 1" in str(error)
    weights = error.result.params["output"]
    assert np.isfinite(weights["weight"]).all()
    assert np.isfinite(line().loss(error.result.params, 1e-200 * X, LINE))


def test_divergence_names_the_batch():
    spoiled = X.copy()
    spoiled[20] = np.nan
    with pytest.raises(DivergedError, match="the loss became nan in epoch 0, its end"):
        fit(line(), (spoiled, LINE))


# --- progress ------------------------------------------------------------------------------------


def test_progress_is_silent_unless_asked_or_at_a_terminal(capsys, monkeypatch):
    fit(line(), (X, LINE), epochs=1)
    assert capsys.readouterr() == ("", "")
    assert isinstance(progress_for(None, 1, 1), Silent)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert isinstance(progress_for(None, 1, 1), Bar)
    assert isinstance(progress_for(False, 1, 1), Silent)


def test_the_bar_goes_to_the_error_stream(capsys):
    fit(classifier(), (X, LABELS), (X, LABELS), epochs=2, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "epoch 2/2" in err
    assert "accuracy" in err
    assert "loss" in err


# --- misuse --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"batch_size": 0}, ArgumentError, "batch_size is 0"),
        ({"epochs": 2.5}, ArgumentError, "epochs is 2.5"),
        ({"patience": 0}, ArgumentError, "patience is 0"),
        ({"validation_fraction": 1}, ArgumentError, "validation_fraction is 1; it must be a numb"),
        ({"seed": -1}, ArgumentError, "seed is -1"),
        ({"optimizer": "sgd"}, ArgumentError, "no optimizer 'sgd'"),
        ({"params": {}}, ArgumentError, "params has no"),
    ],
)
def test_options(options, kind, message):
    with pytest.raises(kind, match=message):
        fit(classifier(), (X, LABELS), **options)


def test_sets_that_do_not_fit():
    with pytest.raises(ShapeError, match=r"was given shape \(50, 2\)"):
        fit(classifier(), (X[:, :2], LABELS))
    with pytest.raises(ShapeError, match="the class index 7 of example 1"):
        fit(classifier(), (X, LABELS), (X[:2], np.array([0, 7])))
    with pytest.raises(ShapeError, match="the targets of 'output'"):
        fit(classifier(), (X, LABELS[:3]))
