"""Graph → graph: derivatives in forward and reverse mode, of any order."""

from clearprop.derive.forward import forward
from clearprop.derive.reverse import reverse

__all__ = ["forward", "reverse"]
