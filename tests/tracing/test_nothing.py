"""What stands for arrays that are not known takes no memory, however large they are."""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.graph import tuple_of, type_of
from clearprop.tracing import blank, nothing
from clearprop.tracing.bind import LARGE

HUGE = type_of((10**9, 100), "float64")


def test_a_blank_is_all_zeros_and_read_only() -> None:
    number, array = blank(tuple_of((type_of((), "int32"), HUGE)))
    assert (number, number.dtype) == (0, np.int32)
    assert (array.shape, array.dtype, array.flags.c_contiguous) == ((10**9, 100), np.float64, True)
    assert not np.any(array[[0, 12345, -1]])
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1.0
    assert np.shares_memory(array[:3], blank(HUGE)[:3])


def test_what_cannot_be_addressed_is_refused() -> None:
    assert nothing.nothing(nothing.MOST + 1) is None


def test_systems_without_such_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("no memory")

    nothing._mapped.cache_clear()
    monkeypatch.setattr(mmap, "mmap", refuse)
    array = blank(type_of((LARGE,), "int8"))
    assert (array.size, array.any(), array.flags.writeable) == (LARGE, False, True)
    nothing._mapped.cache_clear()


def test_long_loops_are_traced_by_types() -> None:
    def f(x: Any) -> Any:
        return cp.scan(lambda c, _: (c * 0.5 + x, c), x, None, length=10**9)[0]

    plan = cp.compile(f).prepare(np.ones(100)).explain_plan()
    assert not plan.fallbacks
