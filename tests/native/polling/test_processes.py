"""Long loops and whole processes: Ctrl-C from outside, forks, the end, the cache."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.native.polling.loops import LOOPS

ROOT = Path(__file__).parents[3]

PRELUDE = """
import os, signal, sys, threading
import numpy as np
import clearprop as cp
endless = cp.compile(lambda x: cp.while_loop(lambda c: c > -1.0, lambda c: c * 0.5 + 1.0, x))
assert endless(-3.0) == -3.0
"""


def run(code: str, *, interrupted: bool = True) -> str:
    """What a process prints that does this; Ctrl-C comes each time after it says to be ready."""
    command = [sys.executable, "-u", "-c", PRELUDE + code]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        try:
            said = ""
            for line in process.stdout:
                said += line
                if interrupted and line == "ready\n":
                    threading.Timer(0.3, process.send_signal, [signal.SIGINT]).start()
            process.wait(120)
        finally:
            process.kill()
        assert process.stderr is not None
        assert process.returncode == 0, process.stderr.read()
    return said


def test_what_a_handler_raises_ends_the_call() -> None:
    said = run(
        """
from tests.native.polling.loops import LOOPS, interrupted
for loop in LOOPS:
    print(interrupted(loop))
""",
        interrupted=False,
    )
    assert said == "".join(f"{loop.__name__} {['interrupted'] * 3} []\n" for loop in LOOPS)


def test_an_endless_loop_in_a_process_of_its_own() -> None:
    said = run(
        """
for _ in range(3):
    try:
        print("ready")
        endless(1.0)
    except KeyboardInterrupt:
        print("interrupted", endless(-3.0))
"""
    )
    assert said == "ready\ninterrupted -3.0\n" * 3


def test_children_of_a_fork_are_interrupted_too() -> None:
    said = run(
        """
def child():
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        try:
            endless(1.0)
        except KeyboardInterrupt:
            os._exit(7)
        os._exit(1)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
child()
thread = threading.Thread(target=child)  # the child's main thread will be this one
thread.start()
thread.join()
""",
        interrupted=False,
    )
    assert said == "7\n7\n"


def test_an_endless_thread_does_not_hold_up_the_end() -> None:
    run(
        """
threads = [threading.Thread(target=endless, args=(1.0,), daemon=True) for _ in range(2)]
told = cp.compile(lambda x: cp.while_loop(lambda c: c > -1.0, lambda c: c + 1.0, x),
                  progress=lambda done, total: None)
threads.append(threading.Thread(target=told, args=(1.0,), daemon=True))
for thread in threads:
    thread.start()
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 0.5)
signal.pause()
""",
        interrupted=False,
    )


def test_calls_while_the_process_ends() -> None:
    said = run(
        """
import atexit
f = cp.compile(lambda x: cp.scan(lambda c, _: (c * 0.5, None), x, None, length=100_000_000)[0])
atexit.register(lambda: print(f(1.0)))
""",
        interrupted=False,
    )
    assert said == "0.0\n"


def test_the_cache_is_of_use(tmp_path: Path) -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", PRELUDE + "print(endless._latest.program.was_cached)"],
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout
        for _ in range(2)
    ]
    assert said == ["False\n", "True\n"]
