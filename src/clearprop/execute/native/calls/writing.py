"""The text of an entry: arguments, results, memory, the program's segment, guards.

The interpreter's lock is given up only around long work. While it is held, nobody else can be in
the function, and its memory is free; a call that finds the memory taken gets some of its own.
"""

from __future__ import annotations

from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.calls.body import Body
from clearprop.execute.native.calls.giving import Giving
from clearprop.execute.native.calls.helpers import HELPERS
from clearprop.execute.native.calls.reading import Reading
from clearprop.execute.native.calls.signature import NotDirect, Signature, require_plain
from clearprop.execute.native.layouts import Buffer
from clearprop.execute.native.memory import ALIGNMENT
from clearprop.execute.native.polling import PLACES
from clearprop.execute.native.program import Program
from clearprop.execute.native.singles import Straight
from clearprop.execute.native.steps import Loop, Multiply, Step

LONG: Final = 30_000
"""From this much work on, in operations on one number each, other threads may run meanwhile."""

_HEAD: Final = "define ptr @entry(ptr %self, ptr %args, i64 %count, ptr %names)"
_BUSY: Final = "@busy = internal global i8 0\ndeclare void @llvm.memset.p0.i64(ptr, i8, i64, i1)\n"
_COPY: Final = "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)\n"


@final
class Writing:
    """An entry being written.

    Args:
        program: What it is the entry to.
        signature: What it is called with, and what it gives.
        unless: A context variable that has to be None.

    Attributes:
        body: The function.
        text: The module.
        kept: What has to live as long as the function.
    """

    def __init__(self, program: Program, signature: Signature, unless: Any) -> None:
        assert program.segment is not None, "a program of one segment"
        self._program = program
        self.body = Body()
        self._is_long = sum(map(_work, program.steps)) > LONG
        reading = Reading(self.body, signature)
        types = [buffer.type for buffer in program.outputs]
        giving = Giving(self.body, signature.result, types)
        self._begin(giving.count)
        self._leave_traces(unless)
        giving.allocate()
        rest = [i for i in range(len(types)) if i not in giving.arrays]
        arena, given = self._memory(program.outputs, rest)
        self._slots(reading, {**giving.arrays, **given})
        self._run(arena, reading.nested)
        if program.watch is not None:
            stopped = self.body.load("i64", "%watch", PLACES["stopped"])
            self.body.require(self.body.equal("i64", stopped, 0), "stopped")
        if program.is_checked:
            fine = self.body.equal("i64", self.body.load("i64", "%flag"), 0)
            self.body.require(fine, "refused")
        watched = range(len(types) - len(signature.outcomes), len(types))
        for place, outcome in zip(watched, signature.outcomes, strict=True):
            self._compare(given[place], outcome, types[place].dtype)
        result = giving.finish(given)
        self._release()
        self.body.do(f"ret ptr {result}")
        self._end(giving)
        self.text = _BUSY + _COPY + HELPERS + self.body.text(_HEAD)
        self.kept = (self.body.kept, self._block)

    def _begin(self, count: int) -> None:
        """Everything that is undone at the end starts as not done."""
        body = self.body
        body.local(f"[{max(count, 1)} x ptr]", "made")
        body.do(f"call void @llvm.memset.p0.i64(ptr %made, i8 0, i64 {8 * count}, i1 false)")
        if self._is_long:
            body.store("i8", "0", body.local("i8", "held"))
            body.store("ptr", "null", body.local("ptr", "extra"))

    def _leave_traces(self, unless: Any) -> None:
        """Inside a trace, ask."""
        body = self.body
        found = body.local("ptr")
        given = (f"ptr {body.object(unless)}", "ptr null", f"ptr {found}")
        status = body.call("i32", "PyContextVar_Get", *given)
        body.require(body.equal("i32", status, 0), "failed")
        value = body.load("ptr", found)
        body.call("void", "Py_DecRef", f"ptr {value}")
        body.require(body.equal("ptr", value, body.object(None)), "ask")

    def _memory(self, outputs: list[Buffer], rest: list[int]) -> tuple[str, dict[int, str]]:
        """The arena, and behind it the places of outputs that are no arrays of their own."""
        body, size = self.body, self._program.arena_bytes
        offsets = {}
        for place in rest:
            offsets[place] = size
            size += -(-max(outputs[place].bytes, 1) // ALIGNMENT) * ALIGNMENT
        self._block = np.empty(size + ALIGNMENT, np.uint8)
        start = self._block.ctypes.data
        own = body.address("arena", start + -start % ALIGNMENT)
        arena = self._taken(own, size) if self._is_long else own
        return arena, {place: body.at(arena, offset) for place, offset in offsets.items()}

    def _taken(self, own: str, size: int) -> str:
        """The function's memory, or new one if another call has it."""
        body = self.body
        mine, other, following = body.label(), body.label(), body.label()
        before = body.put("atomicrmw xchg ptr @busy, i8 1 acquire")
        body.do(f"br i1 {body.equal('i8', before, 0)}, label %{mine}, label %{other}")
        body.open(mine)
        body.store("i8", "1", "%held")
        body.do(f"br label %{following}")
        body.open(other)
        extra = body.call("ptr", "PyMem_RawMalloc", f"i64 {size + ALIGNMENT}")
        body.require(body.put(f"icmp ne ptr {extra}, null"), "exhausted")
        body.store("ptr", extra, "%extra")
        number = body.put(f"ptrtoint ptr {extra} to i64")
        ahead = body.put(f"add i64 {number}, {ALIGNMENT - 1}")
        aligned = body.put(f"inttoptr i64 {body.put(f'and i64 {ahead}, -{ALIGNMENT}')} to ptr")
        last = body.label()
        body.do(f"br label %{last}")
        body.open(last)
        body.do(f"br label %{following}")
        body.open(following)
        return body.put(f"phi ptr [{own}, %{mine}], [{aligned}, %{last}]")

    def _slots(self, reading: Reading, outputs: dict[int, str]) -> None:
        """Fill the table of pointers that the segment takes."""
        body = self.body
        inputs = dict(reading.data)
        for place, (type_, value) in reading.values.items():
            inputs[place] = body.local("i64")
            body.store(type_, value, inputs[place])
        addresses = [array.ctypes.data for array in self._program.constants]
        table = [inputs[place] for place in range(len(inputs))]
        table += [body.address(("constant", i), at) for i, at in enumerate(addresses)]
        table += [outputs[place] for place in range(len(outputs))]
        if self._program.is_checked:
            table.append(body.local("i64", "flag"))
            body.store("i64", "0", "%flag")
        if self._program.watch is not None:
            table.append(self._watched(self._program.watch.words))
        body.local(f"[{max(len(table), 1)} x ptr]", "slots")
        for place, pointer in enumerate(table):
            body.store("ptr", pointer, "%slots", 8 * place)

    def _watched(self, words: Any) -> str:
        """What loops need that ask whether they shall go on, of this call's own."""
        body = self.body
        start = body.address("watch", words.ctypes.data)
        place = body.local(f"[{words.size} x i64]", "watch")
        given = f"ptr {place}, ptr {start}, i64 {words.nbytes}, i1 false"
        body.do(f"call void @llvm.memcpy.p0.p0.i64({given})")
        return place

    def _run(self, arena: str, nested: list[str]) -> None:
        """Call the segment. Other threads may drop what is only held by a list or a dict."""
        body = self.body
        segment = body.address("segment", self._program.segment or 0)
        call = f"call void {segment}(ptr %slots, ptr {arena})"
        if not self._is_long:
            body.do(call)
            return
        for thing in nested:
            body.call("void", "Py_IncRef", f"ptr {thing}")
        state = body.call("ptr", "PyEval_SaveThread")
        body.do(call)
        body.call("void", "PyEval_RestoreThread", f"ptr {state}")
        for thing in nested:
            body.call("void", "Py_DecRef", f"ptr {thing}")

    def _compare(self, place: str, outcome: Any, dtype: np.dtype[Any]) -> None:
        """Go on if a guard sees what it saw while tracing."""
        body = self.body
        require_plain(dtype)
        expected = np.array(outcome).astype(dtype)
        if not np.array_equal(expected, outcome):
            raise NotDirect(f"a decision {outcome!r} on a {dtype}")
        count = expected.nbytes
        if count in (1, 2, 4, 8):
            type_ = f"i{8 * count}"
            bits = int.from_bytes(expected.tobytes(), "little")
            fits = body.equal(type_, body.load(type_, place), bits)
        else:
            body.kept.append(expected)
            known = body.address(("outcome", place), expected.ctypes.data)
            difference = body.call("i32", "memcmp", f"ptr {place}", f"ptr {known}", f"i64 {count}")
            fits = body.equal("i32", difference, 0)
        body.require(fits, "refused")

    def _release(self) -> None:
        """The memory is free again."""
        if not self._is_long:
            return
        body = self.body
        mine, following = body.label(), body.label()
        held = body.equal("i8", body.load("i8", "%held"), 1)
        body.do(f"br i1 {held}, label %{mine}, label %{following}")
        body.open(mine)
        body.do("store atomic i8 0, ptr @busy release, align 1")
        body.do(f"br label %{following}")
        body.open(following)
        body.call("void", "PyMem_RawFree", f"ptr {body.load('ptr', '%extra')}")

    def _end(self, giving: Giving) -> None:
        """The ways out that give no result of this function's own."""
        body = self.body
        body.open("refused")  # by a guard: the Python code would take another way
        self._release()
        giving.give_up()
        body.do("br label %ask")
        body.open("ask")
        given = ("ptr %self", "ptr %args", "i64 %count", "ptr %names")
        body.do(f"ret ptr {body.call('ptr', 'PyObject_Vectorcall', *given)}")
        if self._is_long:
            body.open("exhausted")
            body.call("ptr", "PyErr_NoMemory")
            body.do("br label %failed")
        if self._program.watch is not None:
            body.open("stopped")  # by what a handler of signals raised, or the progress
            raised = [body.load("ptr", "%watch", PLACES["error"] + 8 * i) for i in range(3)]
            body.call("void", "PyErr_Restore", *(f"ptr {each}" for each in raised))
            body.do("br label %failed")
        body.open("failed")  # and the exception is set
        self._release()
        giving.give_up()
        body.do("ret ptr null")


def _work(step: Step) -> int:
    """About how many operations on one number a step is."""
    if isinstance(step, Loop | Straight | Multiply):
        return step.work
    return LONG + 1  # a loop of the user's: nobody knows
