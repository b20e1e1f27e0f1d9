"""Loops and branches of the graph as loops and branches of the machine code."""
