"""The command line: words to calls. It prints what the floors below compute, and nothing else.

Exit codes: 0 for success, 1 for a gradient check that failed, 2 for a mistake of the user's (one
paragraph on standard error, no traceback), 130 after Ctrl-C. Any other exception is a bug of ours
and shows its traceback.
"""

from clearprop.cli.app import main

__all__ = ["main"]
