"""The head of a loop's trips, where it asks whether it shall go on, as LLVM's text.

What a call may do until it looks at the clock is a budget of work, a word that lies where
:data:`WATCH` does. A loop takes from it what it is about to do, or has done; whoever finds it used
up calls the function whose address stands behind it, which gives a new budget, and says whether to
end. So loops in loops, of whatever lengths, look at the clock as often as one that stands alone.
"""

from __future__ import annotations

from typing import final

from clearprop.execute.native.bodies import Scan, While
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.polling.text import PLACES
from clearprop.execute.native.polling.work import stride, trip
from clearprop.execute.native.special import WATCH, Base


@final
class Head:
    """The head of a loop's trips.

    Args:
        writer: Where to write; the loop has not begun.
        base: Writes how a buffer's address is found.
        outermost: Whether trips are counted, for those who ask how far the call is.
    """

    def __init__(self, writer: Writer, base: Base, outermost: bool) -> None:
        self._writer = writer
        self._base = base
        self._outermost = outermost
        self._out = writer.label()
        self._before = self._load("done", self._watch()) if outermost else ""

    def of_scan(self, step: Scan, index: str) -> None:
        """Ask, once in some trips.

        Args:
            step: The loop.
            index: The number of the trip.
        """
        writer = self._writer
        apart, work = stride(step)
        following = writer.label()
        if apart > 1:
            asks = writer.label()
            place = writer.put(f"and i64 {index}, {apart - 1}")
            due = writer.put(f"icmp eq i64 {place}, 0")
            writer.do(f"br i1 {due}, label %{asks}, label %{following}")
            writer.open(asks)
        watch = self._watch()
        self._count(watch, index)
        self._spend(watch, work, following)

    def of_while(self, step: While) -> None:
        """Ask, unless the budget has some left."""
        watch = self._watch()
        if self._outermost:
            done = self._load("done", watch)
            self._store("done", watch, self._writer.put(f"add i64 {done}, 1"))
        self._spend(watch, trip(step), self._writer.label())

    def after_scan(self, step: Scan) -> None:
        """After the last trip; here a loop comes out, too, that was told to end."""
        if self._outermost:
            self._count(self._watch(), str(step.length))
        self.after()

    def after(self) -> None:
        """Where a loop comes out that was told to end."""
        self._writer.do(f"br label %{self._out}")
        self._writer.open(self._out)

    def _count(self, watch: str, index: str) -> None:
        """Note how many trips are done."""
        if self._outermost:
            done = self._writer.put(f"add i64 {self._before}, {index}")
            self._store("done", watch, done)

    def _spend(self, watch: str, work: int, following: str) -> None:
        """Take from the budget; where it is used up, ask. Then go on to that block, or out."""
        writer = self._writer
        asks = writer.label()
        left = writer.put(f"sub i64 {self._load('budget', watch)}, {work}")
        self._store("budget", watch, left)
        is_left = writer.put(f"icmp sge i64 {left}, 0")
        writer.do(f"br i1 {is_left}, label %{following}, label %{asks}")
        writer.open(asks)
        look = self._load("look", watch, "ptr")
        answer = writer.put(f"call i64 {look}(ptr {watch}) cold")
        goes_on = writer.put(f"icmp eq i64 {answer}, 0")
        writer.do(f"br i1 {goes_on}, label %{following}, label %{self._out}")
        writer.open(following)

    def _watch(self) -> str:
        return self._base(self._writer, WATCH)

    def _load(self, name: str, watch: str, type_: str = "i64") -> str:
        return self._writer.put(f"load {type_}, ptr {self._place(name, watch)}, align 8")

    def _store(self, name: str, watch: str, value: str) -> None:
        self._writer.do(f"store i64 {value}, ptr {self._place(name, watch)}, align 8")

    def _place(self, name: str, watch: str) -> str:
        if not PLACES[name]:
            return watch
        return self._writer.put(f"getelementptr i8, ptr {watch}, i64 {PLACES[name]}")
