"""The pool: many callers, forks, the end of the process, and what cannot be asked for."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import ArgumentError
from clearprop.execute.native.threads import available

PRELUDE = """
import os, sys, threading, time
import numpy as np
import clearprop as cp
x = np.random.default_rng(0).normal(size=400_003)
f = cp.compile(lambda x: np.sum(np.exp(x) * np.sin(x)), threads=4)
one = cp.compile(lambda x: np.sum(np.exp(x) * np.sin(x)), threads=1)(x)
"""


def run(code: str) -> str:
    """What a process prints that does this; it has to end by itself, and well."""
    command = [sys.executable, "-c", PRELUDE + code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_many_threads_call_at_once() -> None:
    f = cp.compile(lambda x: (np.sum(np.exp(x)), np.sin(x)), threads=3)
    g = cp.compile(lambda x: np.sum(np.exp(x) * np.sin(x)), threads=7)
    points = [np.random.default_rng(i).normal(size=200_003 + i % 2) for i in range(8)]
    expected = [(f(x), g(x)) for x in points]
    wrong: list[int] = []

    def work(i: int) -> None:
        for _ in range(20):
            (total, sines), other = f(points[i]), g(points[i])
            right = expected[i]
            if total != right[0][0] or other != right[1] or not np.array_equal(sines, right[0][1]):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_process_ends_while_workers_sleep_or_look_for_work() -> None:
    assert run("print(all(f(x) == one for _ in range(20)))") == "True\n"
    assert run("f(x); time.sleep(0.05); print(f(x) == one)") == "True\n"


def test_calls_while_the_process_ends() -> None:
    code = "import atexit\natexit.register(lambda: print(f(x) == one))\nf(x)\n"
    assert run(code) == "True\n"
    assert run("import atexit\nf(x)\natexit.register(lambda: print(f(x) == one))") == "True\n"


def test_a_thread_that_is_left_behind_does_not_hold_up_the_end() -> None:
    run(
        "def work():\n    while True: f(x)\n"
        "threading.Thread(target=work, daemon=True).start()\ntime.sleep(0.2)\nos._exit(0)"
    )


def test_a_child_starts_its_own_workers() -> None:
    found = run(
        """
f(x)
for _ in range(3):
    child = os.fork()
    if child == 0:
        ok = all(f(x) == one for _ in range(10))
        grandchild = os.fork()
        if grandchild == 0:
            sys.exit(0 if f(x) == one else 1)
        ok = ok and os.waitpid(grandchild, 0)[1] == 0
        sys.exit(0 if ok else 1)
    print(os.waitpid(child, 0)[1], f(x) == one, flush=True)
"""
    )
    assert found == "0 True\n" * 3


def test_a_fork_in_the_middle_of_another_threads_work() -> None:
    found = run(
        """
f(x)
stop = False
def work():
    while not stop:
        f(x)
thread = threading.Thread(target=work)
thread.start()
for _ in range(5):
    child = os.fork()
    if child == 0:
        os._exit(0 if all(f(x) == one for _ in range(3)) else 1)
    print(os.waitpid(child, 0)[1], flush=True)
stop = True
thread.join()
"""
    )
    assert found == "0\n" * 5


@pytest.mark.parametrize("threads", [0, -1, True, False, 2.5, "2", [2]])
def test_what_is_no_number_of_threads(threads: Any) -> None:
    with pytest.raises(ArgumentError, match="number of threads"):
        cp.compile(np.sin, threads=threads)


def test_any_number_of_threads_may_be_asked_for() -> None:
    x = np.random.default_rng(0).normal(size=300_001)
    expected = cp.compile(np.exp, threads=1)(x)
    for threads in (np.int64(2), 200, 10**30, None):
        np.testing.assert_array_equal(cp.compile(np.exp, threads=threads)(x), expected)
    assert available() >= 1


def test_the_number_of_threads_is_kept_in_copies() -> None:
    again = pickle.loads(pickle.dumps(cp.compile(np.exp, threads=3)))
    assert again._options.threads == 3


@pytest.mark.skipif(available() < 2, reason="there is one processor")
def test_workers_that_wake_keep_off_the_callers_processor() -> None:
    said = run(
        """
tasks = set(os.listdir("/proc/self/task"))
for _ in range(5):
    f(x)
    time.sleep(0.02)
allowed = os.sched_getaffinity(0)
for worker in set(os.listdir("/proc/self/task")) - tasks:
    print(len(allowed) - len(os.sched_getaffinity(int(worker)) & allowed))
"""
    )
    assert said.split() == ["1"] * 3
