"""Graph → graph: derivatives in forward and reverse mode, of any order."""

from typing import Final

from clearprop.derive.passes import PASSES

forward: Final = PASSES.forward
reverse: Final = PASSES.reverse

__all__ = ["PASSES", "forward", "reverse"]
