"""Tuples, stacks, branches and loops: what holds values or graphs of its own."""
