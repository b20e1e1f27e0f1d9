"""``clearprop predict``: classes and quantities for new examples, and what is refused."""

import pytest


@pytest.fixture
def classes(command):
    """A model of three classes."""
    return command("train", "iris", "--epochs", 20, "--out", "iris", "--json").json["model"]


@pytest.fixture
def prices(command, tmp_path):
    """A model of a quantity, and its data."""
    rows = [f"{area},{area % 3},{2 * area + 0.5}" for area in range(50, 70)]
    (tmp_path / "prices.csv").write_text("\n".join(["area,rooms,price", *rows]) + "\n")
    words = ("--target", "price", "--epochs", 5, "--out", "prices", "--json")
    return command("train", "prices.csv", *words).json["model"]


def test_classes_as_json(command, classes):
    found = command("predict", classes, "iris", "--json").json
    assert len(found["predictions"]) == len(found["probabilities"]) == 150
    assert found["class_names"] == ["setosa", "versicolor", "virginica"]
    assert set(found["predictions"]) <= set(found["class_names"])
    assert sum(found["probabilities"][0]) == pytest.approx(1.0)


def test_classes_in_words(command, classes):
    outcome = command("predict", classes, "iris")
    assert (outcome.code, outcome.err) == (0, "")
    assert "150 examples  (setosa: " in outcome.out
    assert "and 130 more; --out FILE saves them all" in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 100


def test_classes_in_a_file(command, classes, tmp_path):
    outcome = command("predict", classes, "iris", "--out", "found.csv")
    assert outcome.err == "wrote found.csv\n"
    lines = (tmp_path / "found.csv").read_text("utf-8").splitlines()
    assert lines[0] == "target,p(setosa),p(versicolor),p(virginica)"
    assert len(lines) == 151


def test_quantities(command, prices, tmp_path):
    found = command("predict", prices, "prices.csv", "--json").json
    assert len(found["predictions"]) == 20
    assert found["probabilities"] is None
    outcome = command("predict", prices, "prices.csv", "--out", "found.csv")
    assert "price of 20 examples" in outcome.out
    lines = (tmp_path / "found.csv").read_text("utf-8").splitlines()
    assert lines[0] == "price"
    assert [float(line) for line in lines[1:]] == found["predictions"]


def test_columns_are_found_by_name(command, prices, tmp_path):
    (tmp_path / "new.csv").write_text("note,rooms,area\nfine,1,55\nold,2,65\n")
    (tmp_path / "same.csv").write_text("area,rooms\n55,1\n65,2\n")
    new, same = (
        command("predict", prices, f"{name}.csv", "--json").json for name in ("new", "same")
    )
    assert new == same


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "data.csv is empty"),
        ("area\n55\n", "data.csv lacks 1 of the 2 columns"),
        ("area,room\n55,1\n", "The nearest in the file to 'rooms' is 'room'"),
        ("area,rooms\n55,\n", "missing"),
        ("area,rooms\n55,two\n", "'two'"),
        ("area,rooms\n", "no examples"),
        ("area,rooms\n55\n", "this row has 1 cells"),
    ],
)
def test_bad_data(complaint, prices, tmp_path, content, said):
    (tmp_path / "data.csv").write_text(content)
    message = complaint("predict", prices, "data.csv", "--out", "found.csv")
    assert said in message
    assert "data.csv" in message


def test_bad_models(complaint, prices, tmp_path):
    assert "absent cannot be read" in complaint("predict", "absent", "prices.csv")
    assert "not a safetensors file" in complaint("predict", "prices.csv", "prices.csv")
    whole = (tmp_path / prices).read_bytes()
    for size in (0, 4, 100, len(whole) // 2, len(whole) - 1):
        (tmp_path / "cut").write_bytes(whole[:size])
        assert "cut" in complaint("predict", "cut", "prices.csv", "--out", "found.csv")


def test_other_words_that_do_not_fit(complaint, classes, prices):
    assert "Missing argument 'DATA'" in complaint("predict", classes)
    assert "absent.csv" in complaint("predict", classes, "absent.csv")
    assert "(150, 4)" in complaint("predict", prices, "iris")
    message = complaint("predict", classes, "iris", "--out", "missing/found.csv")
    assert "missing/found.csv cannot be written" in message
    message = complaint("predict", prices, "prices.csv", "--out", "./prices.csv")
    assert "would replace what the predictions are made from" in message
