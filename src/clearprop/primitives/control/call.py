"""A graph applied as one operation, which keeps its operands and nothing else for derivatives.

So what it computed inside is computed again when a derivative asks for it: checkpointing, the trade
of time for memory (A. Griewank, *Achieving logarithmic growth of temporal and spatial complexity in
reverse automatic differentiation*, Optimization Methods and Software 1 (1992)).

>>> import clearprop as cp, numpy as np
>>> cp.grad(cp.checkpoint(np.sin))(0.0)
1.0
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clearprop.graph import Graph, Type, tuple_of
from clearprop.primitives.bodies import (
    chosen,
    leading,
    only,
    output_types,
    present,
    require_inputs,
    slope_flags,
    spread,
)
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Control
from clearprop.primitives.plan import plan_of


def result(*types: Type, body: Graph) -> Type:
    """The types of the body's outputs."""
    require_inputs("call", body, types)
    return tuple_of(output_types(body))


def tangent(
    ops: Builder, y: Any, xs: Sequence[Sym], tangents: Sequence[Sym | None], body: Graph
) -> list[Sym | None]:
    """A call of the body's forward derivative."""
    moving = [tangent is not None for tangent in tangents]
    derived = ops.passes.forward(body, chosen(body.inputs, moving))
    found = ops.items(ops.call(*xs, *present(tangents), body=derived))
    return spread(found, slope_flags(body))


def cotangents(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], cts: Any, needed: Any, body: Graph
) -> list[Sym | None]:
    """A call of the body's reverse derivative."""
    pulled = only(body, chosen(body.outputs, cts))
    needed = leading(pulled, needed)
    derived = ops.passes.reverse(pulled, chosen(body.inputs, needed))
    found = ops.items(ops.call(*xs, *present(cts), body=derived))
    return spread(found, needed)


def batch(ops: Builder, xs: Sequence[Sym], batched: Sequence[bool], size: int, body: Graph) -> Sym:
    """A call of the body for the whole batch."""
    return ops.call(*xs, body=ops.passes.batch(body, batched, size, always=True)[0])


primitive = Control(
    "call",
    value=lambda xp, *operands, body: tuple(plan_of(body).run(operands)),
    result=result,
    formula=r"f(@0)",
    tangent=tangent,
    cotangents=cotangents,
    batch=batch,
)
