"""The processor that code is made for: its vector width and features, never its name alone.

LLVM knows some hosts by the wrong name, so the features decide. Code can be made for less than the
host has, which is how every width is tested on one machine.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Final, Literal, final

Level = Literal["avx512", "avx2", "baseline", "neon"]

_NEEDED: Final[dict[str, frozenset[str]]] = {
    "avx512": frozenset({"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx2", "fma"}),
    "avx2": frozenset({"avx2", "fma", "f16c", "bmi2"}),
    "baseline": frozenset(),
    "neon": frozenset({"neon"}),
}
_BYTES: Final = {"avx512": 64, "avx2": 32, "baseline": 16, "neon": 16}

_LEVELS: Final[dict[str, tuple[Level, ...]]] = {
    "x86_64": ("avx512", "avx2", "baseline"),
    "aarch64": ("neon",),
}
"""The levels of a kind of processors, the best first."""

_ANYWHERE: Final[tuple[Level, ...]] = ("baseline",)


@final
@dataclass(frozen=True, slots=True)
class Machine:
    """What code is made for.

    Attributes:
        level: The vector instructions in use.
        cpu: LLVM's name of the processor, for its schedules.
        features: LLVM's list of features, as it wants it.
        triple: The platform.
    """

    level: Level
    cpu: str
    features: str
    triple: str

    @property
    def bytes(self) -> int:
        """The width of a vector register in bytes."""
        return _BYTES[self.level]

    @property
    def is_x86(self) -> bool:
        """Whether it is one of Intel's or AMD's."""
        return self.triple.startswith("x86_64")

    @property
    def fma(self) -> bool:
        """Whether a multiplication and an addition round once, in hardware."""
        return self.level != "baseline"

    @property
    def bfloat16(self) -> bool:
        """Whether it multiplies pairs of bfloat16 on its widest vectors."""
        return self.level == "avx512" and "+avx512bf16" in self.features.split(",")

    def lanes(self, itemsize: int) -> int:
        """How many elements of that many bytes a vector register holds."""
        return self.bytes // itemsize


ARM: Final = Machine("neon", "generic", "+neon", "aarch64-unknown-linux-gnu")
"""Any 64-bit Arm processor under Linux."""


def machine(level: Level | None = None) -> Machine:
    """The host, or the host held to fewer instructions.

    Args:
        level: The most to use; None for all that the host has.

    >>> machine("baseline").lanes(8)
    2
    """
    return _machine(level)


@functools.cache
def _machine(level: Level | None) -> Machine:
    llvm = binding()
    triple = llvm.get_process_triple()
    kind = triple.partition("-")[0]
    available = {name for name, has in _host_features().items() if has}
    known = _LEVELS.get(kind, _ANYWHERE)
    wanted = known if level is None else known[known.index(level) :]
    fitting = [each for each in wanted if _NEEDED[each] <= available]
    best: Level = fitting[0] if fitting else "baseline"
    if best == known[0] and level is None:
        return Machine(best, llvm.get_host_cpu_name(), _host_features().flatten(), triple)
    names = sorted(_NEEDED[best])
    cpu = {"x86_64": "x86-64"}.get(kind, "generic")
    return Machine(best, cpu, ",".join(f"+{name}" for name in names), triple)


def levels() -> list[Level]:
    """All levels that the host can run, the best first."""
    kind = machine().triple.partition("-")[0]
    known = _LEVELS.get(kind, _ANYWHERE)
    return [level for level in known if machine(level).level == level]


def _host_features() -> Any:
    return binding().get_host_cpu_features()


@functools.cache
def binding() -> Any:
    """LLVM, ready for the host; loaded on first use."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm
