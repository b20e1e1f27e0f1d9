"""The owner of a run, as LLVM's text: it shares a step, or does it alone; and the end of all.

What is written in capitals, and what follows AT, is filled in by :mod:`.text`.
"""

from __future__ import annotations

from typing import Final

OWNER: Final = """\
define void @run(ptr %crew, ptr %part, i64 %count, ptr %slots, ptr %arena) {
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
  br i1 %taken, label %alone, label %consider
consider:
  %penalty.at = AT penalty
  %rests.at = AT rests
  %rests = load i64, ptr %rests.at
  %resting = icmp ne i64 %rests, 0
  br i1 %resting, label %rather, label %share
rather:
  %rests.left = sub i64 %rests, 1
  store i64 %rests.left, ptr %rests.at
  store atomic i64 0, ptr %busy release, align 8
  br label %alone
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
  %opened = atomicrmw or ptr %gate, i64 OPEN seq_cst
  call void @call(ptr %pool, i64 %helpers)
  %start = add i64 0, 0 ; TIME
  %mine = call i64 @work(ptr %pool, i64 0)
  %middle = add i64 0, 0 ; TIME
  %at.end = atomicrmw and ptr %gate, i64 SHUT seq_cst
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
  %noted = atomicrmw or ptr %gate, i64 WAITED seq_cst
  br label %check
check:
  %still = load atomic i64, ptr %gate seq_cst, align 8
  %none = icmp eq i64 %still, WAITED
  br i1 %none, label %rested, label %rest
rest:
  call void @sleep(ptr %left)
  br label %check
rested:
  %cleared = atomicrmw and ptr %gate, i64 UNWAITED seq_cst
  br label %free
free:
  %end = add i64 0, 0 ; TIME
  %working = sub i64 %middle, %start
  %whole = sub i64 %end, %start
  %by.all = mul i64 %whole, %mine
  %by.one = mul i64 %working, %count
  %lost = icmp ugt i64 %by.all, %by.one
  %penalty = load i64, ptr %penalty.at
  %twice = shl i64 %penalty, 1
  %more.rests = or i64 %twice, 1
  %bounded = and i64 %more.rests, REST
  %fewer.rests = lshr i64 %penalty, 1
  %next.penalty = select i1 %lost, i64 %bounded, i64 %fewer.rests
  %next.rests = select i1 %lost, i64 %bounded, i64 0
  store i64 %next.penalty, ptr %penalty.at
  store i64 %next.rests, ptr %rests.at
  store atomic i64 0, ptr %busy release, align 8
  ret void
alone:
  %chunk = phi i64 [0, %entry], [0, %claim], [0, %rather], [%following, %alone]
  call void %part(ptr %slots, ptr %arena, i64 %chunk, i64 0)
  %following = add i64 %chunk, 1
  %more = icmp ult i64 %following, %count
  br i1 %more, label %alone, label %over
over:
  ret void
}

; Let all workers end, once there is no owner; who comes later works alone.
define void @close(ptr %pool) {
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
  %by = mul i64 %i, WORKER_BYTES
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
}
"""
