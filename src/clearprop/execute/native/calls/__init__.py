"""Calls from Python without a line of Python: arguments checked, results made, by machine code."""

from clearprop.execute.native.calls.entry import Entry, chained
from clearprop.execute.native.calls.signature import (
    Fixed,
    NotDirect,
    Number,
    Output,
    Same,
    Signature,
)

__all__ = ["Entry", "Fixed", "NotDirect", "Number", "Output", "Same", "Signature", "chained"]
