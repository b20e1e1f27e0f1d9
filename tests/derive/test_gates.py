"""Gates: what a choice leaves out is not part of a derivative, whatever its slopes are.

The oracle is Python's own ``if``: a function that never looks at the branch that is not taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

import clearprop as cp
from clearprop.derive import PASSES, forward, reverse
from clearprop.derive.gating import moved_ahead, moved_back
from clearprop.execute.reference import run
from clearprop.graph import Graph, Input, type_of
from clearprop.primitives import CATALOGUE, Linear, Sym
from clearprop.primitives.gates import Gate
from tests.primitives.calls import drawn

pytestmark = pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")

# Random programs --------------------------------------------------------------------------------

POINTS = (-1.0, 0.0, 1.0, 2.0)

UNARY: dict[str, Callable[[Any], Any]] = {
    "root": np.sqrt,
    "log": np.log,
    "inverse": lambda x: 1 / x,
    "sin": np.sin,
    "moved": lambda x: x - 1.0,
}

Program = list[tuple[str, int, int, int]]
"""Steps; each names earlier values by their number, modulo how many there are."""

programs = st.lists(
    st.tuples(
        st.sampled_from([*UNARY, "product", "sum", "choice", "choice", "choice"]),
        *[st.integers(0, 7)] * 3,
    ),
    min_size=2,
    max_size=9,
)


def with_where(program: Program, x: Any) -> Any:
    """Every value is computed, and ``where`` picks."""
    values = [x, x - 1.0]
    for name, i, j, k in program:
        a, b, c = (values[n % len(values)] for n in (i, j, k))
        if name == "choice":
            values.append(np.where(c > 0, a, b))
        else:
            values.append(_step(name, a, b))
    return values[-1]


def with_if(program: Program, x: Any) -> Any:
    """Only the values that are taken are computed."""

    def value(n: int) -> Any:
        if n < 2:
            return x - 1.0 if n else x
        name, *places = program[n - 2]
        i, j, k = (place % n for place in places)
        if name == "choice":
            return value(i) if value(k) > 0 else value(j)
        return _step(name, value(i), value(j) if name in ("product", "sum") else None)

    return value(len(program) + 1)


def _step(name: str, a: Any, b: Any) -> Any:
    if name == "product":
        return a * b
    return a + b if name == "sum" else UNARY[name](a)


@settings(deadline=None, max_examples=300)
@given(programs)
def test_where_agrees_with_if(program: Program) -> None:
    """First derivatives in both modes, and second ones, wherever ``if`` has finite ones."""
    for x in POINTS:
        expected = float(cp.grad(lambda x: with_if(program, x) + 0.0 * x)(x))
        if not np.isfinite(expected):
            continue
        f = lambda x: with_where(program, x) + 0.0 * x  # noqa: E731
        assert cp.grad(f)(x) == pytest.approx(expected, rel=1e-9)
        assert cp.jvp(f, (x,), (1.0,))[1] == pytest.approx(expected, rel=1e-9)
        second = float(cp.grad(cp.grad(lambda x: with_if(program, x) + x))(x))
        if np.isfinite(second):
            twice = cp.grad(cp.grad(lambda x: with_where(program, x) + x))(x)
            assert twice == pytest.approx(second, rel=1e-9)


@settings(deadline=None, max_examples=100)
@given(programs)
def test_arrays_agree_with_their_elements(program: Program) -> None:
    """Elements do not meet, so neither do their gates; through axes and sums as well."""

    def whole(x: Any) -> Any:
        return np.sum(np.reshape(with_where(program, np.reshape(x, (2, 2))), (4,))[::-1])

    x = np.array(POINTS)
    expected = [cp.grad(lambda x: with_where(program, x) + 0.0 * x)(float(e)) for e in x]
    assert_array_equal(cp.grad(lambda x: whole(x) + np.sum(0.0 * x))(x), expected)


# Through operations that move elements ----------------------------------------------------------

MOVES = {
    f"{name}-{place}": (primitive, sample)
    for name, primitive in CATALOGUE.items()
    for place, sample in enumerate(primitive.samples)
    if isinstance(primitive, Linear)
}


@pytest.mark.parametrize(("primitive", "sample"), MOVES.values(), ids=MOVES)
def test_gates_follow_the_elements(primitive: Linear, sample: Any) -> None:
    """What counts behind the operation is what its Jacobian connects, and exactly that."""
    made = drawn(primitive, sample, "float64")
    if not made.smooth:
        return
    (node,) = made.graph.nodes
    types = [x.type for x in (node, *node.operands)]
    if any(type_.form != "array" or type_.dtype.kind == "c" for type_ in types):
        return
    if not np.all(np.isin(_jacobian(made, made.moving[0]), (0, 1))):
        return  # it does more than to move and to add
    for mask in (made.generator.random(node.type.shape) < 0.5, np.zeros(node.type.shape, bool)):
        moved = _moved_back(made, mask)
        for x, found in zip(made.moving, moved, strict=True):
            assert_array_equal(found, np.any(_jacobian(made, x)[mask] != 0, axis=0))
    for x in made.moving:
        mask = made.generator.random(x.type.shape) < 0.5
        reached = _jacobian(made, x)[..., mask] != 0
        assert_array_equal(_moved_ahead(made, x, mask), np.any(reached, axis=-1))


def _moved_back(made: Any, mask: Any) -> list[Any]:
    """For each operand that moves which elements count if those in the mask do."""
    ops = PASSES.builder()
    (node,) = made.graph.nodes
    gate = Input("gate", type_of(node.type.shape, "bool"))
    xs = [Sym(ops, x) for x in node.operands]
    found = moved_back(ops, node, xs, Gate([{gate: True}]))
    assert found is not None
    wanted = [
        g.mask(ops).value for g, x in zip(found, node.operands, strict=True) if x in made.moving
    ]
    return run(Graph([*made.graph.inputs, gate], ops.nodes, wanted), *made.values, mask)


def _moved_ahead(made: Any, x: Input, mask: Any) -> Any:
    """Which elements of the result count if those of one operand in the mask do, and no others."""
    ops = PASSES.builder()
    (node,) = made.graph.nodes
    gate = Input("gate", type_of(x.type.shape, "bool"))
    masks = [Sym(ops, gate) if operand is x else None for operand in node.operands]
    found = moved_ahead(ops, node, [Sym(ops, operand) for operand in node.operands], masks)
    assert found is not None
    graph = Graph([*made.graph.inputs, gate], ops.nodes, [found.mask(ops).value])
    return run(graph, *made.values, mask)[0]


def _jacobian(made: Any, x: Input) -> Any:
    """Of the result by one operand, with the result's axes first."""
    derived = reverse(made.graph, [x])
    type_ = made.graph.nodes[0].type
    rows = np.empty((*type_.shape, *x.type.shape))
    for index in np.ndindex(type_.shape):
        unit = np.zeros(type_.shape, type_.dtype)
        unit[index] = 1
        (rows[index],) = run(derived, *made.values, unit)
    return rows


# Through other operations -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "inner",
    [
        lambda x: np.prod(np.sqrt(x)),
        lambda x: np.sqrt(x) @ np.ones(2),
        lambda x: np.linalg.det(np.diag(np.log(x))),
        lambda x: np.max(1 / x),
    ],
)
def test_a_single_truth_value_decides_over_every_operand(inner: Callable[[Any], Any]) -> None:
    f = lambda x: np.where(x[0] > 1, inner(x), x[1])  # noqa: E731
    x = np.array([0.0, 0.0])
    assert_array_equal(cp.grad(f)(x), [0.0, 1.0])
    assert_array_equal(cp.jvp(f, (x,), (np.array([0.0, 1.0]),))[1], 1.0)
    assert_array_equal(cp.hessian(f)(x), np.zeros((2, 2)))


def test_without_a_choice_nothing_is_selected() -> None:
    """Programs that choose nothing do not pay, and a choice costs one select per chain."""
    x = np.arange(1.0, 4.0)
    plain = cp.trace(lambda x: np.sum(np.sin(x) * np.exp(x)))(x)
    assert not _named(reverse(plain), "where")
    chosen = cp.trace(lambda x: np.sum(np.where(x > 0, np.sin(np.exp(np.sqrt(x))), 0.0)))(x)
    assert _named(reverse(chosen), "where") == 1
    both = cp.trace(lambda x: np.sum(np.where(x > 0, np.sin(x), np.cos(x))))(x)
    assert _named(reverse(both), "where") == 1
    assert _named(forward(both), "where") == 1


def _named(graph: Graph, name: str) -> int:
    return sum(node.primitive.name == name for node in graph.nodes)


def test_a_long_chain_of_choices_stays_cheap() -> None:
    def f(x: Any) -> Any:
        for i in range(200):
            x = np.where(x < i, np.sin(x), 1.0) * x
        return x

    graph = cp.trace(f)(0.3)
    assert len(reverse(graph).nodes) < 10 * len(graph.nodes)
    assert len(forward(graph).nodes) < 10 * len(graph.nodes)


# The algebra of gates -----------------------------------------------------------------------------

A, B, C = (Input(name, type_of((), "bool")) for name in "abc")


def test_opposite_wishes_drop_out() -> None:
    either = Gate([{A: True, B: True}]).either(Gate([{A: True, B: False}]))
    assert either == Gate([{A: True}])
    assert Gate([{A: True}]).either(Gate([{A: False}])) is None
    assert Gate([{A: True}]).both(Gate([{A: False}])) is None


def test_a_wider_gate_covers_a_narrower_one() -> None:
    assert Gate([{A: True, B: True}]).either(Gate([{A: True}])) == Gate([{A: True}])
    assert Gate([{A: True}]).both(Gate([{A: True}])) == Gate([{A: True}])


def test_opposite_gates_are_seen_to_be() -> None:
    mine, theirs = Gate([{C: True, A: True}]), Gate([{A: False, C: True}])
    assert mine.opposite(theirs) == (A, True, Gate([{C: True}]))
    assert Gate([{A: True}]).opposite(Gate([{B: False}])) is None
    assert Gate([{A: True}]).opposite(Gate([{A: True}])) is None


@given(st.lists(st.dictionaries(st.sampled_from([A, B, C]), st.booleans(), min_size=1), min_size=2))
def test_gates_are_conditions(alternatives: list[dict[Input, bool]]) -> None:
    """``either`` and ``both`` are "or" and "and", and ``mask`` says the same."""
    gates = [Gate([wishes]) for wishes in alternatives]
    opened = [_opened(gates[0].both(gates[1]), False), _opened(gates[0].either(gates[1]), True)]
    for bits in np.ndindex(2, 2, 2):
        truth = dict(zip((A, B, C), map(bool, bits), strict=True))
        first, second = (all(truth[x] == on for x, on in w.items()) for w in alternatives[:2])
        assert [is_open(truth) for is_open in opened] == [first and second, first or second]


def _opened(gate: Gate | None, otherwise: bool) -> Callable[[dict[Input, bool]], bool]:
    """Whether a gate is open, by its mask; without one it is known."""
    if gate is None:
        return lambda truth: otherwise
    ops = PASSES.builder()
    mask = gate.mask(ops).value
    graph = Graph((A, B, C), ops.nodes, [mask])
    return lambda truth: bool(run(graph, *truth.values())[0])
