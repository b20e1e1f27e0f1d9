"""Native code touches nothing but its buffers: each begins, or ends, at memory that cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.derive import reverse
from clearprop.execute.native.machine import levels, machine
from clearprop.execute.native.program import Program
from clearprop.graph import Graph
from clearprop.primitives import Primitive
from clearprop.primitives.samples import Sample
from tests.native.products.harness import fenced_copy, guarded
from tests.primitives.calls import drawn, each_sample


def fenced(graph: Graph, values: list[Any], at_end: bool, level: Any, threads: int = 1) -> None:
    """Run native code on fenced memory; it answers as it does on any other."""
    program = Program(graph, machine(level), threads=threads)
    if program.segment is None:  # some of it is done by NumPy
        return

    outputs = list(dict.fromkeys(program.outputs))
    made = [guarded(x.type.size, x.type.dtype.str, at_end) for x in outputs]
    memory = guarded(program.arena_bytes, "uint8", at_end)
    memory[:] = 255  # NaN wherever it is read before it is written
    flag = guarded(1, "int64", at_end)
    flag[:] = 0
    given = [fenced_copy(np.asarray(x), at_end) for x in (*values, *program.constants)]
    table = [*given, *made, flag]
    pointers = np.array([array.ctypes.data for array in table], np.uintp)
    program._actions[0](pointers.ctypes.data, memory.ctypes.data)
    found, _ = program.run(values)
    place = {buffer: i for i, buffer in enumerate(outputs)}
    for mine, buffer in zip(found, program.outputs, strict=False):
        np.testing.assert_array_equal(made[place[buffer]], mine.reshape(-1))


@each_sample
def test_every_operation_stays_within_its_arrays(primitive: Primitive, sample: Sample) -> None:
    made = drawn(primitive, sample, "float64")
    for level in levels()[:2]:
        for at_end in (True, False):
            fenced(made.graph, made.values, at_end, level)
    if made.smooth:
        cotangent = made.direction(made.slopes)
        fenced(reverse(made.graph), [*made.values, *cotangent], True, None)
