"""Whether NumPy's global random state moved: a trace refuses functions that draw from it."""

from __future__ import annotations

import ctypes
import sys
from typing import Any, Final

from clearprop.errors import TraceError

_MT19937_BYTES: Final = 625 * 4
"""Key and position of the Mersenne Twister, as they lie in memory."""


def fingerprint() -> Any:
    """What changes when NumPy's global generator is drawn from (about a microsecond).

    A single ``np.random.normal`` that returns the number cached by an earlier one goes unnoticed.
    """
    module = sys.modules.get("numpy.random")
    if module is None:
        return None
    generator = module.get_bit_generator()
    if type(generator).__name__ == "MT19937":
        return ctypes.string_at(generator.ctypes.state_address, _MT19937_BYTES)
    return repr(generator.state)


def refuse_draws(before: Any) -> None:
    """Raise if the fingerprint is no longer ``before``.

    Raises:
        TraceError: As the derivative of a function that draws anew each time is not defined.
    """
    if before is not None and fingerprint() != before:
        raise TraceError(
            "the function draws from NumPy's global random state while it is traced",
            why="Each evaluation would see other numbers, so there is no derivative to speak of.",
            remedy="Draw before the call and pass the numbers in, or use a seeded "
            "np.random.default_rng(seed) made inside the function.",
        )
