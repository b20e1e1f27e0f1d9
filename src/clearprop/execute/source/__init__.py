"""Graphs as the source of other languages: programs to read, to keep and to run elsewhere."""
