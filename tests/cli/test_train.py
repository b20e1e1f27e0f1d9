"""``clearprop train``: what it leaves and prints, and the data it refuses."""

import json
import os
import signal
import subprocess
import sys

import optree
import pytest

from clearprop.train.weights import load

ROWS = [
    *("x,y,kind", "1,5,a", "2,4,b", "3,9,a", "4,1,b", "5,2,a", "6,8,b", "7,3,a", "8,7,b"),
    *("9,6,a", "10,0,b"),
]
PRICES = [
    "area,rooms,price",
    *(f"{area},{area % 3},{2 * area + 0.5}" for area in range(50, 70)),
]


@pytest.fixture
def csv(tmp_path):
    """Writes a CSV file in the current folder; returns its name."""

    def write(rows, name="data.csv"):
        (tmp_path / name).write_text("\n".join(rows) + "\n", "utf-8")
        return name

    return write


# What it gives ----------------------------------------------------------------------------------


def test_a_bundled_set_as_json(command, tmp_path):
    outcome = command("train", "iris", "--seed", 0, "--out", "made/iris", "--epochs", 3, "--json")
    assert outcome.code == 0
    found = outcome.json
    assert {"test_accuracy", "test_loss", "epochs", "seconds", "model", "report"} <= set(found)
    assert found["epochs"] == 3
    assert found["model"] == "made/iris/model.safetensors"
    for name in ("model", "report", "history"):
        assert (tmp_path / found[name]).stat().st_size > 0
    assert "<html" in (tmp_path / found["report"]).read_text("utf-8")


def test_in_words(command):
    outcome = command("train", "iris", "--epochs", 2)
    assert (outcome.code, outcome.err) == (0, "")
    for piece in ("iris  right on", "held out to test", "2 epochs in", "runs/iris/report.html"):
        assert piece in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 100


def test_a_validation_part_in_words(command):
    outcome = command("train", "iris", "--epochs", 2, "--patience", 2)
    assert "to choose by" in outcome.out
    assert " 108 " in outcome.out
    assert " 12 " in outcome.out
    assert "to choose by" not in command("train", "iris", "--epochs", 2).out


def test_classes_from_a_file(command, csv):
    found = command(
        *("train", csv(ROWS), "--target", "kind", "--epochs", 2, "--hidden", "4,3", "--json")
    ).json
    assert found["network"].startswith("2 – 4 – 3 – 2")
    assert found["target"] == "kind"


def test_quantities_from_a_file(command, csv):
    outcome = command("train", csv(PRICES), "--target", "price", "--epochs", 2, "--hidden", "none")
    assert outcome.code == 0
    assert "price is off by" in outcome.out
    assert "2 – 1" in outcome.out


def test_the_same_seed_gives_the_same_model(command, tmp_path):
    for name in ("one", "two"):
        command("train", "iris", "--seed", 3, "--out", name, "--epochs", 2, "--json")
    assert weights_in(tmp_path / "one") == weights_in(tmp_path / "two")


def weights_in(folder):
    """The saved arrays, as bytes by name."""
    leaves, _ = optree.tree_flatten(load(folder / "model.safetensors")[0])
    return [leaf.tobytes() for leaf in leaves]


def test_the_options_reach_the_run(command, monkeypatch):
    seen = {}

    def run(source, **options):
        seen.update(options, source=source)
        return {"interrupted": False}

    monkeypatch.setattr("clearprop.train.run", run)
    outcome = command(
        *("train", "digits", "--target", "t", "--seed", 5, "--out", "o", "--hidden", "128,64"),
        *("--activation", "tanh", "--optimizer", "momentum", "--learning-rate", 0.5),
        *("--batch-size", 8, "--epochs", 9, "--l2", 0.25, "--error", 0.125, "--patience", 4),
        *("--validation-fraction", 0.25),
        *("--resume", "m", "--json"),
    )
    assert outcome.code == 0
    assert {name: str(value) for name, value in seen.items()} == {
        **{"source": "digits", "target": "t", "seed": "5", "out": "o", "hidden": "(128, 64)"},
        **{"activation": "tanh", "optimizer": "momentum", "learning_rate": "0.5"},
        **{"batch_size": "8", "epochs": "9", "regularization": "0.25", "target_error": "0.125"},
        **{"patience": "4", "validation_fraction": "0.25", "resume": "m"},
    }


def test_the_command_in_the_report_can_be_run_again(command, tmp_path):
    words = ("train", "iris", "--epochs", "2", "--out", "a", "--hidden", "4,4", "--l2", "0.5")
    command(*words, "--json")
    history = json.loads((tmp_path / "a" / "history.json").read_text("utf-8"))
    again = history["command"].split()
    assert again[:3] == ["clearprop", "train", "iris"]
    before = weights_in(tmp_path / "a")
    assert command(*again[1:]).code == 0
    assert weights_in(tmp_path / "a") == before


def test_names_that_begin_with_a_minus(command, csv, tmp_path):
    rows = ["-x,y", *(f"{i}.5,{i * i % 7}" for i in range(20))]
    words = ("--target", "-x", "--hidden", "none", "--out", "a", "--epochs", "2", "--json")
    assert command("train", f"./{csv(rows, '-1.csv')}", *words).json["target"] == "-x"
    history = json.loads((tmp_path / "a" / "history.json").read_text("utf-8"))
    assert "train ./-1.csv --target=-x --seed 0 --out a --hidden none" in history["command"]
    assert command(*history["command"].split()[1:]).code == 0


def test_ctrl_c_saves_what_was_learned(tmp_path):
    code = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from clearprop.train import steps\n"
        "from clearprop.train.loop import Meter\n"
        "measure = Meter.record\n"
        "def record(self, epoch):\n"
        "    if epoch == 2:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    return measure(self, epoch)\n"
        "Meter.record = record\n"
        "from clearprop.cli import main\n"
        "sys.exit(main(['train', 'iris', '--out', 'here', '--json']))\n"
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
    assert done.returncode == 128 + signal.SIGINT
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert (found["interrupted"], found["epochs"]) == (True, 2)
    assert (tmp_path / found["model"]).exists()
    assert (tmp_path / found["report"]).exists()


# What it refuses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "target", "said"),
    [
        ([], "kind", "data.csv is empty"),
        (ROWS[:1], "kind", "too few examples"),
        (ROWS[:3], "kind", "too few examples (2)"),
        (ROWS[1:], "kind", "there is no column 'kind'"),
        (ROWS, None, "no target is given"),
        (ROWS, "knid", "there is no column 'knid' (at data.csv). Did you mean 'kind'?"),
        (
            [*ROWS, "11,,a"],
            "kind",
            "1 value is missing in 1 of 11 rows: an empty cell (at data.csv, line 12, column 'y')",
        ),
        ([*ROWS, "11,NA,a"], "kind", "'NA'"),
        ([*ROWS, "11,?,a"], "kind", "Fill"),
        ([*ROWS, "11,many,a"], "kind", "'many'"),
        ([*ROWS, "11,inf,a"], "kind", "'inf'"),
        ([*ROWS, "11,5"], "kind", "this row has 2 cells, the header has 3"),
        ([*ROWS, '11,5,"a'], "kind", "Close every quote"),
        (["x,x,kind", *ROWS[1:]], "kind", "two columns are named 'x'"),
        (["x,,kind", *ROWS[1:]], "kind", "column 2 has no name"),
        (["kind", "a", "b", "a", "b"], "kind", "no feature columns"),
        ([row.replace(",b", ",a") for row in ROWS], "kind", "only one"),
        (["x,y,kind", *(f"{i},7,{'ab'[i % 2]}" for i in range(9))], "kind", "'y' (always 7)"),
    ],
    ids=lambda x: str(x)[-30:],
)
def test_bad_data(complaint, csv, rows, target, said):
    words = ["train", csv(rows), *(["--target", target] if target else [])]
    message = complaint(*words)
    assert said in message
    assert "data.csv" in message


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Missing argument 'SOURCE'"),
        (("digit",), "Did you mean 'digits'?"),
        (("absent.csv",), "no file named 'absent.csv'"),
        (("iris", "--target", "species"), "Leave --target out"),
        (("iris", "--hidden", "many"), "--hidden 'many' is no list of layers"),
        (("iris", "--hidden", "0"), "--hidden '0' is no list of layers"),
        (("iris", "--hidden", "4,,4"), "--hidden '4,,4' is no list of layers"),
        (("iris", "--activation", "rleu"), "Did you mean 'relu'?"),
        (("iris", "--optimizer", "adm"), "Did you mean 'adam'?"),
        (("iris", "--epochs", "0"), "epochs"),
        (("iris", "--epochs", "many"), "--epochs"),
        (("iris", "--batch-size", "0"), "batch_size is 0"),
        (("iris", "--learning-rate", "-1"), "learning_rate is -1"),
        (("iris", "--l2", "-1"), "regularization"),
        (("iris", "--seed", "-1"), "--seed"),
        (("iris", "--patience", "0"), "patience"),
        (("iris", "--validation-fraction", "2"), "validation_fraction is 2.0"),
        (("iris", "--resume", "absent"), "absent cannot be read"),
        (("iris", "--out", "file"), "file cannot be the folder for the results"),
        (("iris", "--out", "file/below"), "cannot be the folder for the results"),
    ],
    ids=lambda x: str(x)[:40],
)
def test_bad_options(complaint, tmp_path, words, said):
    (tmp_path / "file").write_text("")
    message = complaint("train", *words)
    assert said in message
    assert "typer" not in message


def test_a_folder_and_a_binary_file_are_no_data(complaint, tmp_path):
    (tmp_path / "folder.csv").mkdir()
    assert "It is a folder" in complaint("train", "folder.csv", "--target", "y")
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x00\xff\xfe")
    assert "not UTF-8 text" in complaint("train", "picture.csv", "--target", "y")


def test_a_loss_beyond_all_numbers(command, csv):
    outcome = command(
        *("train", csv(PRICES), "--target", "price", "--optimizer", "gradient_descent"),
        *("--learning-rate", 1e200, "--out", "here", "--epochs", 5),
    )
    assert outcome.code == 2
    assert "The last finite weights are in here" in outcome.err
    assert outcome.err.count("\n") == 1
