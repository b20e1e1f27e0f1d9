"""Names for a program's values: the user's own where they are known, each used once."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable
from typing import Final, final

_TAKEN: Final = frozenset({*keyword.kwlist, *keyword.softkwlist, *dir(builtins)}) | {"np"}


@final
class Names:
    """Gives out names; none twice.

    Args:
        reserved: Words that mean something already.
    """

    def __init__(self, reserved: Iterable[str] = _TAKEN) -> None:
        self._reserved = frozenset(reserved)
        self._taken = set(self._reserved)
        self._counts: dict[str, int] = {}

    def take(self, wanted: str) -> str:
        """That name made fit, or with a number behind it if it is taken.

        >>> names = Names()
        >>> names.take("p['W']"), names.take("p.W"), names.take("lambda"), names.take("2x")
        ('p_W', 'p_W_2', 'lambda_', '_2x')
        """
        stem = _fit(wanted)
        if stem in self._reserved:
            stem += "_"
        found, count = stem, 1
        while found in self._taken:
            count += 1
            found = f"{stem}_{count}"
        self._taken.add(found)
        return found

    def next(self, letter: str) -> str:
        """The letter with the next number."""
        while True:
            count = self._counts.get(letter, 0)
            self._counts[letter] = count + 1
            if f"{letter}{count}" not in self._taken:
                self._taken.add(f"{letter}{count}")
                return f"{letter}{count}"


def _fit(wanted: str) -> str:
    """The name with an underscore for each run of what no name may hold."""
    marked = "".join(c if f"_{c}".isidentifier() else " " for c in wanted)
    stem = "_".join(marked.split()) or "x"
    return stem if stem.isidentifier() else f"_{stem}"
