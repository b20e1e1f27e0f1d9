"""Data sets: what loads, how it is standardized, and every file that must be refused."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clearprop.errors import ArgumentError, DataError, MissingExtraError
from clearprop.train import data

GOOD = "height,width,kind\n1.0,2,cat\n2.0,3,dog\n3.0,5,cat\n4.0,7,dog\n"


def write(tmp_path, content, name="table.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


# --- what loads ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shape", "classes"),
    [
        ("digits", (1797, 64), 10),
        ("iris", (150, 4), 3),
        ("wine", (178, 13), 3),
        ("breast_cancer", (569, 30), 2),
    ],
)
def test_bundled_sets_by_name(name, shape, classes):
    loaded = data.load(name)
    assert loaded.features.shape == shape
    assert loaded.features.dtype == np.float64
    assert loaded.targets.shape == shape[:1]
    assert loaded.targets.dtype == np.int64
    assert len(loaded.feature_names) == shape[1]
    assert len(loaded.class_names) == classes
    assert len(loaded) == shape[0]


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace("\n", "\r\n"),
        GOOD.rstrip("\n"),
        GOOD.replace("\n", "\n\n"),
        GOOD.replace(",", " , "),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("cat", '"cat"').replace("height", '"height"'),
    ],
    ids=[
        "commas",
        "semicolons",
        "tabs",
        "windows",
        "no-last-newline",
        "blank-lines",
        "spaces",
        "bom",
        "quotes",
    ],
)
def test_spellings_of_one_table(tmp_path, content):
    path = write(tmp_path, content)
    loaded = data.load(path, "kind")
    assert loaded.name == path
    assert loaded.feature_names == ("height", "width")
    assert loaded.class_names == ("cat", "dog")
    assert loaded.target_name == "kind"
    np.testing.assert_array_equal(loaded.features, [[1, 2], [2, 3], [3, 5], [4, 7]])
    np.testing.assert_array_equal(loaded.targets, [0, 1, 0, 1])


def test_quoted_cells_hold_separators_quotes_and_newlines(tmp_path):
    path = write(tmp_path, 'x,"a ""b"", c\nd"\n' + "1,u\n2,v\n3,u\n4,v\n")
    loaded = data.load(path, 'a "b", c\nd')
    assert loaded.class_names == ("u", "v")


def test_names_of_columns_and_classes_may_be_chinese(tmp_path):
    loaded = data.load(write(tmp_path, "高度,种类\n1,猫\n2,狗\n3,猫\n4,狗\n"), "种类")
    assert loaded.feature_names == ("高度",)
    assert loaded.class_names == ("狗", "猫")


@pytest.mark.parametrize(
    ("values", "class_names"),
    [
        ("0 1 0 1", ("0", "1")),
        ("10 9 10 9", ("9", "10")),
        ("1.0 2 1 2.0", ("1", "2")),
        ("a 1 a 1", ("1", "a")),
        ("none some none some", ("none", "some")),
        ("0.5 1 0.5 1", None),
        ("1 2 3 4", None),
        (" ".join(map(str, range(30))) + " 0" * 70, None),
        (" ".join(str(i % 20) for i in range(100)), tuple(map(str, range(20)))),
    ],
)
def test_target_names_classes_or_is_a_quantity(tmp_path, values, class_names):
    rows = "".join(f"{i},{value}\n" for i, value in enumerate(values.split()))
    loaded = data.load(write(tmp_path, "x,y\n" + rows), "y")
    assert loaded.class_names == class_names
    if class_names is None:
        assert loaded.targets.dtype == np.float64
        np.testing.assert_array_equal(loaded.targets[:, 0], [float(v) for v in values.split()])
    else:
        assert loaded.targets.dtype == np.int64
        assert loaded.targets.ndim == 1


def test_numbered_header_of_pandas_is_a_header(tmp_path):
    loaded = data.load(write(tmp_path, "0,1\n5,1.5\n6,2.5\n7,3.5\n8,4.5\n"), "1")
    assert loaded.feature_names == ("0",)


# --- what is refused -----------------------------------------------------------------------------

BIG = "x,y\n" + "".join(f"{i},{i % 2}\n" for i in range(100))
BAD = {
    "empty": (b"", "y", ["table.csv is empty", "Write a header row"]),
    "only-blanks": ("\n \r\n\x1c\n\u2028", "y", ["is empty"]),
    "only-quotes": ('""\n', "y", ["is empty"]),
    "one-endless-line": ("x" * 200_000, "y", ["not a valid CSV", "field larger than"]),
    "only-a-bom": (b"\xef\xbb\xbf\n", "y", ["is empty"]),
    "header-only": ("x,y\n", "y", ["too few examples (none, only a header)", "Add rows"]),
    "too-few": ("x,y\n1,0\n2,1\n3,0\n", "y", ["too few examples (3)", "at least 4"]),
    "binary": (b"x,y\n1,\x00\n", "y", ["not UTF-8", "line 2", "byte 6", "0x00", "CSV UTF-8"]),
    "latin-1": ("x,größe\n1,0\n".encode("latin-1"), "x", ["line 1", "0xf6", "CSV UTF-8"]),
    "utf-16": (GOOD.encode("utf-16"), "kind", ["not UTF-8", "another encoding"]),
    "ragged-short": (
        "x,y\n1,0\n2\n3,1\n4,0\n",
        "y",
        ["1 cells, the header has 2", "line 3", "'2'", "Add or remove"],
    ),
    "ragged-long": ("x,y\n1,0\n2,1,7\n", "y", ["3 cells, the header has 2", "line 3", "quote"]),
    "line-after-a-quoted-newline": ('x,"y\ny"\n1,0\n2\n', "y", ["line 4"]),
    "open-quote": ('x,y\n1,"0\n2,1\n', "y", ["not a valid CSV", "line 2", "Close every quote"]),
    "stray-quote": ('x,y\n1,"0"1\n', "y", ["not a valid CSV", "line 2"]),
    "missing-values": (
        "x,z,y\n1,2,0\n2,,1\n3,NA,0\n4,5,?\n",
        "y",
        [
            "3 values are missing in 3 of 4 rows; the first is an empty cell",
            "line 3",
            "column 'z'",
            "Fill them in, or remove those rows or the columns",
        ],
    ),
    "missing-target-value": ("x,y\n1,a\n2,\n3,b\n4,a\n", "y", ["1 value is missing", "column 'y'"]),
    "missing-word": (
        "x,y\n1,a\nN/A,a\n3,b\n4,a\n",
        "y",
        ["'N/A'", "Fill it in, or remove the row"],
    ),
    "text-in-a-feature": (
        "x,y\n1,0\nabc,1\n3,0\n4,1\n",
        "y",
        ["'abc' is not a number", "line 3", "column 'x'", "remove the column"],
    ),
    "decimal-comma": (
        'x;y\n1;0\n"2,5";1\n3;0\n4;1\n',
        "y",
        ["'2,5' is not a number", "decimal point"],
    ),
    "underscore": ("x,y\n1,0\n1_000,1\n3,0\n4,1\n", "y", ["'1_000' is not a number"]),
    "text-in-a-quantity": (
        BIG.replace("x,y", "y,x").replace("\n57,", "\nfifty,"),
        "y",
        ["'fifty' is not a number", "line 59", "column 'y'"],
    ),
    "infinite": ("x,y\n1,0\n-inf,1\n3,0\n4,1\n", "y", ["'-inf' is not finite", "line 3", "row"]),
    "too-large": ("x,y\n1,0\n2,1\n1e200,0\n4,1\n", "y", ["'1e200'", "beyond ±1e+150", "line 4"]),
    "infinite-target": ("x,y\n1,0\n2,inf\n3,0\n4,1\n", "y", ["'inf' is not finite", "column 'y'"]),
    "duplicate-columns": (
        "x,y,x\n1,2,3\n",
        "y",
        ["two columns are named 'x'", "1 and 3", "Rename"],
    ),
    "unnamed-column": (",x,y\n0,1,2\n", "y", ["column 1 has no name", "line 1", "Name it"]),
    "no-header": ("1.5,0\n2.5,1\n3,0\n4,1\n", "y", ["header row is missing", "'1.5'", "own"]),
    "no-target": (GOOD, None, ["no target", "--target", "'height', 'width', 'kind'"]),
    "unknown-target": (GOOD, "kinds", ["no column 'kinds'", "Did you mean 'kind'?", "'height'"]),
    "hopeless-target": (GOOD, "zzz", ["no column 'zzz'", "The columns are 'height'"]),
    "constant-column": (
        "x,z,y\n1,7,0\n2,7,1\n3,7,0\n4,7,1\n",
        "y",
        ["column 'z' (always 7) never changes", "table.csv", "Remove it"],
    ),
    "constant-columns": (
        "a,x,z,y\n0,1,7,0\n0,2,7,1\n0,3,7,0\n0,4,7,1\n",
        "y",
        ["columns 'a' (always 0), 'z' (always 7) never change", "Remove them"],
    ),
    "one-class": ("x,y\n1,a\n2,a\n3,a\n4,a\n", "y", ["only one class", "'a'", "column 'y'", "Add"]),
    "one-number": ("x,y\n1,2.5\n2,2.5\n3,2.5\n4,2.5\n", "y", ["only one class or value, '2.5'"]),
    "identifiers": (
        "x,y\n1,ann\n2,bob\n3,cy\n4,di\n",
        "y",
        ["4 examples are too few for 4 classes", "column 'y'", "another target"],
    ),
    "only-the-target": ("y\n0\n1\n0\n1\n", "y", ["no feature columns", "'y'", "Add columns"]),
    "beyond-all-numbers": ("x,y\n1,0\n2,1\n1e400,0\n4,1\n", "y", ["'1e400' is beyond", "line 4"]),
    "other-separator": (
        "x|y\n0|1\n1|2\n0|1\n1|2\n",
        "y",
        ["first line is one column", "by commas"],
    ),
    "unknown-separator": ("x|y\n0|1\n1|2\n0|1\n1|2\n", "x|y", ["no feature columns", "separate"]),
    "wide-table": (
        ",".join(f"c{i}" for i in range(500)) + "\n",
        None,
        ["too few examples"],
    ),
}


@pytest.mark.parametrize(("content", "target", "says"), BAD.values(), ids=BAD)
def test_bad_files_are_refused_in_one_paragraph(tmp_path, content, target, says):
    path = write(tmp_path, content)
    with pytest.raises(DataError) as caught:
        data.load(path, target)
    message = str(caught.value)
    for part in says:
        assert part in message
    assert "\n" not in message.replace("\\n", "")
    assert caught.value.remedy
    assert [file.name for file in tmp_path.iterdir()] == ["table.csv"]


CELLS = st.text(alphabet='012.-enaN?ab ";', max_size=3) | st.integers().map(str)
TABLES = st.lists(st.tuples(CELLS, CELLS).map(",".join)).map(lambda rows: "\n".join(["x,y", *rows]))


@given(TABLES | st.text() | st.binary(max_size=40))
@example("x,y\n" + "1,0\n2,1\n" * 4)
@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_loads_or_is_refused_properly(tmp_path, content):
    path = write(
        tmp_path, content.encode(errors="replace") if isinstance(content, str) else content
    )
    for target in ("y", "x", None):
        try:
            loaded = data.load(path, target)
        except DataError:
            continue
        assert np.isfinite(loaded.features).all()
        assert len(loaded.features) == len(loaded.targets)


def test_columns_of_a_wide_table_are_listed_in_part(tmp_path):
    names = [f"column{i}" for i in range(500)]
    rows = "".join(",".join([str(i)] * 500) + "\n" for i in range(4))
    with pytest.raises(DataError, match="'column11' and 488 more"):
        data.load(write(tmp_path, ",".join(names) + "\n" + rows))


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("digit", ["no data set and no file named 'digit'", "Did you mean 'digits'?", "iris"]),
        ("{}/tabel.csv", ["tabel.csv'", "Did you mean '{}/table.csv'?"]),
        ("{}", ["It is a folder", "path of a CSV file"]),
        ("{}/table.csv/x.csv", ["cannot be read", "The system says"]),
        ("{}/" + "x" * 5000, ["cannot be read", "File name too long"]),
        ("{}/a\0b", ["cannot be read", "null byte"]),
    ],
)
def test_sources_that_are_no_files(tmp_path, source, says):
    write(tmp_path, GOOD)
    with pytest.raises(DataError) as caught:
        data.load(source.format(tmp_path), "kind")
    for part in says:
        assert part.format(tmp_path) in str(caught.value)


@pytest.mark.parametrize("source", [None, "", 5, b"table.csv"])
def test_sources_that_are_no_names(source):
    with pytest.raises(ArgumentError, match=r"^source is .*; it must be the name of a data set or"):
        data.load(source)


def test_a_path_is_as_good_as_its_name(tmp_path):
    loaded = data.load(Path(write(tmp_path, GOOD)), "kind")
    assert loaded.name == str(tmp_path / "table.csv")


def test_bundled_sets_know_their_target():
    with pytest.raises(DataError, match=r"iris has no column 'petal'.*Leave --target out"):
        data.load("iris", "petal")


@pytest.mark.parametrize("name", data.BUNDLED)
def test_missing_scikit_learn_is_named_with_its_command(monkeypatch, name):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingExtraError) as caught:
        data.load(name)
    assert 'pip install "clearprop[train]"' in str(caught.value)
    assert repr(name) in str(caught.value)


# --- standardizing -------------------------------------------------------------------------------


def test_standardized_columns_have_mean_0_and_deviation_1():
    features = data.load("wine").features
    applied = data.standardize(features).apply(features)
    np.testing.assert_allclose(applied.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(applied.std(axis=0), 1)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e-320, 1e150])
def test_constant_columns_become_zero(value):
    fitted = data.standardize(np.full((1000, 1), value))
    assert fitted.scale == [1.0]
    np.testing.assert_array_equal(fitted.apply(np.full((3, 1), value)), 0)


def test_extreme_columns_stay_finite():
    features = np.array([[1e150, 5e-324], [-1e150, 0.0], [0.0, 0.0]])
    assert np.isfinite(data.standardize(features).apply(features)).all()
