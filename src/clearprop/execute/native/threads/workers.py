"""The workers, as LLVM's text: they sleep, go through the gate, take chunks, and leave.

What is written in capitals, and what follows AT, is filled in by :mod:`.text`.
"""

from __future__ import annotations

from typing import Final

WORKERS: Final = """\
declare i32 @sem_init(ptr, i32, i32)
declare i32 @sem_wait(ptr)
declare i32 @sem_post(ptr)
declare i32 @pthread_create(ptr, ptr, ptr, ptr)
declare i32 @pthread_join(i64, ptr)
declare i32 @pthread_sigmask(i32, ptr, ptr)
declare i32 @pthread_setaffinity_np(i64, i64, ptr)
declare i32 @sched_getaffinity(i32, i64, ptr)
declare i32 @sched_getcpu()

@signals = private constant [16 x i64] [SIGNALS]

; Sleep until a semaphore is posted; a signal alone does not count.
define internal void @sleep(ptr %semaphore) noinline {
entry:
  br label %again
again:
  %status = call i32 @sem_wait(ptr %semaphore)
  %interrupted = icmp ne i32 %status, 0
  br i1 %interrupted, label %again, label %done
done:
  ret void
}

; Chunks, until none is left; how many.
define internal i64 @work(ptr %pool, i64 %number) noinline {
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
  %taken = phi i64 [0, %entry], [%more, %one]
  %chunk = atomicrmw add ptr %next, i64 1 monotonic
  %some = icmp ult i64 %chunk, %count
  br i1 %some, label %one, label %done
one:
  call void %part(ptr %slots, ptr %arena, i64 %chunk, i64 %number)
  %more = add i64 %taken, 1
  br label %take
done:
  ret i64 %taken
}

define internal ptr @worker(ptr %worker) {
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
  %kept = extractvalue { i64, i1 } %mine, 1
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
  %open.bit = and i64 %before, OPEN
  %open = icmp ne i64 %open.bit, 0
  %wanted = icmp ult i64 %number, %helpers
  %inside = and i1 %open, %wanted
  br i1 %inside, label %join, label %late
join:
  ; TAKE
  %own = add i64 %number, 1
  %done = call i64 @work(ptr %pool, i64 %own)
  br label %leave
late:
  %gone.late = atomicrmw sub ptr %gate, i64 1 seq_cst
  %last.late = icmp eq i64 %gone.late, LAST
  br i1 %last.late, label %last, label %wait
leave:
  %gone = atomicrmw sub ptr %gate, i64 1 seq_cst
  %is.last = icmp eq i64 %gone, LAST
  br i1 %is.last, label %last, label %wait
last:
  %posted = call i32 @sem_post(ptr %left)
  br label %wait
end:
  ret ptr null
}

; Have so many workers, if the system gives them; signals are none of their business.
define internal void @start(ptr %pool, i64 %wanted) noinline {
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
  %by = mul i64 %i, WORKER_BYTES
  %worker = getelementptr i8, ptr %workers, i64 %by
  %wake = AT wake
  %ready = call i32 @sem_init(ptr %wake, i32 0, i32 0)
  %asleep = AT asleep
  store i64 0, ptr %asleep
  %off = AT off
  store i64 0, ptr %off
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
}

; Have a worker that is about to wake stay off the processor that wakes it: the system may put it
; there, where it would wait for its turn until there is nothing left to do.
define internal void @keep_off(ptr %worker) noinline {
entry:
  %mask = alloca [16 x i64]
  %cpu = call i32 @sched_getcpu()
  %off.at = AT off
  %off = load i64, ptr %off.at
  %here.before = zext i32 %cpu to i64
  %here = add i64 %here.before, 1
  %same = icmp eq i64 %off, %here
  %unknown = icmp ugt i32 %cpu, 1023
  %idle = or i1 %same, %unknown
  br i1 %idle, label %out, label %ask
ask:
  %asked = call i32 @sched_getaffinity(i32 0, i64 128, ptr %mask)
  %failed = icmp ne i32 %asked, 0
  br i1 %failed, label %out, label %leave
leave:
  store i64 %here, ptr %off.at
  %word = lshr i64 %here.before, 6
  %bit = and i64 %here.before, 63
  %one = shl i64 1, %bit
  %others = xor i64 %one, -1
  %word.at = getelementptr i64, ptr %mask, i64 %word
  %bits = load i64, ptr %word.at
  %left = and i64 %bits, %others
  store i64 %left, ptr %word.at
  %thread.at = AT thread
  %thread = load i64, ptr %thread.at
  %set = call i32 @pthread_setaffinity_np(i64 %thread, i64 128, ptr %mask)
  br label %out
out:
  ret void
}

; A new generation, and the first workers awake that sleep.
define internal void @call(ptr %pool, i64 %count) noinline {
entry:
  %generation = AT generation
  %workers = AT workers
  %old = atomicrmw add ptr %generation, i64 1 seq_cst
  %none = icmp eq i64 %count, 0
  br i1 %none, label %done, label %one
one:
  %i = phi i64 [0, %entry], [%following, %next]
  %by = mul i64 %i, WORKER_BYTES
  %worker = getelementptr i8, ptr %workers, i64 %by
  %asleep = AT asleep
  %taken = cmpxchg ptr %asleep, i64 1, i64 0 seq_cst seq_cst
  %slept = extractvalue { i64, i1 } %taken, 1
  br i1 %slept, label %rouse, label %next
rouse:
  call void @keep_off(ptr %worker)
  %wake = AT wake
  %status = call i32 @sem_post(ptr %wake)
  br label %next
next:
  %following = add i64 %i, 1
  %more = icmp ult i64 %following, %count
  br i1 %more, label %one, label %done
done:
  ret void
}
"""
