"""Exit codes of the commands, but for 0 and the 1 of a check that failed."""

from __future__ import annotations

from typing import Final

MISUSE: Final = 2
"""For a mistake of the user's."""
INTERRUPTED: Final = 130
"""After Ctrl-C: 128 and the number of the signal, as shells have it."""
