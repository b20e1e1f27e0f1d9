"""The pool's own code, as LLVM's text: workers that sleep on semaphores, and how work is shared.

A run has one owner, the thread that called; a second one that comes meanwhile does its work alone.
The owner says what to do, opens the *gate*, wakes sleepers and takes chunks itself, as every worker
does that has come through the open gate. When no chunk is left the owner shuts the gate and waits
for those inside alone: a worker that is late finds it shut, and nobody waits for it.

The gate is one word: bit 62 while it is open, bit 61 while the owner sleeps until all have left,
and below the number of those inside.
"""

from __future__ import annotations

from typing import Final

from clearprop.execute.native.machine import Machine

SPINS: Final = 500
"""How often a worker, or an owner, looks again before it sleeps: some tens of microseconds."""

MOST: Final = 63
"""The most workers."""

# Where things lie, in bytes; what different threads write has cache lines of its own.
PLACES: Final = {
    "gate": 0,
    "next": 64,  # the first chunk that nobody has taken
    "busy": 128,  # whether there is an owner
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
WORKER: Final = {"wake": 0, "asleep": 64, "pool": 72, "number": 80, "seen": 88, "thread": 96}
WORKER_BYTES: Final = 128
BYTES: Final = PLACES["workers"] + MOST * WORKER_BYTES

IMPORTS: Final = (
    *("pthread_create", "pthread_join", "pthread_sigmask"),
    *("sem_init", "sem_wait", "sem_post"),
)
"""The functions of C's library, which are imported by name."""


def pool_text(machine: Machine) -> str:
    """The module: ``run``, which a crew's first word points to, and ``close``."""
    text = _TEXT
    if machine.triple.startswith("x86_64"):
        for mark, line in _ON_X86.items():
            text = text.replace(mark, line)
        text = _DECLARED_ON_X86 + text
    for name, offset in (*PLACES.items(), *WORKER.items()):
        base = "%pool" if name in PLACES else "%worker"
        text = text.replace(f"AT {name}\n", f"getelementptr i8, ptr {base}, i64 {offset}\n")
    signals = ", ".join(["i64 " + str(~_FAULTS), *["i64 -1"] * 15])
    return text.replace("SIGNALS", signals).replace("SPINS", str(SPINS))


_FAULTS: Final = sum(1 << (number - 1) for number in (4, 5, 7, 8, 11))
"""The signals of instructions that fail, which go to the thread that failed; workers block the
others."""

_ON_X86: Final = {
    "; PAUSE": "call void @llvm.x86.sse2.pause()",
    "; KEEP": "call void @llvm.x86.sse.stmxcsr(ptr %modes)",
    "; TAKE": "call void @llvm.x86.sse.ldmxcsr(ptr %modes)",
}
"""What other processors do without; where there is no such line, its mark is a comment."""

_DECLARED_ON_X86: Final = """\
declare void @llvm.x86.sse2.pause()
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)
"""

_TEXT: Final = f"""\
declare i32 @sem_init(ptr, i32, i32)
declare i32 @sem_wait(ptr)
declare i32 @sem_post(ptr)
declare i32 @pthread_create(ptr, ptr, ptr, ptr)
declare i32 @pthread_join(i64, ptr)
declare i32 @pthread_sigmask(i32, ptr, ptr)

@signals = private constant [16 x i64] [SIGNALS]

; Sleep until a semaphore is posted; a signal alone does not count.
define internal void @sleep(ptr %semaphore) noinline {{
entry:
  br label %again
again:
  %status = call i32 @sem_wait(ptr %semaphore)
  %interrupted = icmp ne i32 %status, 0
  br i1 %interrupted, label %again, label %done
done:
  ret void
}}

; Chunks, until none is left.
define internal void @work(ptr %pool, i64 %number) noinline {{
entry:
  %next = AT next
  %part.at = AT part
  %part = load ptr, ptr %part.at
  %slots.at = AT slots
  %slots = load ptr, ptr %slots.at
  %arena.at = AT arena
  %arena = load ptr, ptr %arena.at
  %count.at = AT count
  %count = load i64, ptr %count.at
  br label %take
take:
  %chunk = atomicrmw add ptr %next, i64 1 monotonic
  %some = icmp ult i64 %chunk, %count
  br i1 %some, label %one, label %done
one:
  call void %part(ptr %slots, ptr %arena, i64 %chunk, i64 %number)
  br label %take
done:
  ret void
}}

define internal ptr @worker(ptr %worker) {{
entry:
  %pool.at = AT pool
  %pool = load ptr, ptr %pool.at
  %number.at = AT number
  %number = load i64, ptr %number.at
  %seen.at = AT seen
  %first = load i64, ptr %seen.at
  %wake = AT wake
  %asleep = AT asleep
  %gate = AT gate
  %generation = AT generation
  %closed.at = AT closed
  %helpers.at = AT helpers
  %modes = AT modes
  %left = AT left
  br label %wait
wait:
  %seen = phi i64 [%first, %entry], [%now, %late], [%now, %leave], [%now, %last]
  br label %look
look:
  %looks = phi i64 [0, %wait], [%looked, %pause]
  %current = load atomic i64, ptr %generation acquire, align 8
  %news = icmp ne i64 %current, %seen
  br i1 %news, label %go, label %pause
pause:
  ; PAUSE
  %looked = add i64 %looks, 1
  %patient = icmp ult i64 %looked, SPINS
  br i1 %patient, label %look, label %tired
tired:
  store atomic i64 1, ptr %asleep seq_cst, align 8
  %changed = load atomic i64, ptr %generation seq_cst, align 8
  %missed = icmp ne i64 %changed, %seen
  br i1 %missed, label %stay, label %rest
stay:
  %mine = cmpxchg ptr %asleep, i64 1, i64 0 seq_cst seq_cst
  %kept = extractvalue {{ i64, i1 }} %mine, 1
  br i1 %kept, label %go, label %rest
rest:
  call void @sleep(ptr %wake)
  br label %go
go:
  %now = load atomic i64, ptr %generation acquire, align 8
  %closed = load atomic i64, ptr %closed.at acquire, align 8
  %over = icmp ne i64 %closed, 0
  br i1 %over, label %end, label %enter
enter:
  %before = atomicrmw add ptr %gate, i64 1 seq_cst
  %helpers = load i64, ptr %helpers.at
  %open.bit = and i64 %before, {1 << 62}
  %open = icmp ne i64 %open.bit, 0
  %wanted = icmp ult i64 %number, %helpers
  %inside = and i1 %open, %wanted
  br i1 %inside, label %join, label %late
join:
  ; TAKE
  %own = add i64 %number, 1
  call void @work(ptr %pool, i64 %own)
  br label %leave
late:
  %gone.late = atomicrmw sub ptr %gate, i64 1 seq_cst
  %last.late = icmp eq i64 %gone.late, {(1 << 61) + 1}
  br i1 %last.late, label %last, label %wait
leave:
  %gone = atomicrmw sub ptr %gate, i64 1 seq_cst
  %is.last = icmp eq i64 %gone, {(1 << 61) + 1}
  br i1 %is.last, label %last, label %wait
last:
  %posted = call i32 @sem_post(ptr %left)
  br label %wait
end:
  ret ptr null
}}

; Have so many workers, if the system gives them; signals are none of their business.
define internal void @start(ptr %pool, i64 %wanted) noinline {{
entry:
  %old = alloca [16 x i64]
  %started.at = AT started
  %generation.at = AT generation
  %workers = AT workers
  %left = AT left
  %there = load i64, ptr %started.at
  %enough = icmp uge i64 %there, %wanted
  br i1 %enough, label %out, label %prepare
prepare:
  %masked = call i32 @pthread_sigmask(i32 2, ptr @signals, ptr %old)
  %generation = load i64, ptr %generation.at
  %is.first = icmp eq i64 %there, 0
  br i1 %is.first, label %make, label %one
make:
  %made = call i32 @sem_init(ptr %left, i32 0, i32 0)
  br label %one
one:
  %i = phi i64 [%there, %prepare], [%there, %make], [%following, %next]
  %by = mul i64 %i, {WORKER_BYTES}
  %worker = getelementptr i8, ptr %workers, i64 %by
  %wake = AT wake
  %ready = call i32 @sem_init(ptr %wake, i32 0, i32 0)
  %asleep = AT asleep
  store i64 0, ptr %asleep
  %pool.at = AT pool
  store ptr %pool, ptr %pool.at
  %number = AT number
  store i64 %i, ptr %number
  %seen = AT seen
  store i64 %generation, ptr %seen
  %thread = AT thread
  %status = call i32 @pthread_create(ptr %thread, ptr null, ptr @worker, ptr %worker)
  %fine = icmp eq i32 %status, 0
  br i1 %fine, label %next, label %done
next:
  %following = add i64 %i, 1
  store i64 %following, ptr %started.at
  %more = icmp ult i64 %following, %wanted
  br i1 %more, label %one, label %done
done:
  %restored = call i32 @pthread_sigmask(i32 2, ptr %old, ptr null)
  br label %out
out:
  ret void
}}

; A new generation, and the first workers awake that sleep.
define internal void @call(ptr %pool, i64 %count) noinline {{
entry:
  %generation = AT generation
  %workers = AT workers
  %old = atomicrmw add ptr %generation, i64 1 seq_cst
  %none = icmp eq i64 %count, 0
  br i1 %none, label %done, label %one
one:
  %i = phi i64 [0, %entry], [%following, %next]
  %by = mul i64 %i, {WORKER_BYTES}
  %worker = getelementptr i8, ptr %workers, i64 %by
  %asleep = AT asleep
  %taken = cmpxchg ptr %asleep, i64 1, i64 0 seq_cst seq_cst
  %slept = extractvalue {{ i64, i1 }} %taken, 1
  br i1 %slept, label %rouse, label %next
rouse:
  %wake = AT wake
  %status = call i32 @sem_post(ptr %wake)
  br label %next
next:
  %following = add i64 %i, 1
  %more = icmp ult i64 %following, %count
  br i1 %more, label %one, label %done
done:
  ret void
}}

define void @run(ptr %crew, ptr %part, i64 %count, ptr %slots, ptr %arena) {{
entry:
  %pool.at = getelementptr i8, ptr %crew, i64 8
  %pool = load ptr, ptr %pool.at
  %most.at = getelementptr i8, ptr %crew, i64 16
  %most = load i64, ptr %most.at
  %closed.at = AT closed
  %busy = AT busy
  %closed = load atomic i64, ptr %closed.at acquire, align 8
  %shut = icmp ne i64 %closed, 0
  br i1 %shut, label %alone, label %claim
claim:
  %owner = atomicrmw xchg ptr %busy, i64 1 acquire
  %taken = icmp ne i64 %owner, 0
  br i1 %taken, label %alone, label %share
share:
  %others = sub i64 %count, 1
  %few = icmp ult i64 %others, %most
  %wanted = select i1 %few, i64 %others, i64 %most
  call void @start(ptr %pool, i64 %wanted)
  %started.at = AT started
  %started = load i64, ptr %started.at
  %fewer = icmp ult i64 %started, %wanted
  %helpers = select i1 %fewer, i64 %started, i64 %wanted
  %part.at = AT part
  store ptr %part, ptr %part.at
  %slots.at = AT slots
  store ptr %slots, ptr %slots.at
  %arena.at = AT arena
  store ptr %arena, ptr %arena.at
  %count.at = AT count
  store i64 %count, ptr %count.at
  %helpers.at = AT helpers
  store i64 %helpers, ptr %helpers.at
  %modes = AT modes
  ; KEEP
  %next.at = AT next
  store atomic i64 0, ptr %next.at monotonic, align 8
  %gate = AT gate
  %opened = atomicrmw or ptr %gate, i64 {1 << 62} seq_cst
  call void @call(ptr %pool, i64 %helpers)
  call void @work(ptr %pool, i64 0)
  %at.end = atomicrmw and ptr %gate, i64 {~(1 << 62)} seq_cst
  br label %look
look:
  %looks = phi i64 [0, %share], [%looked, %pause]
  %inside = load atomic i64, ptr %gate acquire, align 8
  %empty = icmp eq i64 %inside, 0
  br i1 %empty, label %free, label %pause
pause:
  ; PAUSE
  %looked = add i64 %looks, 1
  %patient = icmp ult i64 %looked, SPINS
  br i1 %patient, label %look, label %tired
tired:
  %left = AT left
  %noted = atomicrmw or ptr %gate, i64 {1 << 61} seq_cst
  br label %check
check:
  %still = load atomic i64, ptr %gate seq_cst, align 8
  %none = icmp eq i64 %still, {1 << 61}
  br i1 %none, label %rested, label %rest
rest:
  call void @sleep(ptr %left)
  br label %check
rested:
  %cleared = atomicrmw and ptr %gate, i64 {~(1 << 61)} seq_cst
  br label %free
free:
  store atomic i64 0, ptr %busy release, align 8
  ret void
alone:
  %chunk = phi i64 [0, %entry], [0, %claim], [%following, %alone]
  call void %part(ptr %slots, ptr %arena, i64 %chunk, i64 0)
  %following = add i64 %chunk, 1
  %more = icmp ult i64 %following, %count
  br i1 %more, label %alone, label %over
over:
  ret void
}}

; Let all workers end, once there is no owner; who comes later works alone.
define void @close(ptr %pool) {{
entry:
  %closed = AT closed
  %busy = AT busy
  %started.at = AT started
  %workers = AT workers
  store atomic i64 1, ptr %closed seq_cst, align 8
  br label %claim
claim:
  %owner = atomicrmw xchg ptr %busy, i64 1 acquire
  %taken = icmp ne i64 %owner, 0
  br i1 %taken, label %wait, label %rouse
wait:
  ; PAUSE
  br label %claim
rouse:
  %started = load i64, ptr %started.at
  call void @call(ptr %pool, i64 %started)
  %none = icmp eq i64 %started, 0
  br i1 %none, label %done, label %one
one:
  %i = phi i64 [0, %rouse], [%following, %one]
  %by = mul i64 %i, {WORKER_BYTES}
  %worker = getelementptr i8, ptr %workers, i64 %by
  %thread.at = AT thread
  %thread = load i64, ptr %thread.at
  %joined = call i32 @pthread_join(i64 %thread, ptr null)
  %following = add i64 %i, 1
  %more = icmp ult i64 %following, %started
  br i1 %more, label %one, label %done
done:
  store i64 0, ptr %started.at
  store atomic i64 0, ptr %busy release, align 8
  ret void
}}
"""
