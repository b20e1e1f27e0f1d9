"""``Compiled.source``: every kind of it, and what it says where there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import ArgumentError, UnsupportedError


def doubled(x: Any, k: float) -> Any:
    y = np.sin(x) * 2
    return y * k


def test_every_kind() -> None:
    f = cp.compile(doubled)
    f(np.ones(3), 2.0)
    assert "def doubled(x, k):" in f.source("python")
    assert "y = np.sin(x) * 2.0" in f.source("python")
    assert "#define DOUBLED_SCRATCH" in f.source("c")
    assert "define" in f.source("llvm")
    assert f.source("asm")


def test_the_line_of_the_call_is_no_comment() -> None:
    slopes = (f := cp.compile(cp.grad(lambda x: np.sum(np.sin(x)))))(np.ones(3))
    assert slopes.shape == (3,)
    assert f.source("python").endswith("    return np.cos(x)\n")
    assert "slopes" not in f.source("c")


def test_derivatives_say_of_which_line_they_are() -> None:
    def f(x: Any) -> Any:
        y = np.sin(x) * 2
        return np.sum(y * y)

    text = cp.compile(cp.grad(f)).prepare(np.ones(3)).source("python")
    assert "y = np.sin(x) * 2" in text
    assert "adjoint of" in text


def test_there_is_no_other_kind() -> None:
    f = cp.compile(doubled).prepare(np.ones(3), 2.0)
    with pytest.raises(ArgumentError, match='"python", "c", "llvm" or "asm"'):
        f.source("fortran")


def test_what_c_has_no_form_for() -> None:
    f = cp.compile(lambda x: np.linalg.svd(x, full_matrices=False).S).prepare(np.eye(2))
    assert "np.linalg.svd(x, full_matrices=False)" in f.source("python")
    with pytest.raises(UnsupportedError, match="svd has no form as C's text"):
        f.source("c")
