"""A validation part: measured, chosen by, never learned from; the test part chooses nothing."""

import json

import numpy as np
import pytest

from clearprop.errors import ArgumentError, WeightsError
from clearprop.train import fit, load, run, split
from clearprop.train import model as models
from clearprop.train.figures import examples_of
from clearprop.train.parts import hold_out
from tests.train.test_loop import LABELS, LINE, X, classifier, line, same

HELD = (X[:12], LABELS[:12])
QUICK = {"hidden": (8,), "progress": False}


# --- fit -----------------------------------------------------------------------------------------


def test_it_is_measured_after_each_epoch_and_not_learned_from():
    net = classifier()
    result = fit(net, (X, LABELS), validation_set=HELD, epochs=4)
    assert same(result.params, fit(net, (X, LABELS), epochs=4).params)
    last = result.epochs[-1]
    assert result.kept is last
    losses = net.example_losses(result.params, *HELD)
    assert last.validation_loss == pytest.approx(losses.mean(), rel=1e-12)
    assert last.validation_accuracy == (net(result.params, HELD[0]).argmax(1) == HELD[1]).mean()
    assert (result.validation_loss, result.validation_accuracy) == (
        last.validation_loss,
        last.validation_accuracy,
    )
    assert len({entry.validation_loss for entry in result.epochs}) == 5


def test_without_one_there_are_no_figures():
    result = fit(classifier(), (X, LABELS), HELD, epochs=1)
    assert (result.validation_loss, result.validation_accuracy) == (None, None)
    assert fit(line(), (X, LINE), validation_fraction=0.2, epochs=1).validation_accuracy is None


@pytest.mark.parametrize(
    ("options", "share"), [({"patience": 9}, 0.1), ({"validation_fraction": 0.3}, 0.3)]
)
def test_a_share_is_the_same_as_holding_it_out_by_hand(options, share):
    net = classifier()
    result = fit(net, (X, LABELS), epochs=3, seed=2, **options)
    kept, held = hold_out(examples_of(net, (X, LABELS)), share, seed=2)
    by_hand = fit(net, (kept.X, kept.Y), validation_set=(held.X, held.Y), epochs=3, seed=2)
    assert len(held) == round(share * 50)
    assert [entry.validation_loss for entry in result.epochs] == [
        entry.validation_loss for entry in by_hand.epochs
    ]
    assert same(result.params, by_hand.params) == (result.kept_epoch == 3)


def test_the_test_part_chooses_nothing():
    """Right labels or wrong ones in the test part: the same stop, the same parameters."""
    options = {"patience": 2, "learning_rate": 0.1, "epochs": 60}
    first, second = (
        fit(classifier(), (X, LABELS), (X, labels), **options) for labels in (LABELS, 1 - LABELS)
    )
    assert first.stopped == "patience"
    assert (first.kept_epoch, len(first.epochs)) == (second.kept_epoch, len(second.epochs))
    assert same(first.params, second.params)
    assert first.epochs[-1].test_loss != second.epochs[-1].test_loss


def test_a_set_and_a_share_are_one_too_many():
    with pytest.raises(ArgumentError, match="both a validation_set and a validation_fraction"):
        fit(classifier(), (X, LABELS), validation_set=HELD, validation_fraction=0.1)


def test_too_few_examples_to_hold_some_out():
    with pytest.raises(ArgumentError, match="4 examples are too few to hold some out"):
        fit(classifier(), (X[:4], LABELS[:4]), patience=3)


def test_a_validation_loss_beyond_all_numbers_is_never_the_best():
    """The first epoch's is infinite here, and no reason to keep that epoch for good."""
    far = (np.full((3, 3), 1e200), np.ones((3, 1)))
    result = fit(line(), (X, LINE), validation_set=far, patience=2, epochs=9)
    assert result.epochs[-1].validation_loss == np.inf
    assert (result.stopped, result.kept_epoch) == ("patience", 1)


# --- run -----------------------------------------------------------------------------------------


def test_a_run_reports_it(tmp_path):
    found = run("iris", out=tmp_path, epochs=3, validation_fraction=0.25, **QUICK)
    assert [found[f"{part}_examples"] for part in ("train", "validation", "test")] == [90, 30, 30]
    history = json.loads((tmp_path / "history.json").read_text("utf-8"))
    last = history["epochs"][-1]
    assert history["validation_examples"] == 30
    assert last["validation_loss"] == pytest.approx(found["validation_loss"], rel=1e-12)
    assert last["validation_accuracy"] == found["validation_accuracy"]
    assert history["command"].endswith("--validation-fraction 0.25")
    report = (tmp_path / "report.html").read_text("utf-8")
    assert "90 to train, 30 to validate, 30 held out" in report
    assert "The validation loss was smallest in epoch" in report


def test_a_run_standardizes_by_what_it_learns_from(tmp_path):
    found = run("iris", out=tmp_path, epochs=1, validation_fraction=0.25, **QUICK)
    learning, _ = split(load("iris"), seed=0)
    train, validation = split(learning, 0.25, seed=0)
    model = models.load(found["model"])
    np.testing.assert_allclose(model.standardizer.mean, train.features.mean(axis=0), rtol=1e-12)
    right = model.outputs(validation.features).argmax(axis=1) == validation.targets
    assert right.mean() == found["validation_accuracy"]


def test_a_run_has_none_unless_asked(tmp_path):
    found = run("iris", out=tmp_path, epochs=1, **QUICK)
    assert (found["train_examples"], found["validation_examples"]) == (120, 0)
    assert (found["validation_loss"], found["validation_accuracy"]) == (None, None)
    assert "validation" not in (tmp_path / "report.html").read_text("utf-8")


def test_patience_reports_the_tenth_that_it_stops_by(tmp_path):
    found = run("iris", out=tmp_path, patience=2, learning_rate=0.05, **QUICK)
    assert (found["stopped"], found["validation_examples"]) == ("patience", 12)
    history = json.loads((tmp_path / "history.json").read_text("utf-8"))
    losses = [entry["validation_loss"] for entry in history["epochs"]]
    assert found["kept_epoch"] == 1 + int(np.argmin(losses[1:]))
    assert found["validation_loss"] == pytest.approx(min(losses[1:]), rel=1e-12)


def test_going_on_needs_the_same_validation_part(tmp_path):
    """What was learned tells nothing new when it is validated."""
    first = run("iris", out=tmp_path / "first", epochs=1, **QUICK)
    options = {"resume": first["model"], "epochs": 1, **QUICK}
    with pytest.raises(WeightsError, match=r"with validation_fraction 0.1: it has None"):
        run("iris", out=tmp_path / "second", patience=3, **options)
    assert run("iris", out=tmp_path / "second", **options)["epochs"] == 2


def test_too_few_examples_for_a_run(tmp_path):
    rows = "x,kind\n1,a\n2,b\n3,a\n4,b\n5,a\n"
    (tmp_path / "few.csv").write_text(rows, "utf-8")
    with pytest.raises(ArgumentError, match="3 examples are too few to hold some out for valid"):
        run(tmp_path / "few.csv", target="kind", out=tmp_path / "out", patience=3, **QUICK)
    assert not (tmp_path / "out").exists()
