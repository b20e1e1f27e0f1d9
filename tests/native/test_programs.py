"""Native code gives what the reference gives, on programs that nobody thought of."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from tests.fuzz.campaign import CORPUS
from tests.fuzz.compiled import agree
from tests.fuzz.program import Program
from tests.fuzz.programs import Choices, program
from tests.fuzz.writer import SMALL, WIDE, Scale

SEED, PROGRAMS = 7, 150


@pytest.mark.parametrize("path", sorted(CORPUS.rglob("*.py")), ids=lambda path: path.stem)
def test_what_once_failed(path: Path) -> None:
    agree(Program(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("scale", [SMALL, WIDE], ids=["small", "wide"])
@pytest.mark.parametrize("number", range(PROGRAMS))
def test_random_programs(number: int, scale: Scale) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        made = program(Choices(f"{SEED}/{number}"), scale)
    if made is not None:
        agree(made)
