"""Long loops ask now and then whether they shall go on: Ctrl-C, other signals, and progress."""

from clearprop.execute.native.polling.heads import Head
from clearprop.execute.native.polling.text import PLACES
from clearprop.execute.native.polling.watch import Progress, Watch, raise_if_stopped
from clearprop.execute.native.polling.work import is_polled, polls, trips, work

__all__ = [
    "PLACES",
    "Head",
    "Progress",
    "Watch",
    "is_polled",
    "polls",
    "raise_if_stopped",
    "trips",
    "work",
]
