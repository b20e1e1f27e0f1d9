"""A graph as a NumPy program that stands by itself."""

from clearprop.execute.source.python.program import python_source

__all__ = ["python_source"]
