"""Graph → graph: derivatives in forward and reverse mode, of any order, and batches."""

from typing import Final

from clearprop.derive.passes import PASSES

batch: Final = PASSES.batch
forward: Final = PASSES.forward
jet: Final = PASSES.jet
reverse: Final = PASSES.reverse

__all__ = ["PASSES", "batch", "forward", "jet", "reverse"]
