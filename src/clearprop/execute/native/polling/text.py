"""What a loop calls that has used up its budget, as LLVM's text.

It looks at the clock, and only after :data:`PERIOD` does it take the interpreter's lock; where it
has to wait for that, since other threads compute in Python, the next time is later. Then it has
Python's handlers of signals called, which Python itself does in its main thread alone, and says how
far the call is to who wants to know. What either raises is kept until the call has ended.

Python's code runs with denormal numbers as it left them, whatever the loop does with those.
"""

from __future__ import annotations

import re
from typing import Final

from clearprop.execute.native.machine import Machine
from clearprop.execute.native.polling.work import BUDGET

PERIOD: Final = 100_000_000
"""How long a call runs from one time that Python is asked to the next, in nanoseconds."""

SHARE: Final = 20
"""After a wait for the interpreter's lock a call runs for so many times as long without it, …"""

LONGEST: Final = 2_000_000_000
"""… but not longer than this, in nanoseconds: Ctrl-C is answered yet."""

PLACES: Final = {
    "budget": 0,  # the work that may be done until the function is called
    "look": 8,  # the function
    "stopped": 16,  # not 0 once the call has to end
    "next": 24,  # when Python is asked again; 0 if the clock was never looked at
    "done": 32,  # how many trips of the outermost loops are done
    "total": 40,  # how many there are: Python's object
    "progress": 48,  # what is told of that; null if nothing is
    "error": 56,  # why the call has to end: three of Python's objects, which it owns
}
"""Where things lie that belong to a call, in bytes."""

WORDS: Final = PLACES["error"] // 8 + 3

LIBC: Final = "clock_gettime"
PYTHON: Final = (
    *("PyGILState_Ensure", "PyGILState_Release", "PyThread_get_thread_ident"),
    *("PyErr_CheckSignals", "PyErr_Fetch", "PyLong_FromLongLong", "PyObject_Vectorcall"),
    "Py_DecRef",
)
"""The functions of C's library and of the interpreter, which are imported by name."""

_LOOK: Final = """\
declare i32 @clock_gettime(i32, ptr)
declare i32 @PyGILState_Ensure()
declare void @PyGILState_Release(i32)
declare i64 @PyThread_get_thread_ident()
declare i32 @PyErr_CheckSignals()
declare void @PyErr_Fetch(ptr, ptr, ptr)
declare ptr @PyLong_FromLongLong(i64)
declare ptr @PyObject_Vectorcall(ptr, ptr, i64, ptr)
declare void @Py_DecRef(ptr)

; The main thread's number, and whether the interpreter is about to end.
@state = global [2 x i64] zeroinitializer

; The time, in nanoseconds since some day.
define internal i64 @now() noinline {
entry:
  %time = alloca [2 x i64]
  %status = call i32 @clock_gettime(i32 CLOCK, ptr %time)
  %parts.at = getelementptr i8, ptr %time, i64 8
  %seconds = load i64, ptr %time
  %parts = load i64, ptr %parts.at
  %whole = mul i64 %seconds, 1000000000
  %now = add i64 %whole, %parts
  ret i64 %now
}

; Say how far the call is; whether that went well.
define internal i1 @tell(ptr %watch, ptr %progress) noinline {
entry:
  %given = alloca [2 x ptr]
  %done.at = AT done
  %total.at = AT total
  %done = load i64, ptr %done.at
  %total = load ptr, ptr %total.at
  %number = call ptr @PyLong_FromLongLong(i64 %done)
  %none = icmp eq ptr %number, null
  br i1 %none, label %bad, label %call
call:
  %second = getelementptr i8, ptr %given, i64 8
  store ptr %number, ptr %given
  store ptr %total, ptr %second
  %answer = call ptr @PyObject_Vectorcall(ptr %progress, ptr %given, i64 2, ptr null)
  call void @Py_DecRef(ptr %number)
  %failed = icmp eq ptr %answer, null
  br i1 %failed, label %bad, label %good
good:
  call void @Py_DecRef(ptr %answer)
  ret i1 true
bad:
  ret i1 false
}

; A new budget; 1 if the call has to end, else 0.
define i64 @look(ptr %watch) {
entry:
  %modes = alloca [2 x i32]
  %stopped.at = AT stopped
  %next.at = AT next
  %progress.at = AT progress
  %closed.at = getelementptr i8, ptr @state, i64 8
  %stopped = load i64, ptr %stopped.at
  %over = icmp ne i64 %stopped, 0
  br i1 %over, label %stop, label %measure
measure:
  store i64 BUDGET, ptr %watch
  %now = call i64 @now()
  %next = load i64, ptr %next.at
  %new = icmp eq i64 %next, 0
  br i1 %new, label %wait, label %compare
compare:
  %early = icmp slt i64 %now, %next
  br i1 %early, label %on, label %consider
consider:
  %closed = load atomic i64, ptr %closed.at acquire, align 8
  %progress = load ptr, ptr %progress.at
  %main = load atomic i64, ptr @state monotonic, align 8
  %me = call i64 @PyThread_get_thread_ident()
  %is.main = icmp eq i64 %me, %main
  %tells = icmp ne ptr %progress, null
  %open = icmp eq i64 %closed, 0
  %cares = or i1 %is.main, %tells
  %asks = and i1 %cares, %open
  br i1 %asks, label %ask, label %wait
ask:
  ; PLAIN
  %lock = call i32 @PyGILState_Ensure()
  %locked = call i64 @now()
  %waited = sub i64 %locked, %now
  %fair = mul i64 %waited, SHARE
  %is.short = icmp slt i64 %fair, PERIOD
  %at.least = select i1 %is.short, i64 PERIOD, i64 %fair
  %is.long = icmp sgt i64 %at.least, LONGEST
  %chosen = select i1 %is.long, i64 LONGEST, i64 %at.least
  %status = call i32 @PyErr_CheckSignals()
  %quiet = icmp eq i32 %status, 0
  br i1 %quiet, label %handled, label %raised
handled:
  br i1 %tells, label %tell, label %release
tell:
  %fine = call i1 @tell(ptr %watch, ptr %progress)
  br i1 %fine, label %release, label %raised
raised:
  %type = AT error
  %value = getelementptr i8, ptr %type, i64 8
  %trace = getelementptr i8, ptr %type, i64 16
  call void @PyErr_Fetch(ptr %type, ptr %value, ptr %trace)
  store i64 1, ptr %stopped.at
  br label %release
release:
  %ends = phi i1 [false, %handled], [false, %tell], [true, %raised]
  call void @PyGILState_Release(i32 %lock)
  ; AGAIN
  br i1 %ends, label %stop, label %wait
wait:
  %pause = phi i64 [PERIOD, %measure], [PERIOD, %consider], [%chosen, %release]
  %from = call i64 @now()
  %later = add i64 %from, %pause
  store i64 %later, ptr %next.at
  br label %on
on:
  ret i64 0
stop:
  store i64 0, ptr %watch
  ret i64 1
}
"""

_ON_X86: Final = {
    "; PLAIN": """\
call void @llvm.x86.sse.stmxcsr(ptr %modes)
  %mode = load i32, ptr %modes
  %plain = and i32 %mode, -32833
  %plain.at = getelementptr i8, ptr %modes, i64 4
  store i32 %plain, ptr %plain.at
  call void @llvm.x86.sse.ldmxcsr(ptr %plain.at)""",
    "; AGAIN": "call void @llvm.x86.sse.ldmxcsr(ptr %modes)",
}
"""Bits 15 and 6 of MXCSR cleared, and as they were."""

_ON_ARM: Final = {
    "; PLAIN": """\
%mode = call i64 @llvm.aarch64.get.fpcr()
  %plain = and i64 %mode, -16777217
  call void @llvm.aarch64.set.fpcr(i64 %plain)""",
    "; AGAIN": "call void @llvm.aarch64.set.fpcr(i64 %mode)",
}
"""The same with bit 24 of FPCR."""

_DECLARED_ON_X86: Final = """\
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)
"""

_DECLARED_ON_ARM: Final = """\
declare i64 @llvm.aarch64.get.fpcr()
declare void @llvm.aarch64.set.fpcr(i64)
"""

_MODES: Final = (
    ("x86_64", _DECLARED_ON_X86, _ON_X86),
    ("aarch64", _DECLARED_ON_ARM, _ON_ARM),
)
"""What is done where on kinds of processors; on others the marks are comments."""


def look_text(machine: Machine, clock: int) -> str:
    """The module: ``look``, and what it has to know of the process at ``state``.

    Args:
        machine: What it is for.
        clock: The system's number of a clock that nobody sets.
    """
    text = _LOOK
    for kind, declared, lines in _MODES:
        if machine.triple.startswith(kind):
            text = declared + text
            for mark, line in lines.items():
                text = text.replace(mark, line)
    for name, offset in PLACES.items():
        text = text.replace(f"AT {name}\n", f"getelementptr i8, ptr %watch, i64 {offset}\n")
    numbers = {"BUDGET": BUDGET, "PERIOD": PERIOD, "SHARE": SHARE, "LONGEST": LONGEST}
    for name, number in {**numbers, "CLOCK": clock}.items():
        text = re.sub(rf"\b{name}\b", str(number), text)
    return text
