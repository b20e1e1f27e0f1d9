"""Explanations: spec C3 to every digit, arrays, text, plain data, pictures and notebook pages."""

from __future__ import annotations

import inspect
import io
import json
import math
import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.errors import ArgumentError, DtypeError, ExplainError, GuardError, ShapeError
from clearprop.explain import chain, function
from clearprop.explain.numbers.formulas import expression, latex_name, number_text
from clearprop.explain.numbers.jacobians import edge_derivative, edge_element
from clearprop.explain.numbers.local import local_of
from clearprop.explain.numbers.naming import names_of
from clearprop.explain.numbers.results import one_by_one
from clearprop.graph import Node
from clearprop.primitives import CATALOGUE
from tests.primitives.calls import call


def worked(a: Any, b: Any) -> Any:
    c = a + b
    d = b + 1
    e = c * d
    return e


C3: dict[str, Any] = {
    "value": 6.0,
    "nodes": [
        {"name": "a", "value": 2.0, "forward": {"a": 1.0, "b": 0.0}, "reverse": 2.0},
        {"name": "b", "value": 1.0, "forward": {"a": 0.0, "b": 1.0}, "reverse": 5.0},
        {
            **{"name": "c", "expression": "a + b", "value": 3.0},
            **{"forward": {"a": 1.0, "b": 1.0}, "reverse": 2.0},
        },
        {
            **{"name": "d", "expression": "b + 1", "value": 2.0},
            **{"forward": {"a": 0.0, "b": 1.0}, "reverse": 3.0},
        },
        {
            **{"name": "e", "expression": "c * d", "value": 6.0},
            **{"forward": {"a": 2.0, "b": 5.0}, "reverse": 1.0},
        },
    ],
    "edges": [
        {"from": "a", "to": "c", "partial": 1.0},
        {"from": "b", "to": "c", "partial": 1.0},
        {"from": "b", "to": "d", "partial": 1.0},
        {"from": "c", "to": "e", "partial": 2.0},
        {"from": "d", "to": "e", "partial": 3.0},
    ],
    "gradient": {"a": 2.0, "b": 5.0},
    "paths": {"a": 1, "b": 2},
    "cost": {
        "forward": {"multiplications": 10, "additions": 4},
        "reverse": {"multiplications": 5, "additions": 1},
        "paths_unfactored": {"multiplications": 3, "additions": 1},
        "paths_factored": {"multiplications": 3, "additions": 1},
    },
}


def test_the_worked_example_to_every_digit() -> None:
    found = function(worked, 2.0, 1.0).to_dict()
    assert found == C3
    assert json.loads(json.dumps(found)) == C3
    assert all("expression" not in node for node in found["nodes"][:2])
    numbers = [found["value"], *(node["reverse"] for node in found["nodes"])]
    assert all(type(number) is float for number in numbers)


def test_a_graph_is_explained_like_its_function() -> None:
    graph = cp.parse(str(cp.trace(worked)(0.0, 0.0)))
    found = function(graph, 2.0, 1.0).to_dict()
    assert found["gradient"] == C3["gradient"]
    assert [node["name"] for node in found["nodes"]] == ["a", "b", "v1", "v2", "v3"]
    assert [node.get("expression") for node in found["nodes"]][2:] == ["a + b", "b + 1", "v1 * v2"]


def test_lines_scopes_and_formulas() -> None:
    def f(x: Any) -> Any:
        with cp.name_scope("hidden"):
            y_1 = x * -2.0
        return y_1 / x

    explanation = function(f, 3.0)
    first = inspect.getsourcelines(f)[1]
    entry = explanation.node("y_1")
    assert entry.location is not None
    assert (entry.location.line, entry.scope) == (first + 2, "hidden")
    assert entry.expression == "x * (-2)"
    assert entry.latex == r"y_{1} = x \cdot \left(-2\right)"
    assert explanation.nodes[-1].latex == r"v_{1} = \frac{y_{1}}{x}"
    assert explanation.node("x").location is None


@pytest.mark.parametrize(
    ("f", "args", "expected"),
    [
        (lambda x: x**2, (3.0,), "x**2"),
        (lambda x: -x, (3.0,), "-x"),
        (lambda x: abs(x), (3.0,), "abs(x)"),
        (lambda x: cnp.sin(x), (3.0,), "sin(x)"),
        (lambda x: cnp.maximum(x, -0.5), (3.0,), "maximum(x, -0.5)"),
        (lambda x: (x > 1) & (x < 2), (3.0,), "v1 & v2"),
        (lambda A, x: A @ x, (np.eye(2), np.ones(2)), "A @ x"),
        (lambda x: x[1:3], (np.ones(4),), "x[1:3]"),
        (lambda x: x[::2], (np.ones(4),), "x[::2]"),
        (lambda x: x.T, (np.ones((2, 3)),), "x.T"),
        (lambda x: x.reshape(3, 2), (np.ones((2, 3)),), "reshape(x, (3, 2))"),
        (lambda x: x.sum(axis=0), (np.ones((2, 3)),), "sum(x, axis=0)"),
        (lambda x: x.sum(), (np.ones((2, 3)),), "sum(x)"),
        (lambda x: x * np.array([1.0, 0.5]), (np.ones(2),), "x * [1, 0.5]"),
    ],
)
def test_expressions_are_written_as_one_would_type_them(f: Any, args: Any, expected: str) -> None:
    graph = cp.trace(f)(*args)
    names = names_of(graph)
    (value,) = graph.outputs
    assert isinstance(value, Node)
    assert expression(value, lambda x: names.get(x) or number_text(x.value)) == expected  # type: ignore[union-attr]


def test_names_in_latex() -> None:
    assert latex_name("lambda") == r"\lambda"
    assert latex_name("params['w']") == r"\mathtt{params['w']}"
    assert latex_name("-1.5") == "-1.5"
    assert latex_name("inf") == r"\infty"


def test_a_name_used_twice_gets_a_number() -> None:
    def f(x: Any) -> Any:
        for _ in range(3):
            x = x * 2.0
        return x

    assert [entry.name for entry in function(f, 1.0).nodes] == ["x", "x_2", "x_3", "x_4"]


def test_one_instruction_with_several_nodes_names_the_last() -> None:
    def f(x: Any, b: Any) -> Any:
        z = x + b
        return z.sum()

    names = [(n.name, n.expression) for n in function(f, np.ones(2), 1.0).nodes]
    assert names[2:4] == [("v1", "broadcast(b, (2,))"), ("z", "x + v1")]


# Arrays ------------------------------------------------------------------------------------------


def network(W: Any, x: Any) -> Any:
    z = W @ x
    h = z * z
    y = h.sum()
    return y


W, X = np.array([[0.1, 0.2, 0.3], [-0.4, 0.5, 0.6]]), np.array([1.0, 2.0, -1.0])


def test_edges_between_arrays_have_shape_and_norm() -> None:
    explanation = function(network, W, X)
    partial = explanation.edge("W", "z").partial
    assert (partial.of, partial.by, partial.shape) == ((2,), (2, 3), (2, 2, 3))
    assert partial.norm == pytest.approx(math.sqrt(2) * np.linalg.norm(X))
    assert explanation.edge("x", "z").to_dict() == {
        "from": "x",
        "to": "z",
        "partial": {"shape": [2, 3], "norm": pytest.approx(np.linalg.norm(W))},
    }
    whole = cp.jacobian(lambda W: W @ X)(W)
    assert explanation.node("z").forward["W"].norm == pytest.approx(np.linalg.norm(whole))
    assert explanation.node("z").forward["x"].norm == pytest.approx(np.linalg.norm(W))
    np.testing.assert_allclose(explanation.gradient["W"], cp.grad(network)(W, X))


def test_the_chain_of_a_single_element() -> None:
    element = function(network, W, X).edge("x", "z").element(1, 2)
    assert (element.partial, element.behind) == (0.6, pytest.approx(2 * (W @ X)[1]))
    assert element.contribution == element.partial * element.behind
    assert str(element).startswith("∂y/∂z[1] · ∂z[1]/∂x[2] = ")
    assert function(network, W, X).edge("W", "z").element(1, (1, 0)).partial == 1.0
    assert function(network, W, X).edge("W", "z").element(1, (0, 0)).partial == 0.0
    with pytest.raises(ShapeError, match=r"x of shape \(3,\) has no element \[3\]"):
        function(network, W, X).edge("x", "z").element(0, 3)


def test_derivatives_by_one_element_of_an_array() -> None:
    explanation = function(network, W, X, wrt=["x[2]", "W[0,1]"])
    assert list(explanation.gradient) == ["x[2]", "W[0,1]"]
    np.testing.assert_allclose(explanation.node("z").forward["x[2]"], W[:, 2])
    np.testing.assert_allclose(explanation.node("z").forward["W[0,1]"], [2.0, 0.0])
    assert explanation.gradient["x[2]"] == pytest.approx(cp.grad(network, 1)(W, X)[2])


def test_one_output_among_several() -> None:
    def f(x: Any) -> Any:
        return {"first": x * x, "second": [x[0], x * 3.0]}

    x = np.array([2.0, 5.0])
    assert dict(function(f, x, output=(0, 1)).expand().gradient) == {"x[0]": 0.0, "x[1]": 10.0}
    assert dict(function(f, x, output=(2, 0)).expand().gradient) == {"x[0]": 3.0, "x[1]": 0.0}
    np.testing.assert_array_equal(function(f, x, output=1).gradient["x"], [1.0, 0.0])
    with pytest.raises(ExplainError, match=r"shape \(2,\).*output=\(0, 0\)"):
        function(f, x)
    with pytest.raises(ArgumentError, match="no output 7"):
        function(f, x, output=7)


@pytest.mark.parametrize("name", CATALOGUE)
def test_norms_and_elements_of_every_operation_against_the_whole_jacobian(name: str) -> None:
    for number, sample in enumerate(CATALOGUE[name].samples):
        operands = [draw.draw(np.random.default_rng(number)) for draw in sample.operands]
        made = one_by_one(call(CATALOGUE[name], operands, sample.params).graph)
        for node in made.nodes:
            assert_local_derivative(node, made.inputs, operands)


def assert_local_derivative(node: Node, inputs: Any, operands: list[Any]) -> None:
    type_, local = node.type, local_of(node)
    result = node.primitive.evaluator(node.params)(*operands)
    for slot, carries in enumerate(local.carries):
        if not carries:
            continue
        rows = []
        for index in np.ndindex(type_.shape):
            unit = np.zeros(type_.shape)
            unit[index] = 1
            rows.append(np.asarray(local.pull(operands, result, unit)[slot]))
        whole = np.array(rows).reshape((*type_.shape, *inputs[slot].type.shape))
        found = edge_derivative(local, operands, result, slot)
        if isinstance(found, float):
            assert found == whole
            continue
        assert found.shape == whole.shape
        assert found.norm == pytest.approx(np.linalg.norm(whole), rel=1e-12)
        if whole.size:
            place = (type_.shape and (0,) * len(type_.shape)) or ()
            last = tuple(length - 1 for length in inputs[slot].type.shape)
            element = edge_element(local, operands, result, slot, (place, last))
            assert element == whole[(*place, *last)]


# What cannot be asked ----------------------------------------------------------------------------


def test_questions_without_an_answer() -> None:
    with pytest.raises(DtypeError, match=r"no argument of worked is a float.*Write 2\.0"):
        function(worked, 2, 1)
    with pytest.raises(ExplainError, match="depends on no argument"):
        function(lambda x: 3.0, 1.0)
    with pytest.raises(ArgumentError, match=r"no input 'z'.*There are a, b"):
        function(worked, 2.0, 1.0, wrt="z")
    with pytest.raises(ArgumentError, match=r"no element \[7\]"):
        function(network, W, X, wrt="x[7]")
    with pytest.raises(ArgumentError, match=r"no node 'z'.*a, b, c, d, e"):
        function(worked, 2.0, 1.0).node("z")
    with pytest.raises(ArgumentError, match="no edge from 'a' to 'd'"):
        function(worked, 2.0, 1.0).edge("a", "d")
    with pytest.raises(ArgumentError, match="2 inputs, not 1"):
        function(cp.trace(worked)(2.0, 1.0), 2.0)
    with pytest.raises(DtypeError, match="complex"):
        function(lambda x: cnp.abs(x * 1j), 2.0)


def test_a_graph_at_a_point_of_another_branch() -> None:
    graph = cp.trace(lambda x: x * 2 if x > 0 else x)(1.0)
    with pytest.raises(GuardError):
        function(graph, -1.0)


def test_integers_are_held() -> None:
    explanation = function(lambda x, n: x * n, 2.0, 3)
    assert dict(explanation.gradient) == {"x": 3.0}
    assert explanation.node("n").reverse is None
    assert explanation.node("n").to_dict()["value"] == 3


# Ways to see it ----------------------------------------------------------------------------------


def test_the_text_of_the_worked_example() -> None:
    text = function(worked, 2.0, 1.0).text()
    lines = [line.split() for line in text.splitlines()]
    file = f"{__file__.rpartition('/')[2]}:"
    assert lines[0] == "e = f(a, b) = 6 at a = 2, b = 1".replace("f(", "worked(").split()
    assert ["forward", "reverse"] in lines
    assert ["a", "2", "1", "–", "2"] in lines
    assert any(line[:8] == ["c", "a", "+", "b", "3", "1", "1", "2"] for line in lines)
    assert any(line[-1].startswith(file) for line in lines if line)
    assert ["d", "→", "e", "3"] in [line[:4] for line in lines]
    assert ["forward,", "2", "passes", "10", "4"] in lines
    assert "b → d → e: 1 · 3 = 3" in text


def test_the_text_fits_a_hundred_columns() -> None:
    def wide(params: Any) -> Any:
        total = params["a_parameter_with_quite_a_long_name"] * 1.0
        for i in range(12):
            total = total + cnp.sin(params[f"another_long_parameter_name_{i}"]) * 1e-7
        return total

    params = {f"another_long_parameter_name_{i}": 1 / 3 + i for i in range(12)}
    params["a_parameter_with_quite_a_long_name"] = -1e-300
    for explanation in (function(wide, params), function(network, W, X).expand()):
        assert max(map(len, explanation.text().splitlines())) <= 100
    assert "more inputs" in function(wide, params).text()


def test_long_tables_are_cut_in_the_middle() -> None:
    def long(x: Any) -> Any:
        for _ in range(500):
            x = x + 1.0
        return x

    text = function(long, 1.0).text(rows=8)
    assert "(493 more nodes in between)" in text
    assert "x_501" in text
    assert len(text.splitlines()) < 40


def test_rich_shows_the_text_as_it_is() -> None:
    explanation = function(network, W, X).expand()
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(explanation)
    assert "W[0,0]" in console.export_text()


def test_the_picture() -> None:
    drawn = function(worked, 2.0, 1.0).svg(title="e = (a + b)(b + 1)")
    root = ElementTree.fromstring(drawn)
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for word in ("c = a + b", "d = b + 1", "e = c * d", "∂e/∂b = 5", "6"):
        assert word in words
    labels = re.findall(r'class="cp-label"[^>]*>([^<]*)<', drawn)
    assert sorted(labels) == ["1", "1", "1", "2", "3"]


def test_an_operand_without_a_path_is_drawn_without_a_number() -> None:
    def f(x: Any) -> Any:
        m = x > 0
        return cnp.where(m, x, 0.0)

    arrows = function(f, 1.0).picture().arrows
    assert [(a.source, a.target, a.label) for a in arrows if not a.label] == [
        ("x", "m", ""),
        ("m", "v1", ""),
    ]


def test_pictures_too_large_to_read_are_refused() -> None:
    def long(x: Any) -> Any:
        for _ in range(500):
            x = x + 1.0
        return x

    with pytest.raises(ExplainError, match=r"501 nodes.*\.text\(\)"):
        function(long, 1.0).svg()
    assert "<svg" not in function(long, 1.0)._repr_html_()


@pytest.mark.parametrize("expanded", [False, True])
def test_the_notebook_page_is_scoped_and_well_formed(expanded: bool) -> None:
    explanation = function(network, W, X)
    page = (explanation.expand() if expanded else explanation)._repr_html_()
    root = ElementTree.fromstring(page)
    scope = root.get("class")
    assert scope is not None
    style = next(root.iter("style")).text or ""
    selectors = re.findall(r"([^{}@;]+)\{", re.sub(r"@media[^{]*\{", "", style))
    assert all(s.strip().startswith(f".{scope}") for part in selectors for s in part.split(","))
    assert "prefers-color-scheme: dark" in style
    assert not re.search(r"<script|\bhref|\bon\w+=", page)
    assert "multiplications" in page


def test_chains() -> None:
    found = chain(worked, (2.0, 1.0), "b")
    assert found.text() == (
        "∂e/∂b = 5, the sum over 2 paths\n"
        "  ∂c/∂b · ∂e/∂c = 1 · 2 = 2\n"
        "  ∂d/∂b · ∂e/∂d = 1 · 3 = 3\n"
    )
    assert found.to_dict()["paths"][1] == {
        "nodes": ["b", "d", "e"],
        "factors": [1.0, 3.0],
        "product": 3.0,
    }
    assert found.svg().count('class="cp-mark"') == 4
    assert ElementTree.fromstring(found._repr_html_()) is not None
    largest = chain(network, (W, X), "x[1]", k=1)
    assert (largest.total, len(largest.paths)) == (4, 1)
    assert largest.derivative == pytest.approx(cp.grad(network, 1)(W, X)[1])
    with pytest.raises(ArgumentError, match=r"x is an array.*'x\[0\]'"):
        chain(network, (W, X), "x")
