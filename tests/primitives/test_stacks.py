"""Stacks: last in, first out, zeros below; push and pop are each other's transpose."""

import numpy as np
import pytest

import clearprop as cp
from clearprop.derive import batch, forward, reverse
from clearprop.errors import ClearpropError
from clearprop.execute import run
from clearprop.primitives.stacks import Stack

TEXT = """graph(x: float64, y: float64) {
  %0: stack(float64) = stack_new(shape=(), dtype=float64, depth=0)
  %1: stack(float64) = stack_push(%0, x)
  %2: stack(float64) = stack_push(%1, y)
  %3: (stack(float64), float64) = stack_pop(%2)
  %4: float64 = item(%3, index=1)
  %5: stack(float64) = item(%3, index=0)
  %6: (stack(float64), float64) = stack_pop(%5)
  %7: float64 = item(%6, index=1)
  %8: int64 = stack_height(%2)
  %9: float64 = multiply(%4, %4)
  return %9, %7, %8
}"""


def test_last_in_first_out():
    graph = cp.graph.check(cp.parse(TEXT))
    assert str(graph) == TEXT
    assert run(graph, 2.0, 5.0) == [25.0, 2.0, 2]


def test_derivatives_go_through_stacks():
    graph = cp.parse(TEXT)
    assert run(cp.graph.check(reverse(graph)), 2.0, 5.0, 10.0, 1.0) == [1.0, 100.0]
    assert run(cp.graph.check(forward(graph)), 2.0, 5.0, 1.0, 3.0) == [30.0, 1.0]
    twice = cp.graph.check(reverse(reverse(graph), graph.inputs))
    assert run(twice, 2.0, 5.0, 10.0, 1.0, 1.0, 1.0) == [0.0, 20.0]


def test_below_the_last_element_are_zeros():
    stack, top = Stack(np.zeros(2)).push(np.ones(2)).pop()
    np.testing.assert_array_equal(top, np.ones(2))
    for _ in range(3):
        stack, top = stack.pop()
        np.testing.assert_array_equal(top, np.zeros(2))
        assert stack.height == 0


def test_a_mask_speaks_of_the_leading_axes_of_every_array():
    text = """graph(x: float64[2,3], mask: bool[2]) {
  %0: stack(float64[2,3]) = stack_new(shape=(2, 3), dtype=float64, depth=0)
  %1: stack(float64[2,3]) = stack_push(%0, x)
  %2: stack(float64[2,3]) = stack_mask(%1, mask)
  %3: (stack(float64[2,3]), float64[2,3]) = stack_pop(%2)
  %4: float64[2,3] = item(%3, index=1)
  return %4
}"""
    graph = cp.graph.check(cp.parse(text))
    x, mask = np.arange(6.0).reshape(2, 3) + 1, np.array([True, False])
    np.testing.assert_array_equal(run(graph, x, mask)[0], [[1, 2, 3], [0, 0, 0]])
    np.testing.assert_array_equal(run(forward(graph), x, mask, x)[0], [[1, 2, 3], [0, 0, 0]])
    np.testing.assert_array_equal(run(reverse(graph), x, mask, x)[0], [[1, 2, 3], [0, 0, 0]])
    for flags in ((True, False), (False, True), (True, True)):
        wholes = [np.stack([v, v[::-1]]) if f else v for v, f in zip((x, mask), flags, strict=True)]
        made = cp.graph.check(batch(graph, flags, 2)[0])
        parts = [[w[i] if f else w for w, f in zip(wholes, flags, strict=True)] for i in range(2)]
        expected = [run(graph, *part)[0] for part in parts]
        np.testing.assert_array_equal(run(made, *wholes)[0], expected)
    for wrong in ("mask: int64[2]", "mask: bool[3]"):
        with pytest.raises(ClearpropError):
            cp.parse(text.replace("mask: bool[2]", wrong))


def test_stacks_add_from_the_top():
    high = Stack(0.0).push(1.0).push(2.0).push(3.0)
    low = Stack(0.0).push(10.0)
    for total in (high + low, low + high):
        found = []
        while total.height:
            total, top = total.pop()
            found.append(top)
        assert found == [13.0, 2.0, 1.0]


def test_stacks_of_stacks():
    nested = Stack(Stack(0.0)).push(Stack(0.0).push(1.0))
    rest, inner = nested.pop()
    assert inner.pop()[1] == 1.0
    assert rest.pop()[1].pop()[1] == 0.0


def test_a_high_stack_is_let_go_without_recursion():
    stack = Stack(0.0)
    for i in range(200_000):
        stack = stack.push(float(i))
    del stack


@pytest.mark.parametrize(
    "line",
    [
        "%1: float64 = stack_pop(x)",
        "%1: stack(float64) = stack_push(%0, y)",
        "%1: float64 = item(%0, index=0)",
        "%1: int64 = stack_height(x)",
        "%1: stack(float64) = stack_add(%0, x)",
        "%1: stack(float64) = add(%0, %0)",
        "%1: float64 = sin(%0)",
    ],
)
def test_wrong_types_are_refused(line):
    text = f"""graph(x: float64, y: float32) {{
  %0: stack(float64) = stack_new(shape=(), dtype=float64, depth=0)
  {line}
  return x
}}"""
    with pytest.raises(ClearpropError):
        cp.graph.check(cp.parse(text))
