"""Random programs that work: from choices to a program, and where the choices come from."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from tests.fuzz.program import Program, written
from tests.fuzz.statements import continue_with
from tests.fuzz.writer import NAMESPACES, SMALL, RefusedError, Scale, Writer

NAMES = ("x", "y", "z")
STATEMENTS = 10
LISTED = 24
"""Larger arguments are drawn when the program is read, not listed in it."""


def program(draw: Callable[[int], int], scale: Scale = SMALL) -> Program | None:
    """The program that these choices make; None if nothing came of them.

    Args:
        draw: ``draw(n)`` is one of 0, …, n - 1.
        scale: How large things may be.
    """
    writer = Writer(draw, [*NAMESPACES][draw(len(NAMESPACES))], {}, continue_with, scale)
    args = {name: _argument(writer) for name in NAMES[: writer.number(1, 3)]}
    for name, text in args.items():
        writer.give(name, eval(text, {"np": np}))
    try:
        for count in range(STATEMENTS):
            if count and not writer.chance(88):
                break
            continue_with(writer, 1)
    except RefusedError:  # the oracle will meet it again, and say where
        return written(writer.namespace, writer.lines, "0.0", args)
    made = [*writer.values][len(args) :]
    results = [*made[-1:], *(name for name in made[:-1] if writer.chance(30))][:3]
    if not made or not all(scale.holds(writer[name]) for name in results):
        return None
    return written(writer.namespace, writer.lines, ", ".join(results), args)


@st.composite
def programs(draw: Callable[[Any], Any]) -> Program:
    """The strategy: programs that Hypothesis draws, and shrinks."""
    made = program(lambda count: draw(_below(count)))
    assume(made is not None)
    assert made is not None
    return made


class Choices:
    """Choices drawn at random, or played again, and written down.

    Args:
        seed: What is drawn after those given; without it always 0, the simplest.
        given: The first choices, each taken modulo what it chooses from.
    """

    def __init__(self, seed: str | None = None, given: Sequence[int] = ()) -> None:
        self._random = None if seed is None else random.Random(seed)
        self._given = iter(given)
        self.made: list[int] = []

    def __call__(self, count: int) -> int:
        choice = next(self._given, None)
        if choice is None:
            choice = self._random.randrange(count) if self._random else 0
        self.made.append(choice % count)
        return self.made[-1]


@functools.cache
def _below(count: int) -> Any:
    return st.integers(0, count - 1)


def _argument(w: Writer) -> str:
    """The text of an argument: a Python float, a scalar or an array in some memory order."""
    shape, seed = w.pick(w.scale.shapes), w.number(0, 9999)
    generator = np.random.default_rng(seed)
    value = np.round(generator.uniform(-2, 2, shape), 3)
    if not shape:
        return w.pick(("{}", "np.float64({})", "np.array({})")).format(float(value))
    if not value.size:
        return f"np.zeros({shape})"
    text = f"np.array({value.tolist()})"
    if value.size > LISTED:
        text = f"np.round(np.random.default_rng({seed}).uniform(-2, 2, {shape}), 3)"
    return text if w.chance(80) else w.pick((f"np.asfortranarray({text})", f"{text}.T"))
