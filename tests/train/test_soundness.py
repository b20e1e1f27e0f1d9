"""Data sets made by hand: what is refused, and by which words."""

from dataclasses import replace

import numpy as np
import pytest

from clearprop.errors import DataError
from clearprop.train import Dataset, run

X = np.arange(20.0).reshape(10, 2)
CLASSES = Dataset("made", X, np.arange(10) % 2, ("a", "b"), ("no", "yes"), "kind")
AMOUNTS = Dataset("made", X, X.sum(axis=1, keepdims=True), ("a", "b"), None, "sum")


def spoiled(array, place, value):
    copy = array.copy()
    copy[place] = value
    return copy


@pytest.mark.parametrize("dataset", [CLASSES, AMOUNTS, replace(CLASSES, features=X.astype(int))])
def test_sound_sets_are_learned(tmp_path, dataset):
    found = run(dataset, out=tmp_path, hidden=(4,), epochs=2, progress=False)
    assert found["train_examples"] == 8
    report = (tmp_path / "report.html").read_text("utf-8")
    assert "clearprop.train.run(dataset, seed=0, out=" in report


@pytest.mark.parametrize(
    ("dataset", "says"),
    [
        (replace(CLASSES, features=X.tolist()), "the features of made are of type list"),
        (
            replace(CLASSES, features=X[:, 0]),
            r"made are an array of shape \(10,\) and dtype float64",
        ),
        (replace(CLASSES, features=X.astype(str)), "made are an array of .*dtype <U"),
        (replace(CLASSES, feature_names=("a",)), "2 columns of features and 1 names for them"),
        (
            replace(CLASSES, features=X[:, :0], feature_names=()),
            "has 0 columns .* at least one column",
        ),
        (replace(CLASSES, features=spoiled(X, (3, 1), np.nan)), "example 3 of made has nan as 'b'"),
        (
            replace(AMOUNTS, features=spoiled(X, (0, 0), -np.inf)),
            "example 0 of made has -inf as 'a'",
        ),
        (replace(CLASSES, features=X[:3], targets=np.arange(3) % 2), "too few examples .3."),
        (replace(AMOUNTS, targets=X[:, 0]), r"shape \(10,\).*as targets\[:, None\] are"),
        (replace(AMOUNTS, targets=X[:4]), r"shape \(4, 2\).*Give numbers of shape \(10, k\)"),
        (replace(AMOUNTS, targets=spoiled(X, (2, 0), np.inf)), r"example 2 .* has \[inf, 5.0\] as"),
        (replace(CLASSES, targets=X[:, 0]), "There are class names, so they are class indices"),
        (replace(CLASSES, targets=np.arange(4) % 2), r"Give whole numbers of shape \(10,\)"),
        (replace(CLASSES, targets=np.arange(10) % 3), "example 2 of made is of class 2. .* 0 to 1"),
        (replace(CLASSES, targets=np.arange(10) % 2 - 1), "example 0 of made is of class -1"),
        (replace(CLASSES, targets=np.zeros(10, int)), "made has only one class"),
    ],
    ids=range(16),
)
def test_unsound_sets_are_refused(tmp_path, dataset, says):
    with pytest.raises(DataError, match=says) as caught:
        run(dataset, out=tmp_path / "out", hidden=(4,), epochs=2, progress=False)
    assert caught.value.remedy
    assert not (tmp_path / "out").exists()
