"""Several threads on one step: its chunks handed out by a pool that needs no line of Python."""

from clearprop.execute.native.threads.parts import CALL, CREW, PART, calls, dispatcher
from clearprop.execute.native.threads.pool import available, crew

__all__ = ["CALL", "CREW", "PART", "available", "calls", "crew", "dispatcher"]
