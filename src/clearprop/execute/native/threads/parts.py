"""What a module needs whose steps are cut into chunks: it does them one by one, or has them done.

Which chunks there are follows from shapes alone, so the code is the same for any number of threads,
and so are the results. Who works is said when the program is loaded: :data:`CREW` is null for one
thread, and else points to a function that has the chunks done, with what that function knows.
"""

from __future__ import annotations

from typing import Final

CREW: Final = "crew"
"""The name of the module's variable."""

PART: Final = "ptr %slots, ptr %arena, i64 %chunk, i64 %worker"
"""What the function of a chunk takes. A step's workers are numbered from 0 on, without gaps, and
there are no more of them than chunks, so that each may have some scratch to itself."""

CALL: Final = "call void @each_chunk("
"""How lines start that have chunks done."""


def calls(part: str, chunks: int) -> str:
    """The line that has all chunks of a step done.

    Args:
        part: The name of the function of a chunk, which takes :data:`PART`.
        chunks: How many there are.
    """
    return f"{CALL}ptr @{part}, i64 {chunks}, ptr %slots, ptr %arena)"


def dispatcher() -> str:
    """The function that such lines call, and the variable."""
    return _TEXT


_TEXT: Final = f"""\
@{CREW} = global ptr null
define internal void @each_chunk(ptr %part, i64 %count, ptr %slots, ptr %arena) noinline {{
entry:
  %crew = load ptr, ptr @{CREW}
  %alone = icmp eq ptr %crew, null
  br i1 %alone, label %next, label %together
together:
  %run = load ptr, ptr %crew
  call void %run(ptr %crew, ptr %part, i64 %count, ptr %slots, ptr %arena)
  ret void
next:
  %chunk = phi i64 [0, %entry], [%following, %next]
  call void %part(ptr %slots, ptr %arena, i64 %chunk, i64 0)
  %following = add i64 %chunk, 1
  %more = icmp ult i64 %following, %count
  br i1 %more, label %next, label %done
done:
  ret void
}}
"""
