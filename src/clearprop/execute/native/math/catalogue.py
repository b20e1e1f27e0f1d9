"""The elementary functions by name, and the text of those that a module needs."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from clearprop.execute.native.machine import Machine
from clearprop.execute.native.math import (
    division,
    error_function,
    exponential,
    gamma,
    inverse_trigonometric,
    logarithm,
    powers,
    rounding,
    trigonometric,
)
from clearprop.execute.native.math.values import Block, Kind, Value

_ALGORITHMS: Final[tuple[Callable[..., Value], ...]] = (
    exponential.exp,
    exponential.exp2,
    exponential.expm1,
    exponential.sinh,
    exponential.cosh,
    exponential.tanh,
    exponential.sigmoid,
    logarithm.log,
    logarithm.log1p,
    logarithm.log2,
    logarithm.log10,
    logarithm.logaddexp,
    logarithm.arcsinh,
    logarithm.arccosh,
    logarithm.arctanh,
    trigonometric.sin,
    trigonometric.cos,
    trigonometric.tan,
    inverse_trigonometric.arcsin,
    inverse_trigonometric.arccos,
    inverse_trigonometric.arctan,
    inverse_trigonometric.arctan2,
    powers.power,
    powers.sqrt,
    powers.cbrt,
    powers.hypot,
    error_function.erf,
    error_function.erfinv,
    error_function.log_ndtr,
    gamma.gammaln,
    gamma.digamma,
    gamma.trigamma,
    gamma.tetragamma,
    rounding.floor,
    rounding.ceil,
    rounding.rint,
    rounding.trunc,
    rounding.absolute,
    rounding.sign,
    rounding.maximum,
    rounding.minimum,
    rounding.copysign,
    division.fmod,
    division.remainder,
    division.floor_divide,
)
_BY_NAME: Final = MappingProxyType({each.__name__: each for each in _ALGORITHMS})
_KINDS: Final[dict[str, Kind]] = {"float32": "f32", "float64": "f64"}

NAMES: Final[Mapping[str, int]] = MappingProxyType(
    {name: len(inspect.signature(each).parameters) for name, each in _BY_NAME.items()}
)
"""The functions that exist, by NumPy's names, or SciPy's, with their number of operands."""


def symbol(name: str, dtype: str, lanes: int) -> str:
    """LLVM's name of a function.

    >>> symbol("exp", "float64", 8)
    '@clearprop.exp.float64.x8'
    """
    return f"@clearprop.{name}.{dtype}.x{lanes}"


def functions(wanted: Iterable[tuple[str, str, int]], machine: Machine) -> str:
    """LLVM's text of functions with all that they call, each defined or declared once.

    LLVM's own functions (``llvm.*``) are not declared: its parser knows them. What is declared are
    functions of C's mathematical library, ``declare double @sin(double)``.

    Args:
        wanted: Names, dtypes ("float32" or "float64") and numbers of lanes; a function with 1 lane
            takes and gives plain scalars, not vectors.
        machine: What to make them for.
    """
    needed: dict[str, None] = {}
    definitions: list[str] = []
    for name, dtype, lanes in dict.fromkeys(wanted):
        text, others = _function(name, dtype, lanes, machine)
        needed.update(others)
        definitions.append(text)
    return "\n".join([*needed, *definitions, ""])


def definition(name: str, dtype: str, lanes: int, machine: Machine) -> str:
    """LLVM's text of one function with all that it calls; see `functions`."""
    return functions([(name, dtype, lanes)], machine)


@functools.cache
def _function(name: str, dtype: str, lanes: int, machine: Machine) -> tuple[str, dict[str, None]]:
    """The function, and the declarations and helping functions that it needs."""
    block, kind = Block(lanes, machine), _KINDS[dtype]
    operands = [Value(block, kind, f"%{letter}") for letter in "xy"[: NAMES[name]]]
    result = _BY_NAME[name](*operands)
    vector = block.type(kind)
    parameters = ", ".join(f"{vector} {operand.name}" for operand in operands)
    head = f"define internal {vector} {symbol(name, dtype, lanes)}({parameters})"
    lines = "\n".join([*block.lines, f"  ret {vector} {result.name}"])
    return f"{head} alwaysinline nounwind {{\n{lines}\n}}", block.needed
