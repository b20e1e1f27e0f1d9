"""Products whose operands are rounded to bfloat16, where the user has asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clearprop.execute.native.steps import Multiply, Step


def in_bfloat16(steps: Sequence[Step]) -> list[Step]:
    """The steps, with all products of float32 in bfloat16; others stay."""
    return [
        replace(step, product=replace(step.product, form="rounded"))
        if isinstance(step, Multiply) and step.product.dtype == "float32"
        else step
        for step in steps
    ]
