"""The whole job: a folder with model, report and history; predictions; every way it can fail."""

import errno
import json
import os
import signal
import stat
import tempfile
from pathlib import Path

import numpy as np
import pytest

from clearprop.errors import ArgumentError, DataError, DivergedError, WeightsError
from clearprop.train import Dataset, load, predict, run, split, weights
from clearprop.train import model as models
from clearprop.train.figures import Meter
from clearprop.train.outcome import write_history
from clearprop.train.progress import Silent

QUICK = {"hidden": (16,), "epochs": 3, "progress": False}


def draws():
    """A generator that starts anew in each test."""
    return np.random.Generator(np.random.Philox(5))


def files(folder):
    return sorted(file.name for file in folder.iterdir())


def write_csv(path, header, rows):
    lines = [",".join(header), *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def houses(tmp_path):
    """Prices that depend on size and age, and not on noise."""
    draw = draws()
    size, age, noise = draw.uniform(50, 200, 80), draw.uniform(0, 60, 80), draw.normal(size=80)
    price = 3000 * size - 1000 * age + 50_000
    rows = np.column_stack([size, age, price, noise])
    return write_csv(tmp_path / "houses.csv", ["size", "age", "price", "noise"], rows)


# --- what it leaves behind -----------------------------------------------------------------------


def test_digits(tmp_path):
    """A short run on real data already reads most of the held-out digits."""
    found = run("digits", seed=0, out=tmp_path / "new" / "run", epochs=8, progress=False)
    assert files(tmp_path / "new" / "run") == ["history.json", "model.safetensors", "report.html"]
    assert found["test_accuracy"] > 0.95
    assert (found["train_examples"], found["test_examples"]) == (1438, 359)
    assert (found["epochs"], found["stopped"], found["interrupted"]) == (8, "epochs", False)
    assert found["network"] == "64 – 256 – 10, relu, softmax"
    assert found["seconds"] < 60
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert all(not isinstance(value, np.generic) for value in found.values())
    history = json.loads((tmp_path / "new" / "run" / "history.json").read_text("utf-8"))
    assert [entry["epoch"] for entry in history["epochs"]] == list(range(9))
    assert history["epochs"][-1]["test_accuracy"] == found["test_accuracy"]
    assert history["epochs"][-1]["test_loss"] == pytest.approx(found["test_loss"], rel=1e-12)
    assert history["test_accuracy"] == found["test_accuracy"]
    report = (tmp_path / "new" / "run" / "report.html").read_text("utf-8")
    for part in ("Digits", "Confusion matrix", "Gradient sizes per layer", "--seed 0 --out"):
        assert part in report
    assert history["command"].endswith("--epochs 8")


def test_a_model_predicts_what_the_run_measured(tmp_path):
    found = run("iris", out=tmp_path, **QUICK)
    _, test = split(load("iris"))
    said = predict(found["model"], test.features)
    right = said.values == np.array(test.class_names)[test.targets]
    assert right.mean() == found["test_accuracy"]
    np.testing.assert_allclose(said.probabilities.sum(axis=1), 1.0)
    np.testing.assert_array_equal(
        said.values, np.array(said.class_names)[said.probabilities.argmax(axis=1)]
    )
    single = predict(found["model"], test.features[0])
    assert single.values.tolist() == said.values[:1].tolist()
    assert json.loads(json.dumps(said.to_dict()))["predictions"] == said.values.tolist()


def test_the_same_seed_gives_the_same_file(tmp_path):
    bits = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        found = run("wine", seed=seed, out=tmp_path / name, **QUICK)
        bits.append((tmp_path / name / "model.safetensors").read_bytes())
        assert models.load(found["model"]).metadata["seed"] == str(seed)
    assert bits[0] == bits[1] != bits[2]


def test_quantities(tmp_path, houses):
    found = run(houses, target="price", out=tmp_path / "out", hidden=(16,), progress=False)
    assert found["test_accuracy"] is None
    assert found["r_squared"] > 0.98
    assert found["rmse"] < 20_000
    new = write_csv(tmp_path / "new.csv", ["noise", "age", "id", "size"], [[0, 30, "x", 100]])
    said = predict(found["model"], new)
    assert said.target == "price"
    assert said.values == pytest.approx([3000 * 100 - 1000 * 30 + 50_000], rel=0.15)
    assert said.probabilities is None
    assert said.to_dict()["class_names"] is None
    report = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "Predicted against true: price" in report


def test_classes_by_name(tmp_path):
    rows = [
        [f"{x:.3f}", f"{y:.3f}", "rouge" if x + y > 0 else "bleu"]
        for x, y in draws().normal(size=(200, 2))
    ]
    source = write_csv(tmp_path / "colours.csv", ["x", "y", "colour"], rows)
    found = run(
        source, target="colour", out=tmp_path / "out", hidden=(8,), epochs=60, progress=False
    )
    assert found["test_accuracy"] > 0.8
    new = write_csv(tmp_path / "new.csv", ["x", "y"], [[3, 3], [-3, -3]])
    assert predict(found["model"], new).values.tolist() == ["rouge", "bleu"]


def test_a_data_set_of_ones_own(tmp_path):
    features = draws().normal(size=(40, 2))
    targets = np.column_stack([features.sum(axis=1), features[:, 0]])
    own = Dataset("made", features, targets, ("a", "b"), None, "both")
    found = run(own, out=tmp_path, hidden=(), epochs=200, learning_rate=0.01, progress=False)
    said = predict(found["model"], features)
    assert said.values.shape == (40, 2)
    assert np.corrcoef(said.values[:, 0], targets[:, 0])[0, 1] > 0.99


def test_files_of_an_earlier_run_are_replaced(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    first = run("iris", out=tmp_path, **QUICK)
    second = run("iris", seed=1, out=tmp_path, **QUICK)
    assert first["model"] == second["model"]
    assert models.load(second["model"]).metadata["seed"] == "1"
    assert "notes.txt" in files(tmp_path)


# --- going on, and stopping ----------------------------------------------------------------------


def test_going_on(tmp_path):
    options = {"hidden": (8,), "optimizer": "gradient_descent", "progress": False}
    whole = run("iris", out=tmp_path / "whole", epochs=6, **options)
    first = run("iris", out=tmp_path / "first", epochs=4, **options)
    second = run("iris", out=tmp_path / "second", epochs=2, resume=first["model"], **options)
    assert (first["epochs"], second["epochs"]) == (4, 6)
    assert second["test_loss"] == whole["test_loss"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 1}, "cannot be resumed with seed 1: it has 0"),
        ({"hidden": (9,)}, r"with layers \(4, 9, 3\): it has \(4, 8, 3\)"),
        ({"activation": "tanh"}, "with activation tanh: it has relu"),
        ({"source": "wine"}, "with layers"),
    ],
)
def test_going_on_from_another_run(tmp_path, change, message):
    first = run("iris", out=tmp_path / "first", hidden=(8,), epochs=1, progress=False)
    options = {"source": "iris", "hidden": (8,), "epochs": 1, "resume": first["model"]} | change
    with pytest.raises(WeightsError, match=message):
        run(out=tmp_path / "second", **options)
    assert not (tmp_path / "second").exists()


def test_going_on_with_other_examples(tmp_path):
    rows = [[x, 2 * x + 1, "ab"[x % 2]] for x in range(40)]
    source = write_csv(tmp_path / "a.csv", ["x", "y", "kind"], rows)
    options = {"target": "kind", "hidden": (8,), "epochs": 1, "progress": False}
    first = run(source, out=tmp_path / "first", **options)
    again = run(source, out=tmp_path / "again", resume=first["model"], **options)
    assert again["epochs"] == 2
    write_csv(tmp_path / "a.csv", ["x", "y", "kind"], rows[:-2])
    with pytest.raises(WeightsError, match="it has learned from other examples"):
        run(source, out=tmp_path / "second", resume=first["model"], **options)
    assert not (tmp_path / "second").exists()


def test_ctrl_c_saves_what_was_learned(tmp_path, monkeypatch):
    def interrupt(self, record):
        if record.epoch == 2:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Silent, "epoch", interrupt)
    found = run("iris", out=tmp_path, hidden=(8,), epochs=50, progress=False)
    assert found["interrupted"]
    assert found["epochs"] == 2
    assert files(tmp_path) == ["history.json", "model.safetensors", "report.html"]
    assert len(predict(found["model"], load("iris").features)) == 150
    assert "Stopped by Ctrl-C after epoch 2" in (tmp_path / "report.html").read_text("utf-8")


def test_ctrl_c_waits_until_all_is_saved(tmp_path, monkeypatch):
    def write(path, record):
        signal.raise_signal(signal.SIGINT)
        write_history(path, record)

    monkeypatch.setattr("clearprop.train.job.write_history", write)
    found = run("iris", out=tmp_path, **QUICK)
    assert (found["interrupted"], found["stopped"]) == (True, "epochs")
    assert files(tmp_path) == ["history.json", "model.safetensors", "report.html"]


def test_ctrl_c_before_the_first_epoch_of_more(tmp_path, monkeypatch):
    """What was learned before is not forgotten: the model stays one of three epochs."""

    def interrupt(self, epoch):
        raise KeyboardInterrupt

    first = run("iris", out=tmp_path / "first", **QUICK)
    monkeypatch.setattr(Meter, "record", interrupt)
    second = run("iris", out=tmp_path / "second", resume=first["model"], **QUICK)
    assert (second["interrupted"], second["epochs"], second["kept_epoch"]) == (True, 3, 3)
    assert models.load(second["model"]).epochs == 3


def test_patience_and_target(tmp_path):
    found = run("iris", out=tmp_path, target_error=0.3, hidden=(8,), progress=False)
    assert (found["stopped"], found["train_loss"] <= 0.3) == ("target", True)
    assert "the requested error was met" in (tmp_path / "report.html").read_text("utf-8")
    options = {"patience": 2, "learning_rate": 0.05, "progress": False}
    found = run("iris", out=tmp_path, **options)
    assert found["stopped"] == "patience"
    assert found["kept_epoch"] < found["epochs"]


def test_divergence_saves_the_last_finite_weights(tmp_path):
    options = {"optimizer": "gradient_descent", "learning_rate": 1e9, "progress": False}
    rows = draws().normal(size=(50, 3))
    source = write_csv(tmp_path / "a.csv", ["a", "b", "c"], rows)
    with pytest.raises(DivergedError, match=r"The last finite weights are in .*model.safetensors"):
        run(source, target="c", out=tmp_path / "out", **options)
    assert files(tmp_path / "out") == ["history.json", "model.safetensors", "report.html"]
    report = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "the loss was no finite number" in report
    params = models.load(tmp_path / "out" / "model.safetensors").params
    assert np.isfinite(params["output"]["weight"]).all()


# --- folders -------------------------------------------------------------------------------------


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "file" / "inside"):
        with pytest.raises(ArgumentError, match="file is a file"):
            run("iris", out=place, **QUICK)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(ArgumentError, match="cannot be the folder"):
        run("iris", out=tmp_path / "new", **QUICK)


def test_a_file_system_that_may_not_be_written(tmp_path, monkeypatch):
    def refuse(**where):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    with pytest.raises(ArgumentError, match="It cannot be written to: Read-only file system"):
        run("iris", out=tmp_path / "new", **QUICK)
    assert files(tmp_path) == []


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "broken/inside", "broken"])
def test_names_that_no_folder_has(tmp_path, name):
    (tmp_path / "broken").symlink_to("nowhere")
    with pytest.raises(ArgumentError, match="cannot be the folder for the results"):
        run("iris", out=tmp_path / name, **QUICK)
    assert files(tmp_path) == ["broken"]


def test_a_folder_in_the_place_of_a_file(tmp_path):
    (tmp_path / "report.html").mkdir()
    with pytest.raises(ArgumentError, match=r"The report.html in it is a folder"):
        run("iris", out=tmp_path, **QUICK)
    assert files(tmp_path) == ["report.html"]


def test_failure_leaves_nothing(tmp_path, monkeypatch):
    with pytest.raises(DataError, match="no data set and no file"):
        run("iriss", out=tmp_path / "a" / "b")
    with pytest.raises(ArgumentError, match="no optimizer"):
        run("iris", out=tmp_path / "a" / "b", optimizer="sgd")

    def fail(self, record):
        raise RuntimeError("the power went out")

    monkeypatch.setattr(Silent, "epoch", fail)
    with pytest.raises(RuntimeError):
        run("iris", out=tmp_path / "a" / "b", **QUICK)
    assert files(tmp_path) == []


# --- predictions that cannot be made -------------------------------------------------------------


@pytest.fixture(scope="module")
def iris(tmp_path_factory):
    return run("iris", out=tmp_path_factory.mktemp("iris"), **QUICK)["model"]


NAMES = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        (NAMES[:3], [[1, 2, 3]], "lacks 1 of the 4 columns.*'petal width .cm.'"),
        ([*NAMES[:3], "petal widht (cm)"], [[1, 2, 3, 4]], "the nearest.*'petal widht .cm.'"),
        (NAMES, [], "has no examples"),
        (NAMES, [[1, 2, "", 4]], "1 value is missing.*'petal length"),
        (NAMES, [[1, 2, "long", 4]], "'long' is not a number"),
        (NAMES, [[1, 2, "inf", 4]], "'inf' is not finite"),
    ],
)
def test_files_that_do_not_fit(iris, tmp_path, header, rows, message):
    source = write_csv(tmp_path / "new.csv", header, rows)
    with pytest.raises(DataError, match=f"(?i){message}"):
        predict(iris, source)


def test_a_hole_in_another_column_does_no_harm(iris, tmp_path):
    source = write_csv(tmp_path / "new.csv", ["note", *NAMES], [["", 5, 3, 1.5, 0.2]])
    assert predict(iris, source).values.shape == (1,)


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        (np.ones((2, 3)), r"have shape \(2, 3\); the model wants \(examples, 4\)"),
        (np.ones(3), r"have shape \(3,\)"),
        ([[1, 2, 3, np.nan]], "example 0 has nan as 'petal width"),
        ([["a", "b", "c", "d"]], "no array of numbers"),
    ],
)
def test_arrays_that_do_not_fit(iris, examples, message):
    with pytest.raises(DataError, match=message):
        predict(iris, examples)


def test_models_that_cannot_be_read(iris, tmp_path):
    raw = Path(iris).read_bytes()
    broken = tmp_path / "model.safetensors"
    with pytest.raises(WeightsError, match="cannot be read"):
        predict(broken, np.ones((1, 4)))
    broken.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(WeightsError, match="is truncated or damaged"):
        predict(broken, np.ones((1, 4)))
    arrays, texts = weights.load(iris)
    weights.save(broken, arrays)
    with pytest.raises(WeightsError, match="holds no trained model"):
        predict(broken, np.ones((1, 4)))
    for changed in (
        {"sizes": "[4, 16]"},
        {"sizes": "oh"},
        {"class_names": '["one"]'},
        {"hidden": "rellu"},
        {"class_names": "null"},
        {"epochs": "many"},
        {"epochs": "-1"},
        {"sizes": "[4, 1000000000000000, 3]"},
    ):
        weights.save(broken, arrays, texts | changed)
        with pytest.raises(WeightsError, match="is damaged"):
            predict(broken, np.ones((1, 4)))
    for name, values in (
        ("standardizer", {"mean": np.zeros(4), "scale": np.ones(3)}),
        ("standardizer", {"mean": np.zeros(4)}),
        ("standardizer", np.zeros(4)),
        ("standardizer", {"mean": np.zeros(4), "scale": np.full(4, np.nan)}),
        ("targets", {"mean": np.zeros(3), "scale": np.ones(3)}),
        ("network", {}),
    ):
        weights.save(broken, arrays | {name: values}, texts)
        with pytest.raises(WeightsError, match=f"{broken} is damaged"):
            predict(broken, np.ones((1, 4)))
    weights.save(broken, arrays, texts | {"sizes": "[4, 17, 3]"})
    with pytest.raises(WeightsError, match="the network needs"):
        predict(broken, np.ones((1, 4)))
