"""Compiled functions against their peers: ``python -m benchmarks.compiled --help``."""
