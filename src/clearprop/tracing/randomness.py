"""Whether NumPy's global random state moved: a trace refuses functions that draw from it."""

from __future__ import annotations

import ctypes
import functools
import struct
import sys
from typing import Any, Final

from clearprop.errors import TraceError

_WORDS: Final = 624
"""Length of the Mersenne Twister's key; its position follows it in memory."""


def fingerprint() -> Any:
    """What changes when NumPy's global generator is drawn from (about a microsecond)."""
    module = sys.modules.get("numpy.random")
    if module is None:
        return None
    generator = module.get_bit_generator()
    if type(generator).__name__ == "MT19937":
        key = ctypes.string_at(generator.ctypes.state_address, 4 * (_WORDS + 1))
        return key, _kept_normal(module.mtrand._rand)
    return repr(generator.state)


def _kept_normal(state: Any) -> bytes:
    """Of the pairs of normal numbers that it draws, the second, while it is kept for later."""
    place = _place_of_kept()
    return b"" if place is None else ctypes.string_at(id(state) + place - 8, 16)


@functools.cache
def _place_of_kept() -> int | None:
    """Where in the memory of a RandomState that number lies, behind whether there is one."""
    from numpy.random import RandomState

    state = RandomState(0)
    state.normal()
    number = struct.pack("d", state.get_state(legacy=False)["gauss"])
    place = ctypes.string_at(id(state), RandomState.__basicsize__).find(number)
    return place if place >= 8 else None


def refuse_draws(before: Any) -> None:
    """Raise if the fingerprint is no longer ``before``.

    Raises:
        TraceError: As the derivative of a function that draws anew each time is not defined.
    """
    after = fingerprint()
    untouched = _is_fresh(after) if before is None else after == before
    if not untouched:
        raise TraceError(
            "the function draws from NumPy's global random state while it is traced",
            why="Each evaluation would see other numbers, so there is no derivative to speak of.",
            remedy="Draw with cp.random and a key, or before the call and pass the numbers in, or "
            "with a seeded np.random.default_rng(seed) made inside the function.",
        )


def _is_fresh(found: Any) -> bool:
    """Whether a generator that was not there before has not been drawn from either."""
    if found is None or isinstance(found, str):
        return True
    position = int.from_bytes(found[0][-4:], sys.byteorder)
    return position >= _WORDS - 1
