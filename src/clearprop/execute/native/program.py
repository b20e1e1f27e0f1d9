"""A graph as a program: native segments, and the reference for what has no native form."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final, final

import numpy as np

from clearprop.execute.native import products
from clearprop.execute.native.cache import ObjectCache
from clearprop.execute.native.donating import reuses
from clearprop.execute.native.epilogues import refinement
from clearprop.execute.native.factors import gufuncs, lapack
from clearprop.execute.native.fusing import Planned
from clearprop.execute.native.inlining import inlined
from clearprop.execute.native.inner_products import as_sums
from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.execute.native.library import assembly, load
from clearprop.execute.native.machine import Machine, machine
from clearprop.execute.native.memory import ALIGNMENT
from clearprop.execute.native.module import module_texts, segments
from clearprop.execute.native.placing import placed
from clearprop.execute.native.polling import Progress, Watch, polls, raise_if_stopped, trips
from clearprop.execute.native.refused import answered
from clearprop.execute.native.special import FLAG, WATCH
from clearprop.execute.native.steps import Fallback
from clearprop.execute.native.threads import CREW, crew
from clearprop.graph import Constant, Graph, Value

MANY_LINES: Final = 20_000
"""From this length of LLVM's text on, code is made with less effort, in time that grows with it."""

_SEGMENT: Final = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)


@final
class Program:
    """The machine code of a graph.

    Args:
        graph: The graph, simplified before.
        target: What to compile for; the host if None.
        cache: Where compiled objects are kept; None for nowhere.
        flush_denormals: Whether numbers too small to be normal count as 0.
        donated: The numbers of inputs whose memory may become an output's.
        threads: At most how many threads work on a step; the results do not depend on it, nor does
            the code.
        progress: What is told how far a long call is; it has to live as long as calls are made.
        bfloat16: Whether products of float32 round their operands to bfloat16.

    Attributes:
        graph: The graph.
        steps: What is done, in order.
        arena_bytes: How much memory intermediate results take.
        seconds: How long it took to make.
        was_cached: Whether the machine code came from the cache.
        outputs: The buffers of the outputs, and then of the values at which the guards look.
        constants: The arrays that the code reads from outside; in the table of pointers, which a
            segment takes, they stand between the inputs and the outputs.
        segment: The address of the one segment; None if there are others, or none.
        watch: What a call starts with whose loops ask whether they shall go on; None if none does.
        reused: For outputs the number of the donated input whose memory they get.
    """

    def __init__(
        self,
        graph: Graph,
        target: Machine | None = None,
        cache: ObjectCache | None = None,
        flush_denormals: bool = False,
        donated: Collection[int] = (),
        threads: int = 1,
        progress: Progress | None = None,
        bfloat16: bool = False,
    ) -> None:
        start = time.perf_counter()
        self.graph = graph
        self.machine = machine() if target is None else target
        flat = as_sums(inlined(graph))
        watched = (*flat.outputs, *(guard.value for guard in flat.guards))
        planned = Planned(flat, watched, self.machine, refinement(self.machine, bfloat16))
        self.steps = planned.steps
        self._inputs = planned.inputs
        self.outputs = planned.outputs
        self._checks = planned.checks
        self.watch = Watch(progress, trips(self.steps), cache) if polls(self.steps) else None
        around = [FLAG] * self._checks + [WATCH] * (self.watch is not None)
        outside = [*planned.inputs, *planned.constants, *planned.outputs, *around]
        self._places = placed(self.steps, outside, self.machine)
        self.arena_bytes = self._places.arena_bytes
        self._runs = segments(self.steps)
        native = [i for i, run in enumerate(self._runs) if not self._falls_back(run)]
        self._texts = module_texts(
            self.steps, self._runs, self._places, self.machine, flush_denormals
        )
        self.constants = [
            np.array(value.value, order="C", ndmin=1) for value in planned.constants.values()
        ]
        self._actions: list[Any] = []
        self.was_cached = False
        self.reused: dict[Buffer, int] = {}
        if donated and not planned.checks and not graph.guards:
            given = {planned.inputs[i]: i for i in donated}
            self.reused = reuses(self.steps, given, planned.outputs, planned.constants)
        functions: dict[str, int] = {}
        if native:
            names = [f"segment_{i}" for i in native]
            text, stretches = self._texts
            shared = [CREW] if f"@{CREW} = " in text else []
            self._library = load(
                text,
                names + shared,
                self.machine,
                imports=_imports(text),
                cache=cache,
                level=2 if text.count("\n") < MANY_LINES else 1,
                beside=stretches,
            )
            self.was_cached = self._library.was_cached
            functions = self._library.addresses
            if shared:
                ctypes.c_int64.from_address(functions[CREW]).value = crew(threads, cache)
        for number, run in enumerate(self._runs):
            if self._falls_back(run):
                self._actions.append(self.steps[run[0]])
            else:
                self._actions.append(_SEGMENT(functions[f"segment_{number}"]))
        alone = native == [0] and len(self._runs) == 1
        self.segment = functions["segment_0"] if alone else None
        self._spare = _Arenas(self.arena_bytes)
        self.seconds = time.perf_counter() - start

    @property
    def text(self) -> str:
        """The LLVM module; where there is much straight-line code, followed by that one's."""
        return "\n".join([text for text in self._texts if text])

    @property
    def code(self) -> Any:
        """What has to live as long as the machine code is called."""
        return self._library, self.constants, None if self.watch is None else self.watch.words

    @property
    def is_checked(self) -> bool:
        """Whether a step may find that it cannot be done.

        The outputs in the table are followed by a pointer to a word that says so, if there is such
        a step, and by a pointer to a copy of the words of :attr:`watch`, if there are such.
        """
        return self._checks

    def assembly(self) -> str:
        """The machine code as the processor's instructions."""
        return "".join([assembly(text, self.machine) for text in self._texts if text])

    def run(self, values: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """Compute the outputs.

        Args:
            values: An array or number per input, of its shape and dtype; arrays in C order,
                aligned, and of the native byte order.

        Returns:
            The outputs, and the values at which the guards look: arrays of their own, 0-d ones
            for single numbers.

        Raises:
            ArgumentError: If a position that is computed lies outside of its array.
            Exception: What a handler of signals raises while loops run, or the progress.
        """
        given = [np.ascontiguousarray(value) for value in values]
        made = {buffer: self._memory_for(buffer, given) for buffer in dict.fromkeys(self.outputs)}
        flag = np.zeros(1, np.int64)
        words = None if self.watch is None else self.watch.words.copy()
        around = [*([flag] if self._checks else []), *([] if words is None else [words])]
        table = [*given, *self.constants, *made.values(), *around]
        pointers = np.array([array.ctypes.data for array in table], np.uintp)
        memory = self._spare.take()
        try:
            address = memory.ctypes.data
            objects: dict[Value, Any] = {}
            for action in self._actions:
                if isinstance(action, Fallback):
                    self._by_reference(action, table, memory, objects)
                else:
                    action(pointers.ctypes.data, address)
                    if words is not None:
                        raise_if_stopped(words)
                    if self._checks and flag[0]:
                        return answered(self.graph, values)
        finally:
            self._spare.give(memory)
        results = [made[buffer] for buffer in self.outputs]
        count = len(self.graph.outputs)
        return results[:count], results[count:]

    def release(self) -> None:
        """Give up the memory that :meth:`run` keeps for its next call."""
        self._spare = _Arenas(self.arena_bytes)

    def _memory_for(self, output: Buffer, given: Sequence[Any]) -> Any:
        """Where an output is written to: a donated array apart from all others, or a new one."""
        number = self.reused.get(output)
        if number is not None and given[number].flags.writeable:
            array, others = given[number], (*given[:number], *given[number + 1 :])
            if not any(np.may_share_memory(array, other) for other in others):
                return array
        return np.empty(output.type.shape, output.type.dtype)

    def _falls_back(self, run: Sequence[int]) -> bool:
        return isinstance(self.steps[run[0]], Fallback)

    def _by_reference(
        self, step: Fallback, table: Sequence[Any], memory: Any, objects: dict[Value, Any]
    ) -> None:
        """One operation by NumPy, on the memory that native code uses."""
        operands = []
        for operand in step.operands:
            if isinstance(operand, Layout):
                array = self._array(operand, table, memory)
                keeps = step.result is None  # a stack keeps what is put there, not its memory
                operands.append((array.copy() if keeps else array)[()])
            elif isinstance(operand, Constant):
                operands.append(operand.value)
            else:
                operands.append(objects[operand])
        evaluate: Callable[..., Any] = step.node.primitive.evaluator(step.node.params)
        with np.errstate(all="ignore"):
            value = evaluate(*operands)
        if step.result is None:
            objects[step.node] = _kept(value)
        else:
            self._array(step.result, table, memory)[...] = value

    def _array(self, layout: Layout, table: Sequence[Any], memory: Any) -> Any:
        """The elements of a layout as an array over its memory."""
        item = layout.dtype.itemsize
        strides = tuple(stride * item for stride in layout.strides)
        if layout.buffer in self._places.inside:
            start = self._places.inside[layout.buffer] + layout.offset * item
            return np.ndarray(layout.shape, layout.dtype, memory, start, strides)
        array = table[self._places.outside[layout.buffer]]
        if not array.size:
            return np.empty(layout.shape, layout.dtype)
        whole = array.reshape(-1).view(layout.dtype)
        return np.ndarray(layout.shape, layout.dtype, whole, layout.offset * item, strides)


@final
class _Arenas:
    """Arenas that are used again; one per call that runs at the same time."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._free: list[Any] = []
        self._lock = threading.Lock()

    def take(self) -> Any:
        """An arena that nobody else uses: bytes, aligned."""
        with self._lock:
            if self._free:
                return self._free.pop()
        block = np.empty(self._size + ALIGNMENT, np.uint8)
        start = -block.ctypes.data % ALIGNMENT
        return block[start : start + self._size]

    def give(self, memory: Any) -> None:
        """Back for the next call."""
        with self._lock:
            self._free.append(memory)


def _imports(text: str) -> dict[str, int]:
    """The addresses of the functions from elsewhere that the text calls."""
    known: dict[str, int] = {}
    if "@blas." in text:
        known |= products.imports()
    if f"@{lapack.PREFIX}" in text:
        known |= lapack.imports()
    if f"@{gufuncs.PREFIX}" in text:
        known |= gufuncs.imports()
    return {name: at for name, at in known.items() if f"@{name}(" in text}


def _kept(value: Any) -> Any:
    """A result that is no array, free of memory that is used again."""
    if isinstance(value, tuple):
        return tuple(_kept(part) for part in value)
    return value.copy() if isinstance(value, np.ndarray) else value
