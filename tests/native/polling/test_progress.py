"""How far a call is: what is told, by whom, and the bar."""

from __future__ import annotations

import gc
import io
import pickle
import signal
import sys
import threading
import weakref
from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.api.compiled import progress
from clearprop.errors import ArgumentError
from clearprop.execute.native.polling import trips
from tests.native.polling.halving import TRIPS, halved, scan, while_loop
from tests.native.polling.signals import signals

Told = list[tuple[int, int | None]]


def in_order(told: Told) -> bool:
    counts = [done for done, _ in told]
    return counts == sorted(counts)


@pytest.mark.parametrize("by_python", [False, True])
def test_the_trips_of_a_scan(by_python: bool) -> None:
    told: Told = []
    threads: set[int] = set()

    def note(done: int, total: int | None) -> None:
        told.append((done, total))
        threads.add(threading.get_ident())

    f = cp.compile(scan, progress=note).prepare(0.3, 1.0)
    told.clear()
    assert (f._by_python if by_python else f)(0.3, 1.0) == 2.0
    assert told
    assert in_order(told)
    assert all(0 < done < TRIPS and total == TRIPS for done, total in told)
    assert threads == {threading.get_ident()}


def test_it_is_told_by_the_thread_that_calls() -> None:
    told: list[int] = []
    f = cp.compile(scan, progress=lambda done, total: told.append(threading.get_ident()))
    f.prepare(0.3, 1.0)
    told.clear()
    thread = threading.Thread(target=f, args=(0.3, 1.0))
    thread.start()
    thread.join()
    assert set(told) == {thread.ident}


def test_nobody_knows_how_long_a_while_loop_is() -> None:
    told: Told = []
    f = cp.compile(while_loop, progress=lambda *said: told.append(said))
    f(0.3, float(TRIPS))
    assert told
    assert in_order(told)
    assert all(0 < done < TRIPS and total is None for done, total in told)


class EnoughError(Exception):
    pass


def test_loops_one_after_the_other_are_counted_together() -> None:
    first, second = TRIPS, 100_000
    told: Told = []

    def note(done: int, total: int | None) -> None:
        told.append((done, total))
        if done > first:
            raise EnoughError

    def slow(c: Any, _: Any) -> Any:
        return cp.scan(halved, c, None, length=1_000_000)[0], None

    def f(x: Any) -> Any:
        return cp.scan(slow, cp.scan(halved, x, None, length=first)[0], None, length=second)[0]

    with pytest.raises(EnoughError):
        cp.compile(f, progress=note)(0.3)
    assert in_order(told)
    assert {total for _, total in told} == {first + second}
    assert told[0][0] < first < told[-1][0] < first + second


def test_loops_within_loops_do_not_count() -> None:
    told: Told = []

    def outer(c: Any, _: Any) -> Any:
        return cp.scan(halved, c, None, length=TRIPS // 1000)[0], None

    f = cp.compile(
        lambda x: cp.scan(outer, x, None, length=1000)[0], progress=lambda *said: told.append(said)
    )
    f(0.3)
    assert in_order(told)
    assert all(0 < done < 1000 and total == 1000 for done, total in told)


def test_how_many_trips_there_are() -> None:
    def total(f: Any) -> int | None:
        return trips(cp.compile(f).prepare(0.3)._latest.program.steps)  # type: ignore[union-attr]

    def loop(length: int) -> Any:
        return lambda x: cp.scan(halved, x, None, length=length)[0]

    long, longer = 100_000, 200_000
    assert total(loop(long)) == long
    assert total(lambda x: loop(long)(x) + loop(longer)(x + 1.0)) == long + longer
    assert total(loop(10)) == 0
    assert total(lambda x: cp.cond(x > 0, loop(long), loop(long), x)) == long
    assert total(lambda x: cp.cond(x > 0, loop(long), loop(longer), x)) is None
    assert total(lambda x: loop(long)(x) + while_loop(x, 3.0)) is None
    assert total(lambda x: cp.scan(lambda c, _: (loop(long)(c), None), x, None, length=3)[0]) == 3


def test_what_it_raises_ends_the_call() -> None:
    def stop(done: int, total: int | None) -> None:
        raise ValueError(f"{done} are enough")

    f = cp.compile(while_loop, progress=stop).prepare(0.3, 1.0)
    for call in (f, f._by_python):
        with pytest.raises(ValueError, match="are enough"):
            call(0.3, float(100 * TRIPS))
    assert f(0.3, 1.0) == 0.3 * 0.5 + 1.0


def test_signals_are_answered_beside_it() -> None:
    told: Told = []
    f = cp.compile(while_loop, progress=lambda *said: told.append(said)).prepare(0.3, 1.0)
    with signals(signal.default_int_handler, after=0.3), pytest.raises(KeyboardInterrupt):
        f(0.3, float(100 * TRIPS))
    assert told


def test_short_calls_tell_nothing() -> None:
    f = cp.compile(while_loop, progress=lambda *_: pytest.fail("there is nothing to tell"))
    assert [f(0.3, 1.0) for _ in range(3)] == [0.3 * 0.5 + 1.0] * 3


class Terminal(io.StringIO):
    """An error stream that says to be a terminal."""

    def isatty(self) -> bool:
        return True


def terminal_of(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """The error stream is a terminal from now on, and every call takes long."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    return stream


def test_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    f = cp.compile(scan, progress=True)
    for _ in range(2):
        assert f(0.3, 1.0) == 2.0
        shown = terminal.getvalue()
        assert "scan" in shown
        assert f"/{TRIPS}" in shown
        terminal.truncate(0)
    assert f.__name__ == "scan"


def test_a_bar_goes_away_where_a_call_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    f = cp.compile(while_loop, progress=True).prepare(0.3, 1.0)
    with signals(signal.default_int_handler, after=0.3), pytest.raises(KeyboardInterrupt):
        f(0.3, float(100 * TRIPS))
    assert "while_loop" in terminal.getvalue()
    assert terminal.getvalue().endswith(("\x1b[2K", "\x1b[?25h"))


def test_no_bar_for_calls_that_are_soon_over(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    monkeypatch.setattr(progress, "PATIENCE", 1e9)
    cp.compile(scan, progress=True)(0.3, 1.0)
    assert not terminal.getvalue()


def test_no_bar_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    f = cp.compile(scan, progress=True)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", io.StringIO())
        f(0.3, 1.0)
        assert not sys.stderr.getvalue()  # type: ignore[attr-defined]
    thread = threading.Thread(target=f, args=(0.3, 1.0))
    thread.start()
    thread.join()
    assert not terminal.getvalue()


@pytest.mark.parametrize("told", [1, "yes", np.True_, [print]])
def test_what_cannot_be_told(told: Any) -> None:
    with pytest.raises(ArgumentError, match="cannot be called"):
        cp.compile(scan, progress=told)


def test_it_is_kept_in_copies() -> None:
    for told in (True, print):
        again = pickle.loads(pickle.dumps(cp.compile(np.exp, progress=told)))
        assert again._options.progress is (print if told is print else again._options.progress)
        assert callable(again._options.progress)
        assert again(0.0) == 1.0


def test_nothing_is_left_of_it() -> None:
    class Model:
        def __init__(self) -> None:
            self.f = cp.compile(while_loop, progress=self.note)

        def note(self, done: int, total: int | None) -> None:
            pass

    model = Model()
    model.f(0.3, 3.0), model.f(0.3, 4.0)
    left = weakref.ref(model)
    del model
    gc.collect()
    assert left() is None
