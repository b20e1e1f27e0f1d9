"""The pool's own code, as LLVM's text: workers that sleep on semaphores, and how work is shared.

A run has one owner, the thread that called; a second one that comes meanwhile does its work alone.
The owner says what to do, opens the *gate*, wakes sleepers and takes chunks itself, as every worker
does that has come through the open gate. When no chunk is left the owner shuts the gate and waits
for those inside alone: a worker that is late finds it shut, and nobody waits for it.

Where other programs want the processors, a worker may have to give its one up in the middle of a
chunk, and the owner waits. A run that took longer than the owner alone would have taken, at the
pace of its own chunks, is followed by some that are done alone: 1, then 3, 7, up to :data:`REST`.

The gate is one word: bit 62 while it is open, bit 61 while the owner sleeps until all have left,
and below the number of those inside.
"""

from __future__ import annotations

import re
from typing import Final

from clearprop.execute.native.machine import Machine
from clearprop.execute.native.threads.owner import OWNER
from clearprop.execute.native.threads.workers import WORKERS

SPINS: Final = 500
"""How often a worker, or an owner, looks again before it sleeps: some tens of microseconds."""

REST: Final = 63
"""The most runs in a row that are done alone since sharing did not pay."""

MOST: Final = 63
"""The most workers."""

PLACES: Final = {
    "gate": 0,
    "next": 64,  # the first chunk that nobody has taken
    "busy": 128,  # whether there is an owner
    "penalty": 136,  # how many runs were to be done alone the last time
    "rests": 144,  # and how many of them are left
    "generation": 192,  # of the run
    "closed": 256,
    "started": 264,  # how many workers there are
    "part": 320,  # the function of a chunk, what it is given, how many chunks and helpers
    "slots": 328,
    "arena": 336,
    "count": 344,
    "helpers": 352,
    "modes": 360,  # how the owner's processor rounds, and what it does with denormal numbers
    "left": 384,  # a semaphore, for the owner who sleeps
    "workers": 448,
}
"""Where things lie, in bytes; what different threads write has cache lines of its own."""

WORKER: Final = {
    "wake": 0,
    "asleep": 64,
    "pool": 72,
    "number": 80,
    "seen": 88,
    "thread": 96,
    "off": 104,  # the processor that it keeps off, and 1; 0 for none
}
"""The same for each worker."""

WORKER_BYTES: Final = 128
BYTES: Final = PLACES["workers"] + MOST * WORKER_BYTES

_OPEN: Final = 1 << 62
_WAITED: Final = 1 << 61

IMPORTS: Final = (
    *("pthread_create", "pthread_join", "pthread_sigmask"),
    *("sem_init", "sem_wait", "sem_post"),
    *("pthread_setaffinity_np", "sched_getaffinity", "sched_getcpu"),
)
"""The functions of C's library, which are imported by name."""


_FAULTS: Final = sum(1 << (number - 1) for number in (4, 5, 7, 8, 11))
"""The signals of instructions that fail, which go to the thread that failed; workers block the
others."""

_ON_X86: Final = {
    "; PAUSE": "call void @llvm.x86.sse2.pause()",
    "; KEEP": "call void @llvm.x86.sse.stmxcsr(ptr %modes)",
    "; TAKE": "call void @llvm.x86.sse.ldmxcsr(ptr %modes)",
    "add i64 0, 0 ; TIME": "call i64 @llvm.readcyclecounter()",
}
"""What other processors do without; where there is no such line, its mark is a comment."""

_DECLARED_ON_X86: Final = """\
declare void @llvm.x86.sse2.pause()
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)
declare i64 @llvm.readcyclecounter()
"""

_NUMBERS: Final = {
    "SIGNALS": ", ".join(["i64 " + str(~_FAULTS), *["i64 -1"] * 15]),
    "SPINS": SPINS,
    "REST": REST,
    "WORKER_BYTES": WORKER_BYTES,
    "OPEN": _OPEN,
    "SHUT": ~_OPEN,
    "WAITED": _WAITED,
    "UNWAITED": ~_WAITED,
    "LAST": _WAITED + 1,
}


def pool_text(machine: Machine) -> str:
    """The module: ``run``, which a crew's first word points to, and ``close``."""
    text = f"{WORKERS}\n{OWNER}"
    if machine.triple.startswith("x86_64"):
        for mark, line in _ON_X86.items():
            text = text.replace(mark, line)
        text = _DECLARED_ON_X86 + text
    for name, offset in (*PLACES.items(), *WORKER.items()):
        base = "%pool" if name in PLACES else "%worker"
        text = text.replace(f"AT {name}\n", f"getelementptr i8, ptr {base}, i64 {offset}\n")
    for name, number in _NUMBERS.items():
        text = re.sub(rf"\b{name}\b", str(number), text)
    return text
