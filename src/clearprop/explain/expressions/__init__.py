"""Expressions that people type, as graphs: a grammar of our own, never Python's."""

from clearprop.explain.expressions.expression import Expression, read_expression, read_number

__all__ = ["Expression", "read_expression", "read_number"]
