"""``clearprop compare``: the ranking in words, as JSON and as a folder; and what it refuses."""

import json
import os
import signal
import subprocess
import sys

import pytest

from clearprop.train import STRUCTURES

WORDS = ("compare", "iris", "--hidden", "none", "--hidden", "8", "--hidden", "8,4", "--epochs", "3")


def test_in_words(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    outcome = command(*WORDS)
    assert (outcome.code, outcome.err) == (0, "")
    for piece in (
        *("iris: 3 structures, by their loss on 24 validation examples", "8,4 ", "none "),
        *("hidden  parameters  epochs", "Best: ", "Test: ", "30 test examples, which"),
    ):
        assert piece in outcome.out.replace("\n", " "), piece
    assert max(map(len, outcome.out.splitlines())) <= 80


def test_as_json(command, tmp_path):
    found = command(*WORDS, "--json").json
    assert [sorted(found["candidates"], key=lambda one: one["parameters"])[0]["hidden"]] == [[]]
    losses = [one["validation_loss"] for one in found["candidates"]]
    assert losses == sorted(losses)
    assert found["best"] == found["candidates"][0]["hidden"]
    assert 0 <= found["test_accuracy"] <= 1
    assert found["interrupted"] is False
    assert list(tmp_path.iterdir()) == [], "nothing is written unless asked for"


def test_a_folder(command, tmp_path):
    outcome = command(*WORDS, "--out", "made/here", "--folds", 2)
    assert outcome.code == 0
    for name in ("comparison.html", "comparison.json", "model.safetensors", "report.html"):
        assert f"made/here/{name}" in outcome.out
        assert (tmp_path / "made" / "here" / name).stat().st_size > 0
    history = json.loads((tmp_path / "made" / "here" / "history.json").read_text("utf-8"))
    assert command(*history["command"].split()[1:]).code == 0


def test_the_options_reach_the_comparison(command, monkeypatch):
    seen = {}

    class Nothing:
        interrupted = False

        def to_dict(self):
            return {}

    def compare(source, structures, **options):
        seen.update(options, source=source, structures=structures)
        return Nothing()

    monkeypatch.setattr("clearprop.train.compare", compare)
    outcome = command(
        *("compare", "a.csv", "--target", "t", "--seed", 5, "--out", "o", "--hidden", "128,64"),
        *("--activation", "tanh", "--optimizer", "momentum", "--learning-rate", 0.5),
        *("--batch-size", 8, "--epochs", 9, "--l2", 0.25, "--patience", 4, "--folds", 3, "--json"),
    )
    assert outcome.code == 0
    assert {name: str(value) for name, value in seen.items()} == {
        **{"source": "a.csv", "structures": "[(128, 64)]", "target": "t", "seed": "5"},
        **{"out": "o", "activation": "tanh", "optimizer": "momentum", "learning_rate": "0.5"},
        **{"batch_size": "8", "epochs": "9", "regularization": "0.25", "patience": "4"},
        **{"folds": "3"},
    }
    command("compare", "iris", "--json")
    assert seen["structures"] == STRUCTURES


def test_ctrl_c_shows_what_was_done(tmp_path):
    code = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from clearprop.train.progress import Silent\n"
        "def training(self, name, epochs):\n"
        "    if name == '8':\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "Silent.training = training\n"
        "from clearprop.cli import main\n"
        f"sys.exit(main({[*WORDS, '--json']}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (128 + signal.SIGINT, "")
    found = json.loads(done.stdout)
    assert (found["interrupted"], found["asked"]) == (True, 3)
    assert [one["hidden"] for one in found["candidates"]] == [[]]
    assert "test_accuracy" not in found


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Missing argument 'SOURCE'"),
        (("digit",), "Did you mean 'digits'?"),
        (("iris", "--hidden", "many"), "--hidden 'many' is no list of layers"),
        (("iris", "--hidden", "8", "--hidden", "8"), "the structure 8 is given 2 times"),
        (("iris", "--folds", "6"), "folds is 6; it must be a whole number from 1 to 5"),
        (("iris", "--activation", "rleu"), "Did you mean 'relu'?"),
        (("iris", "--optimizer", "adm"), "Did you mean 'adam'?"),
        (("iris", "--epochs", "0"), "epochs is 0"),
        (("iris", "--seed", "-1"), "--seed"),
        (("iris", "--out", "file"), "file cannot be the folder for the results"),
        (("iris", "--learning-rate", "1e300", "--optimizer", "gradient_descent"), "every struct"),
    ],
    ids=lambda x: str(x)[:40],
)
def test_bad_options(complaint, tmp_path, words, said):
    (tmp_path / "file").write_text("")
    assert said in complaint("compare", *words)
