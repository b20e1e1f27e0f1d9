"""Shared settings of the test suite."""

import signal

from hypothesis import settings

settings.register_profile("clearprop", deadline=None, derandomize=True)
settings.load_profile("clearprop")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell has it for what runs behind it
    signal.signal(signal.SIGINT, signal.default_int_handler)
