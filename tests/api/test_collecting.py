"""Compiling leaves Python's search for cycles as it was."""

from __future__ import annotations

import gc
from typing import Any

import pytest

import clearprop as cp


@pytest.mark.parametrize("enabled", [True, False])
def test_as_before(enabled: bool) -> None:
    seen = []

    def f(x: Any) -> Any:
        seen.append(gc.isenabled())
        return x * 2

    try:
        (gc.enable if enabled else gc.disable)()
        assert cp.compile(f)(3.0) == 6.0
        assert gc.isenabled() == enabled
        assert not any(seen)
        with pytest.raises(ZeroDivisionError):
            cp.compile(lambda x: x / (1 // 0))(1.0)
        assert gc.isenabled() == enabled
    finally:
        gc.enable()
