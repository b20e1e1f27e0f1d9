"""How many hidden layers, how wide? Structures are compared by their loss on a validation part."""

import json
import math
import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest

from clearprop.errors import ArgumentError, DataError, DivergedError
from clearprop.train import Dataset, compare, fit, load, run, split
from clearprop.train import job as jobs
from clearprop.train import trials as trial_runs
from clearprop.train.comparison_view import Point, chart
from clearprop.train.parts import folds
from clearprop.train.progress import Silent
from clearprop.train.task import architecture_for, assembled

QUICK = {"epochs": 4, "progress": False}
SMALL = [(), (6,), (12, 4)]


def checkerboard(count=400):
    """Points in four squares, the class being the sign of x·y: no line separates them."""
    size = np.random.Generator(np.random.Philox(21)).uniform(0.3, 1.0, size=(count // 4, 2))
    corners = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    X = np.concatenate([size * corner for corner in corners])
    kinds = (X[:, 0] * X[:, 1] > 0).astype(np.int64)
    return Dataset("checkerboard", X, kinds, ("x", "y"), ("unlike", "like"), "signs")


def quantities(noise):
    """Sums with some noise on the targets of a test part."""
    draw = np.random.Generator(np.random.Philox(9))
    X = draw.normal(size=(60, 2))
    made = Dataset("sums", X, X.sum(axis=1, keepdims=True), ("a", "b"), None, "sum")
    _, test = split(made, seed=0)
    spoiled = (X[:, None, :] == test.features[None]).all(axis=2).any(axis=1)
    return replace(made, targets=made.targets + noise * spoiled[:, None])


def figures(comparison):
    """All that a comparison says, but for the time that it took."""
    found = comparison.to_dict()
    for candidate in found["candidates"]:
        assert candidate.pop("seconds") > 0
    return found


# --- the ranking ---------------------------------------------------------------------------------


def test_the_structure_that_can_express_the_classes_wins_on_validation():
    """By symmetry the best line has the loss ln 2; eight hidden units do far better."""
    found = compare(
        *(checkerboard(), [(), (1,), (8,), (8, 8)]),
        **{"activation": "tanh", "epochs": 60, "learning_rate": 0.02, "regularization": 0.0},
    )
    losses = {one.hidden: one.validation_loss for one in found.candidates}
    assert math.isclose(losses[()], math.log(2), rel_tol=0.03)
    assert losses[1,] > 0.3, "one unit is one line again"
    assert max(losses[8,], losses[8, 8]) < 0.1
    assert found.best.hidden in {(8,), (8, 8)}
    assert list(losses.values()) == sorted(losses.values())
    assert found.final["test_accuracy"] > 0.95


def test_the_figures_are_those_of_training_by_hand():
    iris = load("iris")
    learning, test = split(iris, seed=3)
    train, validation = next(folds(learning, 3))
    task = assembled(architecture_for(iris, (6,), "relu", 1.0), train, validation, test, 3)
    sets = task.seen(train), task.seen(validation)
    result = fit(task.net, sets[0], validation_set=sets[1], seed=3, epochs=4)
    (one,) = compare(iris, [(6,)], seed=3, **QUICK).candidates
    assert one.parameters == 5 * 6 + 7 * 3
    assert one.train_loss == result.epochs[-1].train_loss
    assert one.train_accuracy == result.epochs[-1].train_accuracy
    assert one.validation_loss == pytest.approx(result.validation_loss, rel=1e-12)
    assert one.validation_accuracy == result.validation_accuracy
    np.testing.assert_array_equal(
        one.losses, task.net.example_losses(result.params, *task.seen(validation))
    )
    assert one.epochs == 4


def test_all_folds_validate_every_learning_example_once():
    single, whole = (compare("iris", SMALL, folds=count, **QUICK) for count in (1, 5))
    assert (single.validation_examples, whole.validation_examples) == (24, 120)
    assert single.learning_examples == whole.learning_examples == 120
    for one in whole.candidates:
        assert one.losses.shape == (120,)
        assert one.validation_loss == one.losses.mean()
        (same,) = (other for other in single.candidates if other.hidden == one.hidden)
        np.testing.assert_array_equal(one.losses[:24], same.losses)


def test_the_margin_is_that_of_paired_examples():
    found = compare("iris", SMALL, **QUICK)
    first, second, _ = found.candidates
    difference, error = found.margin
    assert difference == pytest.approx(second.validation_loss - first.validation_loss)
    gaps = second.losses - first.losses
    assert error == pytest.approx(gaps.std(ddof=1) / math.sqrt(24))
    assert error < math.hypot(first.losses.std(), second.losses.std()) / math.sqrt(24)
    assert compare("iris", SMALL[:1], **QUICK).margin is None


def test_patience_counts_the_best_epoch():
    options = {"learning_rate": 0.1, "progress": False, "epochs": 200, "patience": 3}
    (one,) = compare("iris", [(8,)], **options).candidates
    assert one.epochs < 200
    (longer,) = compare("iris", [(8,)], **options | {"epochs": one.epochs}).candidates
    np.testing.assert_array_equal(one.losses, longer.losses)


def test_the_same_seed_gives_the_same_ranking():
    first, again, other = (
        compare("iris", structures, seed=seed, **QUICK)
        for structures, seed in ((SMALL, 1), (SMALL[::-1], 1), (SMALL, 2))
    )
    assert figures(first) == figures(again), "the order in which they are named is nothing"
    assert figures(first) != figures(other)


# --- the test part -------------------------------------------------------------------------------


def test_only_the_winner_is_tested_and_as_its_own_run_would_be(tmp_path, monkeypatch):
    tested = []

    def watch(net, train_set, test_set=None, **options):
        tested.append(test_set is not None)
        return fit(net, train_set, test_set, **options)

    monkeypatch.setattr(jobs, "fit", watch)
    found = compare("iris", SMALL, seed=5, **QUICK)
    assert tested == [False, False, False, True]
    alone = run("iris", seed=5, hidden=found.best.hidden, out=tmp_path, **QUICK)
    for name in ("test_loss", "test_accuracy"):
        assert found.to_dict()[name] == alone[name]


def test_the_test_part_chooses_nothing():
    plain, spoiled = (compare(quantities(noise), SMALL, **QUICK) for noise in (0.0, 50.0))
    assert figures(plain)["candidates"] == figures(spoiled)["candidates"]
    assert plain.final["test_loss"] < spoiled.final["test_loss"]
    assert "of the variance (R²) of the 12 test" in plain.text().replace("\n", " ")
    assert "worse than the mean on the 12 test" in spoiled.text().replace("\n", " ")


# --- when training does not come to its end ------------------------------------------------------


def diverging(bad):
    def watch(task, *args, **options):
        if task.architecture.sizes[1:-1] in bad:
            raise DivergedError("it diverged")
        return jobs.learned(task, *args, **options)

    return watch


def test_a_structure_that_diverges_is_last(monkeypatch):
    monkeypatch.setattr(trial_runs, "learned", diverging({()}))
    found = compare("iris", SMALL, **QUICK)
    last = found.candidates[-1]
    assert (last.hidden, last.diverged, found.best.diverged) == ((), True, False)
    assert found.to_dict()["candidates"][-1]["validation_loss"] is None
    assert re.search(r"^none .* diverged +–$", found.text(), re.M)
    for html in (found.page(), found._repr_html_()):
        assert "inf" not in re.sub(r"<[^>]*>", "", html)


def test_all_diverge(monkeypatch):
    monkeypatch.setattr(trial_runs, "learned", diverging(set(SMALL)))
    with pytest.raises(DivergedError, match="of every structure became no finite number"):
        compare("iris", SMALL, **QUICK)


@pytest.mark.parametrize("done", range(4))
def test_ctrl_c_keeps_what_was_done(tmp_path, monkeypatch, done):
    begun = []

    def interrupt(self, record):
        if len(begun) > done and record.epoch:
            raise KeyboardInterrupt

    monkeypatch.setattr(Silent, "training", lambda self, name, epochs: begun.append(name))
    monkeypatch.setattr(Silent, "epoch", interrupt)
    found = compare("iris", SMALL, out=tmp_path / "made", **QUICK)
    assert found.interrupted
    assert {one.hidden for one in found.candidates} == set(SMALL[:done])
    assert found.final is None
    assert (found.best is None) == (done == 0)
    assert "test_accuracy" not in found.to_dict()
    assert sorted(found.files) == ["figures", "page"]
    expected = "3 structures" if done == 3 else f"{done} of 3 structures"
    assert found.text().startswith(f"iris: {expected}, ended by Ctrl-C")
    assert "Ctrl-C" in (tmp_path / "made" / "comparison.html").read_text("utf-8")


# --- what is shown -------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["iris", quantities(0.0)], ids=["classes", "quantities"])
def test_the_text_fits_80_columns(source):
    found = compare(source, [(), (4,), (7,) * 20], **QUICK)
    lines = found.text().splitlines()
    assert max(map(len, lines)) <= 80
    heads = lines[3].split()
    assert heads[:4] == ["hidden", "parameters", "epochs", "time"]
    assert len({len(line) for line in lines[3:7]}) == 1, "the last column ends in one line"
    assert any(re.match("7,7,7,.*…  ", line) for line in lines)
    assert "Best: " in found.text()
    assert "took no part in the choice." in found.text().replace("\n", " ")


def test_the_pages(tmp_path):
    found = compare("iris", SMALL, **QUICK)
    page, piece = found.page(), found._repr_html_()
    for html in (page, piece):
        assert not re.search(r"<(script|link|img)|url\(|@import|https?:", html)
        assert "validation accuracy" in html
        (drawing,) = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
        assert len(ElementTree.fromstring(drawing).findall("circle")) == 3
    assert "clearprop compare iris --seed 0 --epochs 4 --hidden none --hidden 6" in page
    rules = re.sub(r"@media[^{]*\{", "", re.findall(r"<style>(.*?)</style>", piece, re.S)[1])
    selectors = [part for rule in re.findall(r"([^{}]+)\{", rules) for part in rule.split(",")]
    assert all(one.strip().startswith(".clearprop-chart") for one in selectors), selectors


def test_names_in_the_picture_cover_nothing():
    points = [Point(f"{i},{i}", 1000 + 150 * i, 0.5 + 0.01 * (i % 3), i == 2) for i in range(8)]
    drawing = ElementTree.fromstring(chart(points))
    names = [
        text for text in drawing.findall("text") if text.get("class") in ("point c0", "best c1")
    ]
    assert len(names) == 8
    spots = sorted((float(text.get("x")), float(text.get("y"))) for text in names)
    for one, other in pairwise(spots):
        assert other[0] - one[0] > 20 or abs(other[1] - one[1]) > 12


@pytest.mark.parametrize("loss", [math.inf, 1e305, 0.0])
def test_the_picture_of_odd_losses(loss):
    html = chart([Point("none", 10, loss, False)])
    assert "nan" not in html
    assert "No structure" in html or ElementTree.fromstring(html) is not None


# --- the folder ----------------------------------------------------------------------------------


def test_a_folder_gets_the_page_and_the_winners_run(tmp_path):
    found = compare("iris", SMALL, out=tmp_path / "made", **QUICK)
    names = ["comparison.html", "comparison.json", "history.json", "model.safetensors"]
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == [*names, "report.html"]
    assert (tmp_path / "made" / "comparison.html").read_text("utf-8") == found.page()
    saved = json.loads((tmp_path / "made" / "comparison.json").read_text("utf-8"))
    assert saved == json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert saved["model"] == str(tmp_path / "made" / "model.safetensors")
    history = json.loads((tmp_path / "made" / "history.json").read_text("utf-8"))
    assert history["command"].startswith("clearprop train iris --seed 0 ")
    assert f"--hidden {found.best.name}" in history["command"]


def test_a_data_set_of_ones_own_is_repeated_by_a_call():
    found = compare(quantities(0.0), [(3,), ()], **QUICK)
    assert found.command == (
        "clearprop.train.compare(dataset, structures=((3,), ()), seed=0, epochs=4)"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"structures": 64}, r"structures is 64; it must be .* such as \[\(\), \(32,\)"),
        ({"structures": []}, r"structures is \[\]"),
        ({"structures": [8]}, r"structures is \[8\]"),
        ({"structures": [(8,), (0,)]}, r"structures is \[\(8,\), \(0,\)\]"),
        ({"structures": [(8,), [8]]}, "the structure 8 is given 2 times. Give each"),
        ({"structures": [(), ()]}, "the structure none is given 2 times"),
        ({"structures": [(10**30,)]}, "the network would have"),
        ({"folds": 0}, "folds is 0; it must be a whole number from 1 to 5"),
        ({"folds": 6}, "folds is 6"),
        ({"folds": 2.0}, "folds is 2.0"),
        ({"activation": "rellu"}, "Did you mean 'relu'"),
        ({"optimizer": "sgd"}, "no optimizer 'sgd'"),
        ({"epochs": 0}, "epochs is 0"),
        ({"patience": 0}, "patience is 0"),
        ({"out": 3}, "out is 3; it must be a path"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_options(tmp_path, options, message):
    with pytest.raises(ArgumentError, match=message):
        compare(**{"source": "iris", "structures": SMALL, "out": tmp_path / "out"} | options)
    assert list(tmp_path.iterdir()) == []


def test_too_few_examples():
    X = np.arange(5.0)[:, None]
    with pytest.raises(DataError, match=r"few has too few examples to learn from \(4\)"):
        compare(Dataset("few", X, X, ("x",), None, "y"), SMALL)
