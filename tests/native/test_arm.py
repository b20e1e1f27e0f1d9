"""The 64-bit Arm target: every native operation compiles; under an emulator, results are right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.derive import reverse
from clearprop.execute import run
from clearprop.execute.native.factors.factor import Factor
from clearprop.execute.native.factors.orthogonal import Orthogonal
from clearprop.execute.native.factors.spectra import Pseudoinverse, Spectra
from clearprop.execute.native.factors.stack import Stacked
from clearprop.execute.native.fusing import Planned
from clearprop.execute.native.inlining import inlined
from clearprop.execute.native.machine import ARM
from clearprop.execute.native.steps import Fallback
from clearprop.graph import Graph
from clearprop.primitives import CATALOGUE
from clearprop.rewrite import simplify
from tests.native.arm import COMPILER, EMULATOR, Made, emulated, made_for_arm
from tests.native.products.test_bfloat16 import rounded
from tests.primitives.calls import drawn

pytestmark = pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")

needs_emulator = pytest.mark.skipif(
    COMPILER is None or EMULATOR is None, reason="needs qemu-user and gcc-aarch64-linux-gnu"
)

Cases = dict[str, tuple[Graph, list[Any]]]
"""Graphs and their arguments, by name."""

AARCH64 = 183
"""The processor's number in the head of an object file."""


def catalogue() -> Cases:
    """The largest sample of each primitive that has a native form, and its derivative."""
    found: Cases = {}
    for name, primitive in CATALOGUE.items():
        several = [drawn(primitive, sample, "float64") for sample in primitive.samples]
        if several:
            made = max(several, key=lambda each: sum(np.size(x) for x in each.values))
            found[name] = made.graph, made.values
            if made.smooth:
                cotangent = made.direction(made.slopes)
                found[f"{name}_slope"] = reverse(made.graph), [*made.values, *cotangent]
    return {name: pair for name, pair in found.items() if is_native(pair[0])}


def is_native(graph: Graph) -> bool:
    """Whether there is something to do, and nothing for NumPy or LAPACK, which no emulator has."""
    if any(x.type.form != "array" for x in (*graph.inputs, *graph.outputs)):
        return False
    flat = inlined(graph)
    steps = Planned(flat, flat.outputs, ARM).steps
    return bool(steps) and not any(map(_is_elsewhere, steps))


def _is_elsewhere(step: Any) -> bool:
    if isinstance(step, Stacked):
        return isinstance(step.kernel, Factor | Orthogonal | Pseudoinverse)
    return isinstance(step, Spectra | Fallback)


def network(x: Any, w: Any, v: Any) -> Any:
    hidden = np.tanh(x @ w)
    scores = hidden @ v
    shifted = scores - scores.max(axis=1, keepdims=True)
    return (np.log(np.exp(shifted).sum(axis=1)) - shifted[:, 0]).mean()


def programs() -> Cases:
    """Larger ones: a network's gradient in both precisions, a batch's, a loop's."""
    rng = np.random.default_rng(3)
    found = {}
    for dtype in ("float64", "float32"):
        shapes = ((33, 21), (21, 40), (40, 7))
        values = [rng.normal(size=shape).astype(dtype) for shape in shapes]
        graph = simplify(reverse(cp.trace(network)(*values)))
        found[f"network_{dtype}"] = graph, [*values, np.ones((), dtype)]

    def loop(h: Any, a: Any) -> Any:
        return cp.scan(lambda c, _: (np.tanh(a @ c), c.sum()), h, None, length=9)[1].sum()

    def long(h: Any, a: Any) -> Any:  # it asks now and then whether to go on
        return cp.scan(lambda c, _: (np.tanh(0.1 * (a @ c) + h), None), h, None, length=3000)[0]

    h, a = rng.normal(size=5), rng.normal(size=(5, 5))
    found["long_loop"] = simplify(cp.trace(long)(h, a)), [h, a]

    def density(x: Any, a: Any) -> Any:
        spread = a @ a.T + np.eye(3)
        return x @ np.linalg.solve(spread, x) + np.linalg.cholesky(spread)[1, 1]

    slopes = cp.vmap(cp.grad(density, (0, 1)))
    batch = [rng.normal(size=(67, 3)), rng.normal(size=(67, 3, 3))]
    found["lanes"] = simplify(cp.trace(slopes)(*batch)), batch
    found["loop"] = simplify(reverse(cp.trace(loop)(h, a))), [h, a, np.ones(())]
    return found


@pytest.fixture(scope="module")
def everything() -> tuple[Cases, dict[str, Made]]:
    """All cases, and their code."""
    cases = {**catalogue(), **programs()}
    return cases, {
        name: made_for_arm(graph, values, f"f_{name}") for name, (graph, values) in cases.items()
    }


def test_every_native_operation_compiles_for_arm(everything: Any) -> None:
    cases, made = everything
    assert len(cases) > 150
    for program in made.values():
        assert program.code[:4] == b"\x7fELF"
        assert int.from_bytes(program.code[18:20], "little") == AARCH64


@needs_emulator
def test_results_under_an_emulator(everything: Any, tmp_path: Path) -> None:
    cases, made = everything
    found = emulated(list(made.values()), [f"f_{name}" for name in made], tmp_path)
    for (name, (graph, values)), ours in zip(cases.items(), found, strict=True):
        expected = run(graph, *values, check_guards=False)
        for array, each in zip(ours, expected, strict=True):
            right = np.asarray(each)
            if right.dtype.kind == "f":
                largest = np.abs(right[np.isfinite(right)]).max(initial=0.0)
                near = 64 * np.finfo(right.dtype).eps * largest
                np.testing.assert_allclose(array, right, rtol=0, atol=near, err_msg=name)
            else:
                np.testing.assert_array_equal(array, right, err_msg=name)


@needs_emulator
def test_products_that_do_more(tmp_path: Path) -> None:
    """With a bias, an activation and a step of the weights; and with rounded operands."""

    def layer(x: Any, w: Any, b: Any) -> Any:
        return np.maximum(x @ w + b, 0), w - 0.1 * (x.T @ (x @ w))

    rng = np.random.default_rng(4)
    values = [rng.normal(size=s).astype("float32") for s in ((33, 40), (40, 72), (72,))]
    graph = simplify(cp.trace(layer)(*values))
    made = [made_for_arm(graph, values, f"f{short}", bfloat16=short) for short in (False, True)]
    plain, short = emulated(made, ["fFalse", "fTrue"], tmp_path)
    x, w, b = values
    for mine, right in zip(plain, layer(x, w, b), strict=True):
        np.testing.assert_allclose(mine, right, rtol=1e-5, atol=1e-4)
    product = rounded(x) @ rounded(w)
    np.testing.assert_allclose(short[0], np.maximum(product + b, 0), rtol=1e-5, atol=1e-4)
    step = w - np.float32(0.1) * (rounded(x).T @ rounded(product))
    np.testing.assert_allclose(short[1], step, rtol=1e-3, atol=0.1)


@needs_emulator
def test_denormals_are_flushed(tmp_path: Path) -> None:
    graph, x = cp.trace(lambda x: x * 0.5)(np.ones(3)), np.array([4.0, 3e-308, -3e-308])
    made = [made_for_arm(graph, [x], f"f{flush}", flush) for flush in (False, True)]
    kept, flushed = emulated(made, ["fFalse", "fTrue"], tmp_path)
    np.testing.assert_array_equal(kept[0], x * 0.5)
    np.testing.assert_array_equal(flushed[0], [2.0, 0.0, 0.0])
