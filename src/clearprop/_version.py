"""The version, in one place: the build, the documentation and ``clearprop --version`` read it."""

__version__ = "0.1.0"
