"""What a process has one of: made when it is first asked for, by whichever thread asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar, final

from clearprop.execute.native.cache import ObjectCache


class _Attending(Protocol):
    def attend(self) -> None: ...


T = TypeVar("T", bound=_Attending)


@final
class Shared(Generic[T]):
    """The one thing of its kind. Nothing that a result depends on is remembered here.

    Args:
        make: Makes it, given where compiled code is kept. Its ``attend`` is called once, for what
            it has to do when the process ends, and in its children.
    """

    def __init__(self, make: Callable[[ObjectCache | None], T]) -> None:
        self._make = make
        self._found: dict[str, T] = {}

    def get(self, cache: ObjectCache | None) -> T:
        """The thing; the first time it is made. No lock is held that a fork could find taken."""
        if not self._found:
            made = self._make(cache)
            if self._found.setdefault("it", made) is made:
                made.attend()
        return self._found["it"]
