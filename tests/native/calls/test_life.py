"""What a compiled function is as an object, in threads, after a fork, and at its end."""

from __future__ import annotations

import copy
import gc
import inspect
import os
import pickle
import resource
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.execute.native.calls import Entry, NotDirect, entry, interpreter

A = np.arange(64.0).reshape(8, 8)


def several(x: Any, y: Any, p: Any) -> Any:
    """Sums and products."""
    return {"sum": np.sum(x) + p[0], "parts": [x * y, (y - p[1]["w"], 3)], "weak": p[0] * 2}


def test_the_object() -> None:
    f: Any = cp.compile(several)
    f(A, A, [1.0, {"w": A}])
    assert callable(f)
    assert f.__name__ == "several"
    assert f.__doc__ == "Sums and products."
    assert f.__wrapped__ is several
    assert inspect.signature(f) == inspect.signature(several)
    assert isinstance(f, cp.api.compiled.Compiled)
    for other in (pickle.loads(pickle.dumps(f)), copy.deepcopy(f)):
        assert other.__wrapped__ is several
        assert repr(other(A, A, [1.0, {"w": A}])) == repr(f(A, A, [1.0, {"w": A}]))


def test_as_an_attribute_of_a_class_it_is_a_method() -> None:
    class Model:
        step = cp.compile(lambda self, x: x * 2)

        def __init__(self) -> None:
            self.own = cp.compile(self.scaled)
            self.scale = 3.0

        def scaled(self, x: Any) -> Any:
            return x * self.scale

    model = Model()
    for _ in range(2):
        np.testing.assert_array_equal(model.step(A), A * 2)
        np.testing.assert_array_equal(model.own(A), A * 3)


def test_inside_other_transformations() -> None:
    square = cp.compile(lambda x: x * x)
    square(3.0), square(A), square(np.float64(3))
    assert cp.grad(square)(3.0) == 6.0
    assert cp.grad(cp.grad(lambda x: x * square(x)))(2.0) == 12.0
    np.testing.assert_array_equal(cp.vmap(square)(A), A * A)
    np.testing.assert_array_equal(cp.compile(lambda x: square(x) + square(A))(A), 2 * A * A)
    weights: dict[str, Any] = {"w": 2.0}
    captured = cp.compile(lambda x: x * weights["w"])
    captured(3.0), captured(3.0)

    def loss(w: Any) -> Any:
        weights["w"] = w
        return captured(3.0)

    assert cp.grad(loss)(2.0) == 3.0  # the function itself is called while tracing


def test_branches() -> None:
    def f(x: Any) -> Any:
        steps = 0
        while x > 1:
            x, steps = x / 2, steps + 1
        return (x, steps) if x > 0.75 else (-x, steps)

    compiled = cp.compile(f)
    values = [0.5, 1.0, 1.5, 3.0, 5.0, 20.0, 33.0]
    for _ in range(3):
        for x in values:
            assert compiled(x) == f(x)
            assert compiled(np.float64(x)) == f(np.float64(x))
    masked = cp.compile(lambda x: x[x > 20])
    for _ in range(2):
        for x in (A, A.T.copy(), A * 0, -A):
            np.testing.assert_array_equal(masked(x), x[x > 20])


def test_more_kinds_than_entries() -> None:
    f = cp.compile(lambda x: x + 1)
    for _ in range(2):
        for n in range(40):
            np.testing.assert_array_equal(f(np.zeros(n)), np.ones(n))


def test_exceptions_come_out() -> None:
    def f(x: Any, n: int) -> Any:
        if n > 2:
            raise KeyError("no such number")
        return x * n

    compiled = cp.compile(f, static_argnums=1)
    compiled(A, 1)
    with pytest.raises(KeyError, match="no such number"):
        compiled(A, 3)
    compiled(A, 1)


def counts(*things: Any) -> list[int]:
    return [sys.getrefcount(thing) for thing in things]


def test_references_do_not_drift() -> None:
    f = cp.compile(several)
    p = [1.5, {"w": A.copy()}]
    x, y = A.copy(), A.copy()
    f(x, y, p), f(x, y, p)
    watched = (x, y, p, p[1], p[1]["w"], p[0], A.dtype, np.ndarray, None, 3, "sum", dict)  # type: ignore[index]
    wrong = A.T
    f(wrong, y, p)
    before = counts(*watched)
    for _ in range(10_000):
        f(x, y, p)
    for _ in range(100):
        f(wrong, y, p)
    drift = np.subtract(counts(*watched), before)
    assert np.all(np.abs(drift) < 50), drift


def test_a_soak_leaks_nothing() -> None:
    f = cp.compile(several)
    big = cp.compile(lambda p: [p["x"] @ p["x"], np.sum(p["x"])])
    branching = cp.compile(lambda x: x * 2 if x > 0 else x * A)
    p, large = [1.5, {"w": A}], {"x": np.ones((128, 128))}

    def soak(n: int) -> None:
        for i in range(n):
            f(A, A, p)
            branching(1.0 if i & 1 else -1.0)
            if not i % 50:
                big(large)

    soak(5_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    soak(500_000)  # of a million calls
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 4_000  # kB


def test_threads() -> None:
    small = cp.compile(lambda x, n: x * n)
    large = cp.compile(lambda p: np.sum(np.exp(p[0] @ p[1] * 1e-3) - p[0]))
    xs = [np.full((96, 96), 1.0 + i / 8) for i in range(4)]
    expected = [large([x, x]) for x in xs]
    found: list[list[Any]] = [[] for _ in xs]

    def work(i: int) -> None:
        for n in range(300):
            found[i].append(large([xs[i], xs[i] + 0.0]))  # the list alone holds the second one
            assert small(xs[i], float(n))[0, 0] == n * xs[i][0, 0]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for values, right in zip(found, expected, strict=True):
        assert len(values) == 300
        assert all(value == right for value in values)


def test_long_work_gives_up_the_interpreter_s_lock() -> None:
    text = {
        n: cp.compile(lambda x: np.sum(np.sin(x))).prepare(np.ones(n))._latest.entry.text  # type: ignore[union-attr]
        for n in (10, 100_000)
    }
    assert "atomicrmw" not in text[10]
    assert "atomicrmw" in text[100_000]


def holds_in_a_child(claim: Callable[[], bool]) -> bool:
    """Whether a forked process finds the claim true, and ends in order."""
    child = os.fork()
    if not child:
        try:
            ok = claim()
        except BaseException:
            ok = False
        os._exit(0 if ok else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_after_a_fork() -> None:
    f = cp.compile(lambda x: np.sum(x @ x))
    x = np.ones((64, 64))
    expected = f(x)
    assert holds_in_a_child(
        lambda: f(x) == expected and f(x) == expected and f(np.ones((2, 2))) == 8
    )


def test_nothing_is_left_of_it() -> None:
    class Weights:
        pass

    weights: Any = Weights()
    f: Any = cp.compile(lambda x: x * 2)
    f(A), f(1.0), f(1)
    weights.compiled, f.weights = f, weights
    chain = f.__call__
    entries = [weakref.ref(each.entry) for each in f._chain]
    held = [weakref.ref(weights), weakref.ref(f), weakref.ref(chain)]
    np.testing.assert_array_equal(chain(A), A * 2)
    del f, weights
    gc.collect()
    assert held[1]() is not None  # the chain's end is a method of it
    np.testing.assert_array_equal(chain(A), A * 2)
    del chain
    gc.collect()
    assert [each() for each in (*held, *entries)] == [None] * 6


def test_a_function_that_is_collected_can_still_be_called() -> None:
    answers = []

    class Last:
        def __init__(self) -> None:
            self.f = cp.compile(lambda x: x * 2)
            self.f(A)
            self.me = self

        def __del__(self) -> None:
            answers.append(self.f(A)[1, 1])

    Last()
    gc.collect()
    assert answers == [18.0]


def test_no_memory_for_the_result() -> None:
    f = cp.compile(lambda x: [x * 2, np.broadcast_to(x, (1000, 1000, 32)) * 2.0])
    f(1.0)

    def without_memory() -> bool:
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 2**26, hard))
        failures = 0
        for _ in range(3):
            try:
                f(1.0)
            except MemoryError:
                failures += 1
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        return failures == 3 and f(1.0)[1][0, 0, 0] == 2.0

    assert holds_in_a_child(without_memory)


def test_unknown_interpreters_go_by_python(monkeypatch: pytest.MonkeyPatch) -> None:
    assert interpreter.is_known()
    monkeypatch.setattr(entry, "is_known", lambda: False)
    f = cp.compile(several)
    for _ in range(2):
        f(A, A, [1.0, {"w": A}])
    assert not f._chain


def test_differences_in_layout_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA", "NDIM", "SHAPE", "DTYPE", "FLAGS"):
        with monkeypatch.context() as patch:
            patch.setattr(interpreter, name, interpreter.CLASS)
            try:
                assert not interpreter.is_known.__wrapped__()
            except ValueError:
                pytest.fail("looking must not fail")


def test_no_address_stands_in_the_text() -> None:
    first = cp.compile(several)
    second = cp.compile(several)
    texts = [f.prepare(A, A, [1.0, {"w": A}])._latest.entry.text for f in (first, second)]  # type: ignore[union-attr]
    assert texts[0] == texts[1]
    assert str(id(np.ndarray)) not in texts[0]


def test_what_has_no_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[NotDirect] = []

    def watching(self: Entry, *args: Any, **kwargs: Any) -> None:
        try:
            original(self, *args, **kwargs)
        except NotDirect as answer:
            refused.append(answer)
            raise

    original = Entry.__init__
    monkeypatch.setattr(Entry, "__init__", watching)
    for x in (A.astype(np.float16), A + 1j, 2 + 1j):
        f = cp.compile(lambda x: x * 2)
        for _ in range(2):
            np.testing.assert_array_equal(f(x), x * 2)
    assert len(refused) == 3
