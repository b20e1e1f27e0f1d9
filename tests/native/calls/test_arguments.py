"""Arguments of every sort: the plain function's answer, or an error that says why not."""

from __future__ import annotations

import pickle
import warnings
from collections import OrderedDict, namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import ArgumentError, DtypeError

Pair = namedtuple("Pair", ["a", "b"])


def plain(x: Any) -> Any:
    return x * 2 + 1


def is_direct(f: Any) -> bool:
    """Whether a call goes to machine code first."""
    return type(f.__call__).__name__ == "builtin_function_or_method"


def same(found: Any, expected: Any) -> None:
    assert type(found) is type(expected)
    if isinstance(expected, np.ndarray | np.generic):
        assert found.dtype == expected.dtype
        assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def misaligned(values: Any) -> Any:
    memory = np.zeros(values.nbytes + 1, np.uint8)
    found = memory[1:].view(values.dtype).reshape(values.shape)
    found[...] = values
    return found


def read_only(values: Any) -> Any:
    values.setflags(write=False)
    return values


SQUARE = np.arange(12.0).reshape(3, 4)
ODD: dict[str, Callable[[], Any]] = {
    "plain": lambda: SQUARE.copy(),
    "transposed": lambda: np.arange(12.0).reshape(4, 3).T,
    "strided": lambda: np.arange(24.0).reshape(3, 8)[:, ::2],
    "reversed": lambda: SQUARE[::-1],
    "repeated": lambda: np.broadcast_to(np.arange(4.0), (3, 4)),
    "misaligned": lambda: misaligned(SQUARE),
    "read-only": lambda: read_only(SQUARE.copy()),
    "unpickled": lambda: pickle.loads(pickle.dumps(SQUARE)),
    "other shape": lambda: np.arange(6.0),
    "other axes": lambda: np.arange(12.0),
    "ones in the shape": lambda: np.arange(12.0).reshape(1, 3, 4, 1)[:, ::1],
    "0-d": lambda: np.array(3.0),
    "empty": lambda: np.zeros((3, 0)),
    "empty and huge": lambda: np.zeros((2**40, 0, 2**10)),
    "float32": lambda: SQUARE.astype(np.float32),
    "int64": lambda: np.arange(12),
    "int8": lambda: np.arange(12, dtype=np.int8),
    "longlong": lambda: np.arange(12, dtype=np.longlong),
    "float16": lambda: np.arange(12, dtype=np.float16),
    "complex": lambda: np.arange(12) + 1j,
    "a float": lambda: 2.5,
    "an int": lambda: 7,
    "the largest int": lambda: 2**62 - 1,
    "np.float64": lambda: np.float64(2.5),
    "np.float32": lambda: np.float32(2.5),
    "np.int8": lambda: np.int8(3),
    "np.bool": lambda: np.bool(True),
    "True": lambda: True,
}
REFUSED: dict[str, Callable[[], Any]] = {
    "swapped": lambda: SQUARE.astype(">f8"),
    "objects": lambda: SQUARE.astype(object),
    "a matrix": lambda: SQUARE.view(np.matrix),
    "a masked array": lambda: np.ma.array(SQUARE, mask=SQUARE > 3),
    "a huge int": lambda: 2**70,
    "a huge negative int": lambda: -(2**63) - 1,
}


@pytest.fixture(scope="module")
def warm() -> Any:
    """A function that has met everything plain once."""
    f = cp.compile(plain)
    for x in (SQUARE, 2.5, 3, np.float32(1), np.arange(12), np.array(1.0)):
        f(x)
    return f


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("times", [1, 3])
def test_the_plain_function_s_answer(warm: Any, name: str, times: int) -> None:
    for f in (warm, cp.compile(plain)):
        for _ in range(times):
            x = ODD[name]()
            same(f(x), plain(x))


@pytest.mark.parametrize("name", REFUSED)
def test_a_clear_refusal(warm: Any, name: str) -> None:
    for f in (warm, cp.compile(plain)):
        with pytest.raises((DtypeError, ArgumentError)):
            f(REFUSED[name]())


@pytest.mark.parametrize("x", [[1.0, 2.0], (1.0,), "ab", None, object()])
def test_what_the_plain_function_makes_of_it(warm: Any, x: Any) -> None:
    def outcome(f: Any) -> Any:
        try:
            return f(x)
        except TypeError as error:
            return str(error)

    assert outcome(warm) == outcome(plain)


def test_files_in_memory(tmp_path: Path, warm: Any) -> None:
    mapped = np.memmap(tmp_path / "numbers", np.float64, "w+", shape=(3, 4))
    mapped[...] = SQUARE
    np.testing.assert_array_equal(warm(mapped), plain(SQUARE))


def test_plain_arrays_go_to_machine_code_at_once(warm: Any) -> None:
    assert is_direct(warm)
    assert not is_direct(cp.compile(plain))


def test_unpickled_arrays_are_no_exception() -> None:
    f = cp.compile(plain)
    f(SQUARE)
    x = pickle.loads(pickle.dumps(SQUARE))
    assert x.dtype is not SQUARE.dtype
    assert not _python_calls(lambda: f(x))


def _python_calls(action: Callable[[], Any]) -> list[str]:
    """The functions written in Python that the action calls, apart from itself."""
    import sys

    seen: list[str] = []
    own = action.__code__

    def look(frame: Any, event: str, _: Any) -> None:
        if event == "call" and frame.f_code is not own:
            seen.append(frame.f_code.co_name)

    sys.setprofile(look)
    try:
        action()
    finally:
        sys.setprofile(None)
    return seen


TREES: list[Any] = [
    {"w": SQUARE, "b": np.ones(4), "deep": [np.float32(2), (3.0, {"x": np.arange(4.0)})]},
    [SQUARE, SQUARE],
    (1.5, [2, (), []], None, {}),
    ({"a": 1.0, "b": None}, "mode", True, 3),
]


def twice(tree: Any, *more: Any) -> Any:
    if isinstance(tree, dict):
        return {key: twice(tree[key]) for key in reversed(list(tree))}
    if isinstance(tree, list | tuple):
        return type(tree)(map(twice, tree))
    return tree if tree is None or isinstance(tree, str) else tree * 2


@pytest.mark.parametrize("tree", TREES)
def test_nested_containers(tree: Any) -> None:
    f = cp.compile(twice)
    f(tree)
    seen = _python_calls(lambda: f(tree))
    assert not seen
    expected, found = twice(tree), f(tree)
    assert repr(found) == repr(expected)
    if isinstance(tree, dict):
        assert list(found) == list(expected)
        back = {key: tree[key] for key in reversed(tree)}
        assert repr(f(back)["w"]) == repr(expected["w"])


def test_containers_of_other_classes_and_sizes() -> None:
    f = cp.compile(lambda p: p[0] + p[1])
    x, y = SQUARE, SQUARE + 1
    for pair in ((x, y), [x, y], Pair(x, y), (x, y, y), [x, y, y], (x, 1.0), (x, SQUARE.T[:, 0])):
        if len(pair[0].shape) and np.shape(pair[1]) not in ((3, 4), (), (4,)):
            continue
        for _ in range(2):
            same(f(pair), pair[0] + pair[1])
    g = cp.compile(lambda p: p["a"] - p["b"])
    for table in (
        {"a": x, "b": y},
        {"b": y, "a": x},
        OrderedDict(a=x, b=y),
        {"a": x, "b": y, 1: x},
    ):
        for _ in range(2):
            same(g(table), x - y)
    with pytest.raises(KeyError):
        g({"a": x, "c": y})


def test_results_of_other_classes() -> None:
    f = cp.compile(lambda x: Pair(x * 2, np.arange(3)))
    for _ in range(3):
        found = f(SQUARE)
        assert type(found) is Pair
        same(found.a, SQUARE * 2)
        same(found.b, np.arange(3))


def test_results_that_do_not_depend_on_the_arguments() -> None:
    table = np.arange(3)
    f = cp.compile(lambda x: (None, "name", 3, 2.5, table, x))
    f(1.0)
    first, second = f(1.0), f(1.0)
    assert repr(first) == repr((None, "name", 3, 2.5, np.arange(3), 1.0))
    assert first[4] is not second[4]
    assert first[4] is not table


def test_results_never_share_memory_with_arguments() -> None:
    f = cp.compile(lambda x, y: (x, x, y, x[1:], x.T))
    f(SQUARE, SQUARE)
    found = f(SQUARE, SQUARE)
    for place, one in enumerate(found):
        assert not np.shares_memory(one, SQUARE)
        assert one.flags.writeable
        assert one.flags.owndata
        for other in found[place + 1 :]:
            assert not np.shares_memory(one, other)


def test_one_array_as_several_arguments() -> None:
    f = cp.compile(lambda x, y: (x + y, x * y))
    f(SQUARE, SQUARE)
    same(f(SQUARE, SQUARE)[1], SQUARE**2)
    row = SQUARE.reshape(-1)
    g = cp.compile(lambda x, y: x - y)
    g(row[:-1], row[1:])
    same(g(row[:-1], row[1:]), row[:-1] - row[1:])


def keywords(x: Any, scale: Any = 2.0, *, shift: Any = 0.0) -> Any:
    return x * scale - shift


def test_keyword_arguments() -> None:
    f = cp.compile(keywords)
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        ((SQUARE,), {}),
        ((SQUARE, 3.0), {}),
        ((SQUARE,), {"scale": 3.0}),
        ((SQUARE,), {"shift": 3.0}),
        ((SQUARE,), {"shift": 4.0, "scale": 3.0}),
        ((SQUARE,), {"scale": 3.0, "shift": 4.0}),
        ((), {"x": SQUARE, "scale": 2.0}),
        ((SQUARE, 1.0), {"shift": SQUARE}),
    ]
    for _ in range(3):
        for args, kwargs in calls:
            same(f(*args, **kwargs), keywords(*args, **kwargs))
    assert not _python_calls(lambda: f(SQUARE, shift=4.0, scale=3.0))


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [((), {}), ((1.0, 2.0, 3.0), {}), ((1.0,), {"wrong": 2.0}), ((1.0,), {"x": 2.0})],
)
def test_wrong_arguments_are_told_as_by_python(args: Any, kwargs: Any) -> None:
    f = cp.compile(keywords)
    f(1.0)
    with pytest.raises(TypeError) as ours:
        f(*args, **kwargs)
    with pytest.raises(TypeError) as theirs:
        keywords(*args, **kwargs)
    assert str(ours.value) == str(theirs.value)


def test_positions_outside_of_an_array() -> None:
    f = cp.compile(lambda x, i: np.take(x, i) * 2)
    x, inside = np.arange(5.0), np.array([1, -5])
    for _ in range(2):
        same(f(x, inside), np.take(x, inside) * 2)
        for outside in (np.array([1, 9]), np.array([-6, 0])):
            with pytest.raises(IndexError) as theirs:
                np.take(x, outside)
            with pytest.raises(IndexError, match=str(theirs.value)):
                f(x, outside)


def test_static_arguments() -> None:
    f = cp.compile(lambda x, n, mode: x**n if mode == "power" else x * n, static_argnums=(1, 2))
    for _ in range(3):
        for n in (2, 3):
            same(f(SQUARE, n, "power"), SQUARE**n)
            same(f(SQUARE, n, "times"), SQUARE * n)
    assert not _python_calls(lambda: f(SQUARE, 2, "power"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        same(f(SQUARE, 2, "".join(["po", "wer"])), SQUARE**2)
