"""Weights on disk: exact round trips, whole files or none, and every file that must be refused."""

import errno
import json
import os
import struct

import numpy as np
import pytest

from clearprop.errors import WeightsError
from clearprop.train import weights

PARAMETERS = {
    "hidden": {"weight": np.arange(6.0).reshape(2, 3), "bias": np.zeros(2)},
    "output": {"inner": {"scale": np.float32(2.5)}},
}


def files(folder):
    return sorted(file.name for file in folder.iterdir())


# --- round trips ---------------------------------------------------------------------------------


def test_round_trip_is_exact_and_nested(tmp_path):
    weights.save(tmp_path / "net.safetensors", PARAMETERS, {"seed": "0", "名": "数字"})
    parameters, metadata = weights.load(str(tmp_path / "net.safetensors"))
    assert metadata == {"seed": "0", "名": "数字"}
    weights.match(parameters, like=PARAMETERS)
    np.testing.assert_array_equal(parameters["hidden"]["weight"], PARAMETERS["hidden"]["weight"])
    assert parameters["output"]["inner"]["scale"] == 2.5
    assert files(tmp_path) == ["net.safetensors"]


@pytest.mark.parametrize("dtype", weights.STORABLE)
@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (2, 3), (1, 1, 1)], ids=str)
def test_every_dtype_and_shape(tmp_path, dtype, shape):
    array = np.ones(shape, dtype)
    weights.save(tmp_path / "w", {"a": array})
    loaded = weights.load(tmp_path / "w")[0]["a"]
    assert (loaded.shape, loaded.dtype) == (shape, np.dtype(dtype))
    np.testing.assert_array_equal(loaded, array)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0).reshape(3, 4).T,
        np.arange(12.0)[::-2],
        np.broadcast_to(1.5, (3, 2)),
        np.arange(3.0).astype(">f8"),
        np.array([np.nan, np.inf, -0.0]),
    ],
    ids=["transposed", "strided", "broadcast", "big-endian", "special"],
)
def test_any_memory_layout(tmp_path, array):
    weights.save(tmp_path / "w", {"a": array})
    loaded = weights.load(tmp_path / "w")[0]["a"]
    assert loaded.astype(array.dtype).tobytes() == np.ascontiguousarray(array).tobytes()
    loaded[...] = 0  # what was loaded can be trained on


def test_nothing_to_save(tmp_path):
    weights.save(tmp_path / "w", {"relu": {}})
    assert weights.load(tmp_path / "w") == ({}, {})


# --- whole or not at all -------------------------------------------------------------------------


@pytest.mark.parametrize("exception", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("before", [None, b"old"])
def test_interrupted_writes_leave_no_trace(tmp_path, monkeypatch, exception, step, before):
    path = tmp_path / "w.safetensors"
    if before:
        path.write_bytes(before)

    def fail(*_):
        raise exception

    monkeypatch.setattr(os, step, fail)
    expected = WeightsError if isinstance(exception, OSError) else KeyboardInterrupt
    with pytest.raises(expected) as caught:
        weights.save(path, PARAMETERS)
    if expected is WeightsError:
        assert "No space left" in str(caught.value)
    assert files(tmp_path) == ([path.name] if before else [])
    assert not before or path.read_bytes() == before


def test_a_link_is_written_through(tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    weights.save(tmp_path / "link", PARAMETERS)
    assert (tmp_path / "link").is_symlink()
    assert weights.load(tmp_path / "real")


def test_permissions_follow_the_umask(tmp_path):
    previous = os.umask(0o022)
    try:
        weights.save(tmp_path / "w", PARAMETERS)
    finally:
        os.umask(previous)
    assert (tmp_path / "w").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("parameters", "metadata", "says"),
    [
        ({"a/b": np.zeros(1)}, {}, ["'a/b'", 'holds no "/"']),
        ({"net": {"": np.zeros(1)}}, {}, ["''", "at net"]),
        ({1: np.zeros(1)}, {}, ["the parameter name 1"]),
        ({"a": np.array([object()])}, {}, ["'a' has dtype object", "Use one of", "float64"]),
        ({"a": np.zeros(1, complex)}, {}, ["'a' has dtype complex128"]),
        ({"net": {"a": np.array("text")}}, {}, ["'net/a' has dtype <U4"]),
        ({"a": np.zeros(1)}, {"epochs": 3}, ["'epochs': 3", "str(number)"]),
    ],
)
def test_what_cannot_be_stored(tmp_path, parameters, metadata, says):
    with pytest.raises(WeightsError) as caught:
        weights.save(tmp_path / "w", parameters, metadata)
    for part in says:
        assert part in str(caught.value)
    assert files(tmp_path) == []


@pytest.mark.parametrize("place", ["missing/w", "file/w", "."])
def test_places_that_cannot_be_written(tmp_path, place):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WeightsError, match=r"cannot be written.*folder that exists"):
        weights.save(tmp_path / place, PARAMETERS)
    assert files(tmp_path) == ["file"]


# --- files that are refused ----------------------------------------------------------------------


def stored(dtype="F64", shape=(2,), content=b"\0" * 16, name="a"):
    entry = {"dtype": dtype, "shape": shape, "data_offsets": [0, len(content)]}
    header = json.dumps({name: entry}).encode()
    return struct.pack("<Q", len(header)) + header + content


BAD = {
    "empty": (b"", "is empty"),
    "text": (b"hello world, this is not it", "is not a safetensors file"),
    "short-text": (b"hi", "is not a safetensors file"),
    "pickle": (b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94.", "is not a safetensors file"),
    "header-cut": (stored()[:30], "is truncated or damaged"),
    "data-cut": (stored()[:-1], "is truncated or damaged"),
    "data-too-long": (stored() + b"x", "is truncated or damaged"),
    "shape-against-size": (stored(shape=(3,)), "is truncated or damaged"),
    "header-no-json": (struct.pack("<Q", 8) + b"{{{{{{{{", "is truncated or damaged"),
    "dtype-of-others": (stored("BF16", (8,)), "NumPy has no dtype 'BF16'"),
}


@pytest.mark.parametrize(("content", "says"), BAD.values(), ids=BAD)
def test_bad_files_are_refused(tmp_path, content, says):
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError) as caught:
        weights.load(path)
    message = str(caught.value)
    assert str(path) in message
    assert says in message
    assert "clearprop train" in message
    assert "\n" not in message


def test_every_truncation_is_refused(tmp_path):
    weights.save(tmp_path / "w", PARAMETERS, {"seed": "0"})
    content = (tmp_path / "w").read_bytes()
    for length in range(len(content)):
        (tmp_path / "w").write_bytes(content[:length])
        with pytest.raises(WeightsError):
            weights.load(tmp_path / "w")


@pytest.mark.parametrize(
    ("name", "says"), [("none", "No such file"), (".", "It is a folder")], ids=["none", "folder"]
)
def test_files_that_are_not_there(tmp_path, name, says):
    with pytest.raises(WeightsError, match=says):
        weights.load(tmp_path / name)


def test_names_that_contradict_each_other(tmp_path):
    from safetensors.numpy import save

    (tmp_path / "w").write_bytes(save({"a": np.zeros(1), "a/b": np.zeros(1)}))
    with pytest.raises(WeightsError, match="another under a part of that name"):
        weights.load(tmp_path / "w")


# --- matching a network --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({}, ["no 'net/weight'"]),
        ({"net": {"wieght": np.zeros((2, 3))}}, ["no 'net/weight'", "nearest", "'net/wieght'"]),
        ({"net": {"weight": np.zeros((3, 2))}}, ["'net/weight' has shape (3, 2)", "(2, 3)"]),
        ({"net": {"weight": np.zeros((2, 3), np.float32)}}, ["dtype float32", "float64"]),
        ({"net": {"weight": np.zeros((2, 3)), "bias": np.zeros(2)}}, ["no place for 'net/bias'"]),
    ],
)
def test_the_first_difference_is_named(parameters, says):
    with pytest.raises(WeightsError) as caught:
        weights.match(parameters, like={"net": {"weight": np.zeros((2, 3))}, "relu": {}})
    for part in [*says, "the network they were trained for"]:
        assert part in str(caught.value)
