"""Ctrl-C, and any other signal, in the middle of a long loop in machine code."""

from __future__ import annotations

import gc
import signal
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.execute.native import program
from clearprop.execute.native.calls import entry
from tests.native.polling.halving import TRIPS, halved, scan, while_loop
from tests.native.polling.signals import signals


def loops_in_loops(x: Any, n: Any) -> Any:
    def outer(c: Any, _: Any) -> Any:
        inner = cp.scan(halved, c, None, length=7)[0]
        return cp.scan(halved, inner, None, length=TRIPS // 1000)[0], None

    return cp.scan(outer, x, None, length=1000)[0] * n


def of_arrays(x: Any, n: Any) -> Any:
    def trip(c: Any, _: Any) -> Any:
        return np.tanh(c @ c.T * 0.01 + 1.0), np.sum(c)

    last, sums = cp.scan(trip, x + np.ones((48, 48)), None, length=30_000)
    return np.sum(last) * n + np.sum(sums)


@pytest.mark.parametrize("loop", [scan, while_loop, loops_in_loops, of_arrays])
def test_a_handler_that_returns_changes_nothing(loop: Callable[[Any, Any], Any]) -> None:
    f = cp.compile(loop)
    expected = f(0.3, float(TRIPS))
    seen: list[int] = []
    with signals(lambda number, _: seen.append(number), every=0.05):
        assert f(0.3, float(TRIPS)) == expected
    assert seen


def test_a_call_after_an_interrupted_one() -> None:
    f = cp.compile(while_loop).prepare(0.3, 1.0)
    for n in (5.0, 8.0):
        with signals(signal.default_int_handler), pytest.raises(KeyboardInterrupt):
            f(0.3, float(100 * TRIPS))
        c = 0.3
        for _ in range(int(n)):
            c = c * 0.5 + 1.0
        assert f(0.3, n) == c


def test_unknown_interpreters_are_interrupted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "is_known", lambda: False)
    f = cp.compile(while_loop)
    f(0.3, 5.0)
    for _ in range(2):
        with signals(signal.default_int_handler), pytest.raises(KeyboardInterrupt):
            f(0.3, float(TRIPS))
    assert f(0.3, 1.0) == 0.3 * 0.5 + 1.0


class EnoughError(Exception):
    pass


def test_whatever_is_raised_arrives_as_it_is() -> None:
    raised = EnoughError("of that")

    def handler(*_: Any) -> None:
        raise raised

    f = cp.compile(while_loop).prepare(0.3, 1.0)
    for call in (f, f._by_python):
        with signals(handler), pytest.raises(EnoughError) as found:
            call(0.3, float(TRIPS))
        assert found.value is raised
        assert "handler" in [each.name for each in found.traceback]


def test_nothing_is_left_of_fifty_interrupted_calls() -> None:
    def f(x: Any) -> Any:
        def trip(s: Any) -> Any:
            return s[0] + 1.0, np.tanh(s[1])

        count, last = cp.while_loop(lambda s: s[0] < x[0], trip, (0.0, x))
        return {"count": count, "last": [last, last * 2.0]}

    compiled_ = cp.compile(f)
    x = np.full(100_000, 1e15)
    compiled_(x * 0.0)
    gc.collect()
    held = sys.getrefcount(x)
    tracemalloc.start()
    try:
        for round_ in range(51):
            with signals(signal.default_int_handler), pytest.raises(KeyboardInterrupt):
                compiled_(x)
            if round_ == 0:
                gc.collect()
                before = tracemalloc.get_traced_memory()[0]
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < x.nbytes
    assert sys.getrefcount(x) == held


def test_donated_arguments_hold_numbers_after_it() -> None:
    def epoch(p: Any) -> Any:
        return cp.scan(lambda p, _: (p * 0.5 + 1.0, None), p, None, length=TRIPS // 10)[0]

    f = cp.compile(epoch, donate_argnums=0)
    p = f(np.zeros(100))
    for _ in range(2):
        with signals(signal.default_int_handler), pytest.raises(KeyboardInterrupt):
            f(p)
        assert np.all((p >= 0.0) & (p <= 2.0))
    short = cp.compile(lambda p: cp.scan(halved, p, None, length=8)[0])
    np.testing.assert_array_equal(short(np.zeros(100)), np.full(100, 2.0 - 2.0**-7))


def test_the_reference_does_not_take_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def f(x: Any, at: Any) -> Any:
        return cp.scan(lambda c, _: (c * 0.5 + x[at], None), 0.0, None, length=TRIPS // 2)[0]

    def never(*_: Any) -> None:
        pytest.fail("the call was ended, and is not to be done again")

    x = np.ones(3)
    f = cp.compile(f).prepare(x, 1)
    monkeypatch.setattr(program, "answered", never)
    for call in (f, f._by_python):
        with signals(signal.default_int_handler), pytest.raises(KeyboardInterrupt):
            call(x, 7)  # outside of the array from the first trip on


def test_a_handler_may_call_the_same_function() -> None:
    f = cp.compile(while_loop)
    expected, few = f(0.3, float(TRIPS)), f(0.3, 5.0)
    found: list[Any] = []
    with signals(lambda *_: found.extend([f(0.3, 5.0), f(np.float32(1.0), 5.0)]), every=0.05):
        assert f(0.3, float(TRIPS)) == expected
    assert set(found) == {few, f(np.float32(1.0), 5.0)}


def test_the_first_call_may_be_asked_for_other_arguments_meanwhile() -> None:
    found: list[Any] = []

    def other(done: int, total: int | None) -> None:
        if not found:
            found.append(f(np.float32(1.0), 3.0))

    f = cp.compile(while_loop, progress=other)
    f(0.3, float(TRIPS))
    assert found == [np.float32(1.875)]


def test_handlers_meet_denormal_numbers_as_ever() -> None:
    def f(x: Any) -> Any:
        def step(s: Any) -> Any:
            i, c = s
            return i + 1.0, np.where(i == TRIPS - 1.0, c * 0.5 * 2.0, c)

        return cp.while_loop(lambda s: s[0] < TRIPS, step, (0.0, x))[1]

    tiny = np.finfo(np.float64).tiny * 1.5
    halves: list[float] = []
    flushing = cp.compile(f, flush_denormals=True)
    assert flushing(tiny) == 0.0
    with signals(lambda *_: halves.append(float(tiny) * 0.5), every=0.05):
        assert flushing(tiny) == 0.0
    assert halves
    assert all(half > 0 for half in halves)


def test_calls_in_other_threads_are_left_alone() -> None:
    f = cp.compile(scan)
    expected = f(0.3, 1.0)
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(f(0.3, 1.0)))

    def awaited() -> None:
        thread.start()
        while not found:
            time.sleep(0.01)

    with signals(signal.default_int_handler), pytest.raises(KeyboardInterrupt):
        awaited()
    thread.join()
    assert found == [expected]


def test_threads_that_loop_at_the_same_time() -> None:
    f = cp.compile(while_loop)
    n = float(TRIPS // 4)
    expected = f(0.3, n)
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(f(0.3, n))) for _ in range(3)]
    for thread in threads:
        thread.start()
    with signals(signal.default_int_handler), pytest.raises(KeyboardInterrupt):
        f(0.3, float(100 * TRIPS))
    for thread in threads:
        thread.join()
    assert found == [expected] * 3


def test_short_loops_never_ask() -> None:
    f = cp.compile(lambda x: cp.scan(halved, x, None, length=50)[0]).prepare(1.0)
    g = cp.compile(lambda x: cp.scan(halved, x, None, length=50_000)[0]).prepare(1.0)
    assert " cold" not in f.source()
    assert " cold" in g.source()


def test_no_address_stands_in_the_text() -> None:
    texts = [
        cp.compile(scan, progress=told).prepare(0.3, 1.0)._latest.entry.text  # type: ignore[union-attr]
        for told in (None, lambda done, total: None)
    ]
    assert texts[0] == texts[1]
    assert str(id(texts)) not in texts[0]


def test_a_loop_in_c_does_not_ask() -> None:
    f = cp.compile(while_loop).prepare(0.3, 3.0)
    assert " cold" in f.source()
    text = f.source("c")
    assert "for (;;)" in text
    assert text.count("(void)") < 40
