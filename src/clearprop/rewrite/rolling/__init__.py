"""Repeated parts of scalar code as operations on arrays."""

from clearprop.rewrite.rolling.roll import rolled

__all__ = ["rolled"]
