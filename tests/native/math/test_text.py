"""The text of several functions is one valid module, and lanes do not change a bit."""

import re

import numpy as np
import pytest

from clearprop.execute.native.library import load
from clearprop.execute.native.machine import Level, levels, machine
from clearprop.execute.native.math import NAMES, functions, symbol
from tests.native.math.harness import native
from tests.native.math.points import any_bits


@pytest.mark.parametrize("level", levels())
def test_all_functions_fit_into_one_module(level: Level) -> None:
    wanted = [
        (name, dtype, lanes)
        for name in NAMES
        for dtype in ("float64", "float32")
        for lanes in (1, 4)
    ]
    text = functions([*wanted, *wanted], machine(level))
    heads = re.findall(r"^(?:define internal|declare) .*?(@[\w.]+)\(", text, re.MULTILINE)
    assert len(set(heads)) == len(heads)
    assert {symbol(*each) for each in wanted} <= set(heads)
    assert not re.search(r"\b(fast|nnan|ninf|nsz|arcp|contract|afn|reassoc)\b", text)
    one = "define double @run(double %x) {\n" + (
        f"  %r = call double {symbol('sin', 'float64', 1)}(double %x)\n  ret double %r\n}}\n"
    )
    assert load(text + one, ["run"], machine(level)).addresses["run"]


@pytest.mark.parametrize("level", levels())
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", NAMES)
def test_lanes_do_not_change_a_bit(name: str, dtype: str, level: Level) -> None:
    rng = np.random.default_rng(5)
    pairs = [
        np.concatenate([any_bits(rng, dtype, 500), rng.normal(size=500).astype(dtype) * 5])
        for _ in range(2)
    ]
    operands = pairs[: NAMES[name]]
    full = machine(level).lanes(operands[0].itemsize)
    bits = f"u{operands[0].itemsize}"
    expected = native(name, dtype, full, level)(*operands)
    for lanes in {1, max(full // 2, 1), 2 * full}:
        got = native(name, dtype, lanes, level)(*operands)
        numbers = ~np.isnan(expected)
        assert (np.isnan(got) == ~numbers).all()
        assert (got.view(bits) == expected.view(bits))[numbers].all()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", NAMES)
def test_levels_with_fused_multiply_add_agree(name: str, dtype: str) -> None:
    rng = np.random.default_rng(6)
    operands = [any_bits(rng, dtype, 2000) for _ in range(NAMES[name])]
    found = [native(name, dtype, 4, level)(*operands) for level in levels() if machine(level).fma]
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])
