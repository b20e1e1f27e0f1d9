"""Programs for 64-bit Arm processors, made here and run by an emulator."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from clearprop.execute.native import products
from clearprop.execute.native.epilogues import refinement
from clearprop.execute.native.fusing import Planned
from clearprop.execute.native.inlining import inlined
from clearprop.execute.native.layouts import Buffer
from clearprop.execute.native.library import compiled
from clearprop.execute.native.machine import ARM, binding
from clearprop.execute.native.module import module_texts, segments
from clearprop.execute.native.placing import placed
from clearprop.execute.native.polling import polls
from clearprop.execute.native.special import FLAG, WATCH
from clearprop.execute.native.steps import Fallback
from clearprop.graph import Graph

COMPILER: Final = shutil.which("aarch64-linux-gnu-gcc")
EMULATOR: Final = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")


@dataclass
class Made:
    """A program's object code, what it takes, what it writes, which of that each output is, and
    what else its code has to do with."""

    code: bytes
    arena_bytes: int
    given: list[np.ndarray]
    results: list[Any]
    outputs: list[int]
    flags: list[Buffer]


def made_for_arm(
    graph: Graph,
    values: Sequence[Any],
    symbol: str,
    flush: bool = False,
    bfloat16: bool = False,
) -> Made:
    """Compile a graph; its function gets that name. NumPy has to do nothing of it."""
    binding().initialize_all_targets()
    binding().initialize_all_asmprinters()
    flat = inlined(graph)
    planned = Planned(flat, flat.outputs, ARM, refinement(ARM, bfloat16))
    assert not any(isinstance(step, Fallback) for step in planned.steps)
    flags = [FLAG] * planned.checks + [WATCH] * polls(planned.steps)
    outside = [*planned.inputs, *planned.constants, *planned.outputs, *flags]
    steps = planned.steps
    places = placed(steps, outside, ARM)
    text, beside = module_texts(steps, segments(steps), places, ARM, flush)
    assert not beside
    assert not set(re.findall(r"@(\w+)\(", text)) & set(products.imports())
    constants = [np.array(x.value, order="C", ndmin=1) for x in planned.constants.values()]
    given = [*(np.ascontiguousarray(value) for value in values), *constants]
    written = list(dict.fromkeys(planned.outputs))
    results = [buffer.type for buffer in written]
    outputs = [written.index(buffer) for buffer in planned.outputs]
    code = compiled(text.replace("@segment_0(", f"@{symbol}("), ARM)
    return Made(code, places.arena_bytes, given, results, outputs, flags)


def emulated(programs: Sequence[Made], symbols: Sequence[str], at: Path) -> list[list[np.ndarray]]:
    """What the programs give, all of them run in one process."""
    lines = ["#include <stdint.h>", "#include <stdio.h>"]
    calls = []
    for program, symbol in zip(programs, symbols, strict=True):
        (at / f"{symbol}.o").write_bytes(program.code)
        lines.append(f"void {symbol}(void **, char *);")
        lines.append(_bytes(f"{symbol}_arena", max(1, program.arena_bytes)))
        names = []
        for place, array in enumerate(program.given):
            names.append(f"{symbol}_in{place}")
            lines.append(_bytes(names[-1], max(1, array.nbytes), array.tobytes()))
        writes = []
        for place, type_ in enumerate(program.results):
            names.append(f"{symbol}_out{place}")
            count = type_.size * type_.dtype.itemsize
            lines.append(_bytes(names[-1], max(1, count)))
            writes.append(f"fwrite({names[-1]}, 1, {count}, stdout);")
        around = {FLAG: "[1]", WATCH: "[1] = {INT64_MAX}"}  # no loop ever has to ask
        for buffer in program.flags:
            names.append(f"{symbol}_{'flag' if buffer is FLAG else 'watch'}")
            lines.append(f"static int64_t {names[-1]}{around[buffer]};")
        slots = ", ".join(names)
        calls.append(f"{{ void *slots[] = {{{slots}}}; {symbol}(slots, {symbol}_arena);")
        calls.append("  " + " ".join(writes) + " }")
    source = at / "main.c"
    source.write_text("\n".join([*lines, "int main(void) {", *calls, "return 0; }"]))
    objects = [str(at / f"{symbol}.o") for symbol in symbols]
    assert COMPILER is not None
    assert EMULATOR is not None
    command = [COMPILER, "-static", "-o", str(at / "main"), str(source), *objects, "-lm"]
    subprocess.run(command, check=True)
    said = subprocess.run([EMULATOR, str(at / "main")], check=True, capture_output=True).stdout
    found: list[list[np.ndarray]] = []
    start = 0
    for program in programs:
        arrays = []
        for type_ in program.results:
            array = np.frombuffer(said, type_.dtype, type_.size, start).reshape(type_.shape)
            start += array.nbytes
            arrays.append(array)
        found.append([arrays[place] for place in program.outputs])
    return found


def _bytes(name: str, count: int, content: bytes = b"") -> str:
    """Memory with a name."""
    values = f" = {{{','.join(map(str, content))}}}" if content else ""
    return f"static char {name}[{count}] __attribute__((aligned(64))){values};"
