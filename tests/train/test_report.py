"""The record of a run and its report: self-contained, escaped, drawn whatever the numbers are."""

import errno
import json
import math
import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from clearprop.errors import ClearpropError
from clearprop.train import charts, pictures
from clearprop.train.record import EpochRecord, Mistake, RunRecord, Scatter
from clearprop.train.report import render, write_report

EVIL = "<script>alert('x')</script>&\""
NAN, INF = math.nan, math.inf


def epoch(number, loss=None, **norms):
    loss = 1 / number if loss is None else loss
    norms = norms or {"hidden": 0.5**number, "output": 2 * 0.5**number}
    return EpochRecord(number, loss, loss + 0.1, 1 - 0.5 / number, 0.9 - 0.5 / number, norms)


DIGITS = RunRecord(
    title="Digits",
    dataset="digits, 64 features",
    network="64 – 32 – 3",
    command="clearprop train digits --seed 7",
    seed=7,
    seconds=3.14,
    epochs=tuple(map(epoch, range(1, 31))),
    parameter_counts={"hidden": 2080, "output": 99},
    train_examples=150,
    test_examples=50,
    class_names=("zero", "one", "two"),
    confusion=np.array([[20, 0, 1], [0, 15, 0], [2, 0, 12]]),
    mistakes=(Mistake(np.arange(64.0), "two", "zero", 0.75),),
    feature_names=tuple(f"pixel{i}" for i in range(64)),
    image_shape=(8, 8),
    notes=("Stopped by Ctrl-C.",),
)
TABLE = replace(DIGITS, image_shape=None)
HOUSES = RunRecord(
    title="Houses",
    dataset="houses.csv",
    network="3 – 1",
    command="clearprop train houses.csv --target price",
    seed=0,
    seconds=75.0,
    epochs=(EpochRecord(1, 2.0, 3.0), EpochRecord(2, 0.05, 0.1)),
    parameter_counts={"output": 4},
    train_examples=8,
    test_examples=3,
    scatter=(Scatter("price", np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0])),),
)
RUNS = {
    "digits": DIGITS,
    "table": TABLE,
    "houses": HOUSES,
    "no-epoch": replace(DIGITS, epochs=(), confusion=None, mistakes=()),
    "one-epoch": replace(DIGITS, epochs=(epoch(1),)),
    "long": replace(DIGITS, epochs=tuple(map(epoch, range(1, 3001)))),
    "no-gradients": replace(DIGITS, epochs=(EpochRecord(1, 1.0, 1.0, 0.5, 0.5),)),
    "no-mistakes": replace(DIGITS, confusion=np.diag([3, 4, 5]), mistakes=()),
    "absent-class": replace(DIGITS, confusion=np.array([[3, 0, 0], [0, 0, 0], [1, 0, 0]])),
    "all-nan": replace(DIGITS, epochs=(epoch(1, NAN, a=NAN), epoch(2, NAN, a=INF))),
    "diverged": replace(DIGITS, epochs=(epoch(1), epoch(2, 1e308), epoch(3, INF), epoch(4, NAN))),
    "zero-gradients": replace(DIGITS, epochs=(epoch(1, a=0.0, b=1.0), epoch(2, a=0.0, b=1e-320))),
    "flat": replace(DIGITS, epochs=tuple(epoch(i, 0.0, a=1.0) for i in range(1, 4))),
    "blank-image": replace(DIGITS, mistakes=(Mistake(np.zeros(64), "one", "two", 1.0),)),
    "constant-truth": replace(HOUSES, scatter=(Scatter("y", np.ones(3), np.ones(3)),)),
    "nan-scatter": replace(HOUSES, scatter=(Scatter("y", np.ones(3), np.full(3, NAN)),)),
    "many-classes": replace(
        DIGITS,
        class_names=tuple(f"a class with a long name {i}" for i in range(40)),
        confusion=np.ones((40, 40), dtype=np.int64),
    ),
    "many-layers": replace(DIGITS, epochs=(epoch(1, **{f"layer{i}": 1.0 for i in range(50)}),)),
    "evil": replace(
        TABLE,
        title=EVIL,
        dataset=EVIL,
        network=EVIL,
        command=EVIL,
        epochs=(epoch(1, **{EVIL: 1.0}), epoch(2, **{EVIL: 2.0})),
        parameter_counts={EVIL: 1},
        class_names=(EVIL, "one", "two"),
        mistakes=(Mistake(np.arange(64.0), EVIL, EVIL, 0.5),),
        feature_names=(EVIL,) * 64,
        scatter=(Scatter(EVIL, np.arange(3.0), np.arange(3.0)),),
        notes=(EVIL,),
    ),
}


class Page(HTMLParser):
    """Collects tags, attributes and text, and fails on a tag that closes another."""

    VOID = ("meta", "br")

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


# --- the page ------------------------------------------------------------------------------------


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_every_report_is_well_formed_and_self_contained(run):
    html = render(run)
    page = Page(html)
    assert not {"script", "link", "img", "iframe", "object", "a"} & set(page.tags)
    assert not {"src", "href", "srcset", "onload", "onclick"} & {
        name for name, _ in page.attributes
    }
    assert not re.search(r"url\(|@import|https?:", html)
    assert len(html) < 500_000
    for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        drawing = ElementTree.fromstring(svg)
        assert drawing.get("aria-label")
        for element in drawing.iter():
            assert not re.search(r"\b(nan|inf)\b", " ".join(element.attrib.values()))


def test_a_report_says_what_the_run_was():
    text = "\n".join(Page(render(DIGITS)).text)
    for part in [
        *["Digits", "digits, 64 features", "64 – 32 – 3", "clearprop train digits --seed 7"],
        *["94%", "47 of 50", "95% interval", "30 epochs in 3.1 s", "2,179", "Stopped by Ctrl-C."],
        *[
            "150 to train, 50 held out",
            "smallest in epoch 30",
            "true zero, predicted two: 1 (4.8%)",
        ],
        *["epoch 30\ntraining 0.0333", "hidden", "output", "75% sure", "90.9%", "混淆矩阵"],
    ]:
        assert part in text, part


def test_a_validation_part_has_its_curves():
    entries = [
        replace(entry, validation_loss=2 / entry.epoch, validation_accuracy=0.5)
        for entry in DIGITS.epochs
    ]
    html = render(replace(DIGITS, epochs=tuple(entries), validation_examples=12))
    text = "\n".join(Page(html).text)
    assert "150 to train, 12 to validate, 50 held out" in text
    assert "The validation loss was smallest in epoch 30: 0.0667." in text
    assert "epoch 30\ntraining 0.0333\nvalidation 0.0667\ntest 0.133" in text
    assert "epoch 30\ntraining 98.3%\nvalidation 50%\ntest 88.3%" in text
    assert "validation" not in render(DIGITS)


def test_mistakes_are_drawn_as_images_or_listed():
    assert render(DIGITS).count('viewBox="0 0 8 8"') == 1
    listed = render(TABLE)
    assert 'viewBox="0 0 8 8"' not in listed
    assert "pixel29" in listed
    assert "pixel30" not in listed
    assert "… 34 more features" in listed


def test_regression_shows_the_fit_instead_of_classes():
    html = render(HOUSES)
    for part in ["50%", "R²", "RMSE", "Predicted against true: price", "1 min 15 s", "log scale"]:
        assert part in html
    for part in ["Accuracy", "Confusion", "Per class", "Mistakes"]:
        assert part not in html


def test_a_fit_worse_than_none_is_called_so():
    far = Scatter("price", np.array([1.0, 2.0, 3.0]), np.array([1e70, 0.0, -1e70]))
    html = render(replace(HOUSES, scatter=(far,)))
    assert "<b>no fit</b>" in html
    assert "price is predicted worse than by its mean (R² -10¹⁴⁰" in html


def test_text_from_outside_is_only_text():
    html = render(RUNS["evil"])
    assert "<script" not in html
    assert "".join(Page(html).text).count(EVIL) >= 8


# --- the file ------------------------------------------------------------------------------------


def test_the_report_is_written_in_utf_8(tmp_path):
    write_report(tmp_path / "report.html", DIGITS)
    assert (tmp_path / "report.html").read_text("utf-8") == render(DIGITS)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("exception", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
def test_an_interrupted_report_leaves_no_partial_file(tmp_path, monkeypatch, exception):
    def fail(*_):
        raise exception

    monkeypatch.setattr(os, "fsync", fail)
    expected = ClearpropError if isinstance(exception, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        write_report(tmp_path / "report.html", DIGITS)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ClearpropError, match=r"none/report.html cannot be written.*folder that"):
        write_report(str(tmp_path / "none" / "report.html"), DIGITS)


# --- the record ----------------------------------------------------------------------------------


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_every_record_is_strict_json(run):
    exported = json.loads(json.dumps(run.to_dict(), allow_nan=False))
    assert exported["seed"] == run.seed
    assert len(exported["epochs"]) == len(run.epochs)
    assert exported["test_accuracy"] == run.test_accuracy


def test_the_record_keeps_its_figures_unrounded():
    exported = DIGITS.to_dict()
    assert exported["test_accuracy"] == 47 / 50
    assert exported["epochs"][2]["train_loss"] == 1 / 3
    assert exported["epochs"][0]["gradient_norms"] == {"hidden": 0.5, "output": 1.0}
    assert exported["confusion"] == [[20, 0, 1], [0, 15, 0], [2, 0, 12]]
    assert exported["mistakes"][0]["features"] == list(range(64))
    assert replace(DIGITS, epochs=(epoch(1, INF),)).to_dict()["epochs"][0]["train_loss"] is None


def test_scores_of_each_class():
    scores = list(DIGITS.class_scores())
    assert [score.name for score in scores] == ["zero", "one", "two"]
    assert [score.precision for score in scores] == [20 / 22, 1, 12 / 13]
    assert [score.recall for score in scores] == [20 / 21, 1, 12 / 14]
    assert [score.examples for score in scores] == [21, 15, 14]
    assert scores[0].f1 == pytest.approx(2 * 20 / (2 * 20 + 1 + 2))
    absent = list(RUNS["absent-class"].class_scores())[1]
    assert math.isnan(absent.precision)
    assert math.isnan(absent.recall)
    assert math.isnan(absent.f1)


def test_accuracy_without_a_confusion_matrix_is_of_the_last_epoch():
    assert replace(DIGITS, confusion=None).test_accuracy == DIGITS.epochs[-1].test_accuracy
    assert RUNS["no-epoch"].test_accuracy is None


# --- the drawings --------------------------------------------------------------------------------


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(
    ("low", "high"),
    [(1e-9, 1e9), (0.5, 0.6), (1, 1.0000001), (3, 3000), (1e-300, 1e300), (97, 100)],
)
def test_axes_have_a_readable_number_of_ticks(low, high, log):
    ticks = charts.Scale(low, high, 0.0, 100.0, log).ticks()
    assert log or 3 <= len(ticks) <= 9
    assert len(ticks) <= 15
    assert ticks == sorted(set(ticks))
    assert all(low - 1e-8 * high <= tick <= high * (1 + 1e-8) for tick in ticks)


def test_a_line_breaks_at_what_cannot_be_drawn():
    svg = charts.line_chart([1, 2, 3, 4, 5], {"a": [1.0, 2.0, NAN, 2.0, 1.0]}, label="a")
    path = re.search(r'<path class="line[^>]* d="([^"]*)"', svg).group(1)
    assert path.count("M") == 2
    assert path.count("L") == 2


def test_names_at_the_ends_of_lines_do_not_overlap():
    lines = {f"line {i}": [1.0, 1.0] for i in range(30)}
    svg = charts.line_chart([1, 2], lines, label="many")
    heights = sorted(float(y) for y in re.findall(r'class="label[^>]* y="([^"]*)"', svg))
    assert len(heights) == 30
    assert min(np.diff(heights)) >= 15


def test_cells_of_the_heat_map_are_as_strong_as_their_share():
    svg = pictures.heat_map(np.array([[75, 25], [0, 0]]), ["a", "b"])
    strength = re.findall(r'class="(\w+) cell"[^>]*fill-opacity="([^"]*)"', svg)
    assert strength == [("right", "0.78"), ("wrong", "0.56"), ("zero", "1"), ("zero", "1")]
