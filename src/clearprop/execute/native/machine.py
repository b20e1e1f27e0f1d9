"""The processor that code is made for: its vector width and features, never its name alone.

LLVM knows some hosts by the wrong name, so the features decide. Code can be made for less than the
host has, which is how every width is tested on one machine.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Final, Literal, final

Level = Literal["avx512", "avx2", "baseline"]

_NEEDED: Final[dict[str, frozenset[str]]] = {
    "avx512": frozenset({"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx2", "fma"}),
    "avx2": frozenset({"avx2", "fma", "f16c", "bmi2"}),
    "baseline": frozenset(),
}
_BYTES: Final = {"avx512": 64, "avx2": 32, "baseline": 16}


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
    def fma(self) -> bool:
        """Whether a multiplication and an addition round once, in hardware."""
        return self.level != "baseline"

    def lanes(self, itemsize: int) -> int:
        """How many elements of that many bytes a vector register holds."""
        return self.bytes // itemsize


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
    if not triple.startswith("x86_64"):
        return Machine("baseline", llvm.get_host_cpu_name(), _host_features().flatten(), triple)
    available = {name for name, has in _host_features().items() if has}
    wanted: list[Level] = ["avx512", "avx2", "baseline"]
    if level is not None:
        wanted = wanted[wanted.index(level) :]
    best = next(each for each in wanted if _NEEDED[each] <= available)
    if best == wanted[0] and level is None:
        return Machine(best, llvm.get_host_cpu_name(), _host_features().flatten(), triple)
    names = sorted(_NEEDED[best])
    return Machine(best, "x86-64", ",".join(f"+{name}" for name in names), triple)


def levels() -> list[Level]:
    """All levels that the host can run, the best first."""
    found: list[Level] = []
    for level in _BYTES:
        if machine(level).level == level:  # type: ignore[arg-type]
            found.append(level)
    return found


def _host_features() -> Any:
    return binding().get_host_cpu_features()


@functools.cache
def binding() -> Any:
    """LLVM, ready for the host; loaded on first use."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm
