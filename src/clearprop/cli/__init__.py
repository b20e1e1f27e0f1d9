"""The command line: words to calls. It prints what the floors below compute, and nothing else.

Exit codes: 0 for success, 1 for a gradient check that failed, 2 for a mistake of the user's (one
paragraph on standard error, no traceback), 130 after Ctrl-C. Any other exception is a bug of ours
and shows its traceback.
"""

from __future__ import annotations

from collections.abc import Sequence

from clearprop.cli.exits import INTERRUPTED

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; see :func:`clearprop.cli.app.main`.

    The application is loaded inside, as that takes long enough for somebody to press Ctrl-C.
    """
    try:
        from clearprop.cli.app import main as run

        return run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
