"""``cp.compile``: functions as machine code, made at the first call with arguments of a kind."""

from clearprop.api.compiled.function import Compiled, compile

__all__ = ["Compiled", "compile"]
