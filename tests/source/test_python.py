"""The NumPy program of a graph runs by itself and gives what the reference gives."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.derive import forward, reverse
from clearprop.errors import UnsupportedError
from clearprop.execute import run
from clearprop.execute.source.python import python_source
from clearprop.graph import Graph, Input, Node, type_of
from clearprop.primitives import CATALOGUE, Elementwise, Primitive
from clearprop.primitives.samples import Sample, reals
from clearprop.rewrite import simplify
from tests.primitives.calls import drawn, each_sample

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*:RuntimeWarning", "ignore:.*:numpy.exceptions.ComplexWarning"
)

ULPS = 16


def function_of(text: str, title: str = "f") -> Any:
    """The program's function; the program imports NumPy and SciPy, and nothing else."""

    def only_known(name: str, *rest: Any) -> Any:
        assert name.split(".")[0] in ("numpy", "scipy", "base64", "zlib", "math", "numpy.linalg")
        return __import__(name, *rest)

    allowed = {**vars(builtins), "__import__": only_known}
    space: dict[str, Any] = {"__builtins__": allowed, "__name__": "program"}
    exec(compile(text, "program.py", "exec"), space)
    return space[title]


def assert_agrees(graph: Graph, values: list[Any]) -> str:
    text = python_source(graph)
    found = function_of(text)(*[np.asarray(value)[()] for value in values])
    found = found if len(graph.outputs) != 1 else (found,)
    expected = run(graph, *values, check_guards=False)
    for mine, other in zip(found, expected, strict=True):
        mine, other = np.asarray(mine), np.asarray(other)
        assert (mine.shape, mine.dtype) == (other.shape, other.dtype), text
        if other.dtype.kind not in "fc":
            np.testing.assert_array_equal(mine, other, text)
            continue
        size = np.abs(other[np.isfinite(other)]).max(initial=0.0)
        rounding = float(size) * float(np.finfo(other.dtype).eps) * ULPS
        np.testing.assert_allclose(mine, other, rtol=0, atol=rounding, err_msg=text)
    return text


@each_sample
def test_values_and_derivatives(primitive: Primitive, sample: Sample) -> None:
    made = drawn(primitive, sample, "float64")
    assert_agrees(made.graph, made.values)
    if made.smooth:
        direction, cotangent = made.direction(made.moving), made.direction(made.slopes)
        assert_agrees(simplify(forward(made.graph)), [*made.values, *direction])
        assert_agrees(reverse(made.graph), [*made.values, *cotangent])


@pytest.mark.parametrize("primitive", CATALOGUE.values(), ids=CATALOGUE)
def test_single_precision(primitive: Primitive) -> None:
    for sample in primitive.samples[-2:]:
        made = drawn(primitive, sample, "float32")
        assert_agrees(made.graph, made.values)
        if made.smooth:
            cotangent = made.direction(made.slopes)
            assert_agrees(simplify(reverse(made.graph)), [*made.values, *cotangent])


# Programs of users --------------------------------------------------------------------------------


def recurrence(x: Any, w: Any) -> Any:
    def step(carry: Any, u: Any) -> Any:
        position, speed = carry
        speed = speed * w + u
        return (position + speed, speed), position * u

    (position, _), path = cp.scan(step, (0.0, 1.0), x)
    return position + np.sum(path)


def growing(x: Any) -> Any:
    size = cp.while_loop(lambda y: np.sum(y) < 100.0, lambda y: y * 2 + x, x)
    return cp.cond(size[0] > 3, lambda y: np.sum(y**2), lambda y: np.sum(np.sin(y)), size)


def branching(x: Any) -> Any:
    if x[0] > 0:
        return x * 2
    return -x


def written(x: Any) -> Any:
    y = cp.numpy.zeros((3, 4))
    y[1:, ::2] = x[0]
    y[0, [1, 1, 2]] += x[1]
    return y.T @ y, np.sort(x), y[[2, 0]][:, None] - 1


def shapes(x: Any) -> Any:
    a = x.reshape(2, 3)
    b = np.stack([a, a**3])
    c = b.transpose(2, 0, 1) - x[:3, None, None] / 4
    return np.einsum("kij,kil->jl", c, c), c[::-1, 1].mean(axis=0), -((-x) ** 2) % 3


def functions(x: Any, k: int) -> Any:
    z = np.exp(1j * x) / (2 - 3j)
    y = np.where(x > 1, np.maximum(x, k), x // 2)
    return abs(z), np.tensordot(y, y, 0), ~(y > 1) & (x < 2), y.astype(np.int32) << 2


POINT = np.array([0.5, 1.5, -0.3, 2.0, 0.1, 0.7])

PROGRAMS = {
    "recurrence": (recurrence, (POINT, 0.5)),
    "gradient of a recurrence": (cp.grad(recurrence, (0, 1)), (POINT, 0.5)),
    "growing": (growing, (POINT[:3],)),
    "gradient of a while loop": (cp.grad(growing), (np.abs(POINT[:3]),)),
    "branching": (branching, (POINT,)),
    "written": (written, (POINT[:2],)),
    "shapes": (shapes, (POINT,)),
    "functions": (functions, (POINT, 1)),
    "single precision": (shapes, (POINT.astype(np.float32),)),
    "batched": (cp.vmap(growing), (np.abs(POINT).reshape(2, 3),)),
}


@pytest.mark.parametrize(("f", "args"), PROGRAMS.values(), ids=PROGRAMS)
def test_programs(f: Any, args: Any) -> None:
    traced = cp.trace(f)(*args)
    for graph in (traced, simplify(traced)):
        assert_agrees(graph, list(args))


def test_a_program_reads_like_the_users() -> None:
    def model(W: Any, b: Any, x: Any) -> Any:
        hidden = np.tanh(x @ W + b)
        return np.sum(hidden**2)

    graph = cp.trace(model)(np.ones((2, 3)), np.ones(3), np.ones((4, 2)))
    lines = [line.split("#")[0].strip() for line in python_source(graph, "model").splitlines()]
    assert "def model(W, b, x):" in lines
    assert lines[-2:] == ["hidden = np.tanh(x @ W + b)", "return np.sum(hidden ** 2.0)"]


def test_comments_are_the_users_lines() -> None:
    def f(x: Any) -> Any:
        y = np.sin(x)
        return y * y

    text = python_source(cp.trace(f)(2.0))
    assert ": y = np.sin(x)" in text
    assert ": return y * y" in text


def test_plain_numbers_stay_plain() -> None:
    f = function_of(python_source(cp.trace(lambda x: x * x)(2.0)))
    assert f(3.0).__class__ is float
    g = function_of(python_source(cp.trace(lambda x, k: x * k)(np.float32(2), 2.0)))
    assert g(np.float32(3.0), 2.0).dtype == np.float32


def test_results_are_nobody_elses() -> None:
    x = np.ones(3)
    text = python_source(cp.trace(lambda x: (x, x[1:], np.array([1.0, 2.0])))(x))
    for result in function_of(text)(x):
        result += 1
    assert x.tolist() == [1, 1, 1]


def test_other_branches_are_refused() -> None:
    f = function_of(python_source(cp.trace(branching)(POINT)))
    np.testing.assert_array_equal(f(POINT), branching(POINT))
    with pytest.raises(ValueError, match="another branch at line"):
        f(-POINT)


def test_names_are_fit_and_apart() -> None:
    kind = type_of((2,), "float64")
    inputs = [Input(name, kind) for name in ("lambda", "np", "p['a b']", "p.a b", "t0", "")]
    total: Any = inputs[0]
    nodes = []
    for x in inputs[1:]:
        total = Node(CATALOGUE["add"], (total, x), (), kind)
        nodes.append(total)
    text = python_source(Graph(inputs, nodes, [total]), "class")
    assert "def class_(lambda_, np_, p_a_b, p_a_b_2, t0, x):" in text
    assert function_of(text, "class_")(*np.ones((6, 2))).tolist() == [6, 6]


def test_large_constants_are_packed() -> None:
    table = np.linspace(0, 1, 300).reshape(100, 3).astype(np.float32)
    text = assert_agrees(cp.trace(lambda x: table * x)(np.float32(2)), [np.float32(2)])
    assert "b85decode" in text
    assert max(map(len, text.splitlines())) <= 100


def test_a_long_chain_is_cut() -> None:
    def f(x: Any) -> Any:
        for k in range(500):
            x = np.sin(x) * 0.5 + k
        return x

    text = assert_agrees(cp.trace(f)(np.ones(2)), [np.ones(2)])
    assert max(len(line.split("#")[0]) for line in text.splitlines()) <= 100


def test_an_operation_without_a_form_is_named() -> None:
    secret = Elementwise(
        "secret",
        value=lambda xp, x: x,
        partials=lambda ops, y, x: (1,),
        formula="@0",
        domain=(reals(),),
    )
    x = Input("x", type_of((), "float64"))
    node = Node(secret, (x,), (), x.type)
    with pytest.raises(UnsupportedError, match="secret has no form"):
        python_source(Graph([x], [node], [node]))
