"""A graph as a function of C that stands by itself."""

from clearprop.execute.source.c.program import CSource, c_source

__all__ = ["CSource", "c_source"]
