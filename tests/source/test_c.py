"""The C file of a graph compiles without a warning and gives what the reference gives."""

from __future__ import annotations

import contextlib
import ctypes
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import optree
import pytest

import clearprop as cp
from clearprop.derive import reverse
from clearprop.errors import UnsupportedError
from clearprop.execute import run
from clearprop.execute.source.c import CSource, c_source
from clearprop.graph import Graph
from clearprop.primitives import CATALOGUE, Elementwise
from clearprop.rewrite import simplify
from tests.native.test_carries import BODIES
from tests.primitives.calls import drawn

GCC = shutil.which("gcc")
pytestmark = [
    pytest.mark.skipif(GCC is None, reason="there is no gcc here"),
    pytest.mark.filterwarnings("ignore:.*:RuntimeWarning"),
]

ULPS = {"float32": 32, "float64": 32}


FLAGS = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-O2", "-fPIC", "-shared"]


class Library:
    """Functions of C in one shared object, each by its name."""

    def __init__(self, sources: list[CSource], folder: Path) -> None:
        (folder / "all.c").write_text(joined(sources))
        command = [str(GCC), *FLAGS, "all.c", "-o", "all.so", "-lm"]
        made = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        self.library = ctypes.CDLL(str(folder / "all.so"))
        self.sources = {source.name: source for source in sources}

    def run(self, name: str, graph: Graph, values: list[Any]) -> tuple[list[Any], int]:
        given = [
            np.require(value, place.type.dtype, "CA")
            for value, place in zip(values, graph.inputs, strict=True)
        ]
        made = [np.zeros(x.type.shape, x.type.dtype) for x in graph.outputs]
        block = np.full(self.sources[name].scratch_bytes + 64, 0xA5, np.uint8)
        start = -block.ctypes.data % 64
        arrays = [*given, *made, block[start:]]
        function = getattr(self.library, name)
        function.restype = ctypes.c_int
        code = function(*[ctypes.c_void_p(x.ctypes.data) for x in arrays])
        return made, code if "int " + name in self.sources[name].header else 0


def joined(sources: list[CSource]) -> str:
    """Several files in one, which compiles faster: constants renamed, helpers taken once."""
    known: set[str] = set()
    texts = []
    for source in sources:
        text = re.sub(r"\bconstant(\d+)\b", rf"{source.name}_\1", source.text)
        for helper in re.findall(r"^static inline .*?^}\n", text, re.MULTILINE | re.DOTALL):
            if helper in known:
                text = text.replace(helper, "")
            known.add(helper)
        texts.append(f"{source.header}\n{text}")
    return "\n".join(texts)


def assert_same(mine: Any, other: Any, note: str) -> None:
    other = np.asarray(other)
    if other.dtype.kind != "f":
        np.testing.assert_array_equal(mine, other, note)
        return
    size = np.abs(other[np.isfinite(other)]).max(initial=0.0)
    rounding = float(size) * float(np.finfo(other.dtype).eps) * ULPS[other.dtype.name]
    np.testing.assert_allclose(mine, other, rtol=0, atol=rounding, err_msg=note)


def check(cases: dict[str, tuple[Graph, list[Any]]], folder: Path) -> Library:
    sources = [c_source(graph, name) for name, (graph, _) in cases.items()]
    library = Library(sources, folder)
    for name, (graph, values) in cases.items():
        found, code = library.run(name, graph, values)
        assert code == 0, name
        for mine, other in zip(found, run(graph, *values), strict=True):
            assert_same(mine, other, name)
    return library


def test_the_catalogue_as_far_as_it_is_written(tmp_path: Path) -> None:
    cases = {}
    for name, primitive in CATALOGUE.items():
        for place, sample in enumerate(primitive.samples):
            for dtype in ("float32", "float64") if place == 1 else ("float64",):
                made = drawn(primitive, sample, dtype)
                graphs = {"value": (made.graph, made.values)}
                if made.smooth and place == 1:
                    cotangent = made.direction(made.slopes)
                    graphs["reverse"] = simplify(reverse(made.graph)), [*made.values, *cotangent]
                for kind, case in graphs.items():
                    title = f"{name}_{place}_{dtype}_{kind}"
                    with contextlib.suppress(UnsupportedError):
                        c_source(case[0], title)
                        cases[title] = case
    check(cases, tmp_path)
    written = {title.rsplit("_", 3)[0] for title in cases}
    ufuncs = {name for name, p in CATALOGUE.items() if isinstance(p, Elementwise) and p.ufunc}
    wanted = {"sum", "dot", "gather", "scatter_add", "scatter", "assign", "where", "cast", "pad"}
    assert wanted | ufuncs <= written


# Programs of users --------------------------------------------------------------------------------


def rosenbrock(x: Any) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def network(p: Any, x: Any, y: Any) -> Any:
    hidden = np.tanh(x @ p["W"] + p["b"])
    scores = hidden @ p["V"]
    scores = scores - np.max(scores, axis=1, keepdims=True)
    logs = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    return -np.mean(logs[np.arange(len(y)), y])


def recurrence(x: Any, w: Any) -> Any:
    def step(carry: Any, u: Any) -> Any:
        position, speed = carry
        speed = np.tanh(w @ speed + u)
        return (position + speed, speed), position * u

    (position, _), path = cp.scan(step, (np.zeros(3), np.ones(3)), x)
    return np.sum(position) + np.sum(path * path)


def last_only(x: Any) -> Any:
    return cp.scan(lambda c, u: (u * 2, None), 0.0, x)[0]


def growing(x: Any) -> Any:
    size = cp.while_loop(lambda y: np.sum(y) < 100.0, lambda y: y * 2 + x, x)
    chosen = cp.cond(size[0] > 3, lambda y: np.sum(y**2), lambda y: np.sum(np.sin(y)), size)
    return chosen + cp.fori_loop(0, 5, lambda i, c: c + i * chosen, 0.0)


def nested(x: Any) -> Any:
    def outer(c: Any, row: Any) -> Any:
        return cp.scan(lambda d, u: (d * 0.5 + u, d), c, row)

    total, path = cp.scan(outer, x[0, 0] * 2, x)
    return total, path[::-1]


def integers(a: Any, b: Any) -> Any:
    return a + b, a * b, a // b, a % b, a << 2, a >> 1, a ^ b, ~a, -a, abs(a), np.minimum(a, b)


def logic(a: Any, b: Any) -> Any:
    return a & b, a | ~b, a ^ b, (a < b) & (a == a), a.astype(np.int8) + 3, np.any(a), np.all(b)


def axes(x: Any) -> Any:
    return np.sum(x, 0), np.sum(x, 1), np.sum(x, (0, 2)), np.max(x, 2), np.prod(x), np.min(x, (1,))


def products(a: Any, b: Any) -> Any:
    return a @ b, b.T @ a.T, a @ a[0], np.einsum("ij,ij->i", a, a), a[0] @ a[1]


def writing(x: Any, i: Any) -> Any:
    y = cp.numpy.zeros((3, 4))
    y[1:, ::2] = x[0]
    y[0, i] += x[1]
    return y, y.T[::-1], x[i]


def positions_in_a_branch(x: Any, i: Any) -> Any:
    return cp.cond(x[0] > 0, lambda y, j: y[j] * 2, lambda y, j: y[j], x, i)


def awkward(x: Any) -> Any:
    y = x[::-1]
    signs = np.sign(x), np.maximum(x, y), np.minimum(x, y), np.isnan(x), np.where(x > y, x, y)
    return (
        *signs,
        x % y,
        np.fmod(x, y),
        x // y,
        np.logaddexp(x, y),
        np.hypot(x, y),
        np.arctan2(x, y),
    )


def choosing(i: Any, exp: Any) -> Any:
    return i * exp


def spread(x: Any, a: Any) -> Any:
    both = a @ a.T + np.eye(3)
    return x @ np.linalg.solve(both, x) + np.linalg.cholesky(both)[1, 1] * np.linalg.det(a)


POINT = np.array([0.5, 1.5, -0.3, 2.0, 0.1, 0.7])
SQUARE = np.arange(9.0).reshape(3, 3) / 9
CUBE = np.arange(24.0).reshape(2, 3, 4) / 7 - 1
PARAMETERS = {"W": CUBE[0], "b": POINT[:4], "V": CUBE[1].T}
WHOLE = np.array([-7, -1, 0, 5, 100, -128, 127])
STRANGE = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.5, -2.0, 1e-310, 3.0])
LABELS = np.array([0, 2])
BATCH = np.random.default_rng(0).normal(size=(64, 3, 3))

PROGRAMS = {
    "rosenbrock": (rosenbrock, (POINT,)),
    "rosenbrock_gradient": (cp.grad(rosenbrock), (POINT,)),
    "rosenbrock_single": (cp.grad(rosenbrock), (POINT.astype(np.float32),)),
    "network_gradient": (cp.grad(network), (PARAMETERS, CUBE[:, 0, :3], LABELS)),
    "recurrence_gradient": (cp.grad(recurrence, (0, 1)), (CUBE[0].T, SQUARE)),
    "recurrence_value": (recurrence, (CUBE[0].T, SQUARE)),
    "last_only": (last_only, (POINT,)),
    "growing_positive": (growing, (np.abs(POINT),)),
    "growing_small": (growing, (np.array([0.01, 3.0]),)),
    "nested_scans": (nested, (CUBE[0],)),
    "nested_gradient": (cp.grad(lambda x: np.sum(nested(x)[1])), (CUBE[0],)),
    "axes_double": (axes, (CUBE,)),
    "axes_single": (axes, (CUBE.astype(np.float32),)),
    "axes_whole": (axes, (np.arange(24).reshape(2, 3, 4) - 5,)),
    "products_double": (products, (CUBE[0], CUBE[1].T)),
    "products_single": (products, (CUBE[0].astype(np.float32), CUBE[1].T.astype(np.float32))),
    "writing": (writing, (POINT, np.array([1, 1, 2]))),
    "writing_from_the_end": (writing, (POINT, np.array([1, -1, -2]))),
    "positions": (positions_in_a_branch, (POINT, np.array([1, 4]))),
    "positions_from_the_end": (positions_in_a_branch, (POINT, np.array([1, -4]))),
    "awkward_double": (awkward, (STRANGE,)),
    "awkward_single": (awkward, (STRANGE.astype(np.float32),)),
    "a_batch": (cp.vmap(cp.grad(spread, (0, 1))), (BATCH[:, 0], BATCH)),
    "logic": (logic, (POINT > 0.4, POINT < 1)),
    "exp": (choosing, (POINT, POINT)),
    **{
        f"integers_{name}": (integers, (WHOLE.astype(name), WHOLE[::-1].astype(name)))
        for name in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
    },
}


def test_programs(tmp_path: Path) -> None:
    cases = {}
    for name, (f, args) in PROGRAMS.items():
        leaves = optree.tree_leaves(args)
        cases[f"{name}_"] = simplify(cp.trace(f)(*args)), leaves
    check(cases, tmp_path)


def test_what_goes_another_way_is_told(tmp_path: Path) -> None:
    def branching(x: Any, i: Any) -> Any:
        if x[0] > 0:
            return x[i] * 2
        return -x[i]

    graph = simplify(cp.trace(branching)(POINT, np.array([1, 2])))
    library = Library([c_source(graph, "branching")], tmp_path)
    assert library.run("branching", graph, [POINT, np.array([1, 5])])[1] == 0
    assert library.run("branching", graph, [-POINT, np.array([1, 5])])[1] == 1
    assert library.run("branching", graph, [POINT, np.array([1, 60])])[1] == 1
    assert library.run("branching", graph, [POINT, np.array([1, -60])])[1] == 1


def test_a_matrix_without_a_factor_is_told(tmp_path: Path) -> None:
    good = BATCH @ BATCH.mT + np.eye(3)
    bad = np.where(np.arange(64)[:, None, None] == 63, -good, good)
    graph = cp.trace(np.linalg.cholesky)(good)
    library = Library([c_source(graph, "factors")], tmp_path)
    (found,), code = library.run("factors", graph, [good])
    np.testing.assert_allclose(found, np.linalg.cholesky(good), rtol=1e-12, atol=1e-13)
    assert code == 0
    assert library.run("factors", graph, [bad])[1] == 1


def test_what_a_guard_looks_at_stays(tmp_path: Path) -> None:
    def looked_at_early(x: Any) -> Any:
        if np.sum(x) > 0:
            for _ in range(6):
                x = np.outer(x, x) @ x
        return x

    graph = cp.trace(looked_at_early)(POINT)
    assert Library([c_source(graph, "early")], tmp_path).run("early", graph, [POINT])[1] == 0


def test_header_and_file_stand_apart(tmp_path: Path) -> None:
    source = c_source(cp.trace(lambda x: np.sin(x) * 2)(POINT), "twice")
    (tmp_path / "twice.h").write_text(source.header)
    (tmp_path / "twice.c").write_text(f'#include "twice.h"\n{source.text}')
    (tmp_path / "main.c").write_text(
        """#include <stdio.h>
        #include "twice.h"
        int main(void)
        {
            static double scratch[TWICE_SCRATCH];
            const double x[6] = {0, 0.5, 1, 1.5, 2, 2.5};
            double y[6];
            twice(x, y, scratch);
            for (int i = 0; i < 6; ++i) printf("%.17g\\n", y[i]);
            return 0;
        }"""
    )
    flags = [flag for flag in FLAGS if flag != "-shared"]
    command = [str(GCC), *flags, "twice.c", "main.c", "-o", "main", "-lm"]
    subprocess.run(command, cwd=tmp_path, check=True)
    shown = subprocess.run([str(tmp_path / "main")], capture_output=True, text=True, check=True)
    expected = np.sin(np.arange(6) / 2) * 2
    np.testing.assert_allclose([float(x) for x in shown.stdout.split()], expected, rtol=1e-15)


def test_an_operation_without_a_form_is_named() -> None:
    graph = cp.trace(lambda x: np.linalg.eigh(x).eigenvalues)(SQUARE)
    with pytest.raises(UnsupportedError, match=r"eigh has no form as C's text .*test_c\.py:\d+"):
        c_source(graph)


@pytest.mark.parametrize("value", [1j, np.float16(1)])
def test_a_dtype_without_a_form_is_named(value: Any) -> None:
    for f in (lambda x: x, lambda x: x * 2, lambda x: np.sin(x) + 1j):
        with pytest.raises(UnsupportedError, match="has no form as C's text"):
            c_source(cp.trace(f)(value))


def test_names_that_mean_something_in_c() -> None:
    source = c_source(cp.trace(lambda while_, sin, i, θ: while_ + sin * i - θ)(*POINT[:4]), "exp")
    assert "void exp_(" in source.header
    for name in ("while_", "sin_", "i_", "_3b8"):
        assert f"const double *restrict {name}" in source.header, source.header


def test_what_loops_carry(tmp_path: Path) -> None:
    y = np.random.default_rng(7).normal(size=8)
    cases = {}
    for number, (body, _) in enumerate(BODIES):

        def counted(y: Any, body: Any = body) -> Any:
            return cp.fori_loop(1, 6, body, y)

        def conditional(y: Any, body: Any = body) -> Any:
            def following(state: Any) -> Any:
                return state[0] + 1, body(*state)

            return cp.while_loop(lambda state: state[0] < 6, following, (1, y))[1]

        def nested(y: Any, counted: Any = counted) -> Any:
            return cp.fori_loop(0, 3, lambda _, y: counted(y) * 0.9, y)

        for kind, f in (("for", counted), ("while", conditional), ("nested", nested)):
            graph = cp.trace(f)(y)
            with contextlib.suppress(UnsupportedError):
                c_source(graph)
                cases[f"{kind}_{number}"] = graph, [y]
    assert len(cases) > 20
    check(cases, tmp_path)
