"""Back-propagation is only the gradient; learning is a part of its own, which uses it."""

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import clearprop
import clearprop as cp
from clearprop.train import adam, gradient_descent, momentum

SOURCE = Path(clearprop.__file__).parent


def imported(path):
    """The parts of clearprop that a module imports: ``train.loop``, ``derive`` …"""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.removeprefix("clearprop.") for name in names if name.startswith("clearprop")}
    return found


def test_a_gradient_is_taken_without_loading_what_learns():
    script = (
        "import sys, clearprop as cp\n"
        "assert cp.grad(lambda x: x * x)(3.0) == 6.0\n"
        "loaded = [m for m in sys.modules if m.startswith(('clearprop.train', 'clearprop.nn'))]\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("floor", ["graph", "primitives", "derive", "execute", "api", "nn"])
def test_nothing_that_derives_knows_what_learns(floor):
    for path in (SOURCE / floor).rglob("*.py"):
        assert not any(name.partition(".")[0] == "train" for name in imported(path)), path


def test_optimizers_know_no_derivative():
    parts = {name.partition(".")[0] for name in imported(SOURCE / "train" / "optimizers.py")}
    assert not parts & {"derive", "api", "graph", "primitives", "nn", "execute"}


@pytest.mark.parametrize("optimizer", [gradient_descent(0.1), momentum(0.05), adam(0.1)])
def test_an_optimizer_takes_any_gradient(optimizer):
    """The gradient of ½‖x − c‖², once from the engine and once by hand: the same path to c."""
    c = np.array([1.0, -2.0])
    ours, theirs = np.zeros(2), np.zeros(2)
    mine = other = optimizer.start(ours)
    for _ in range(300):
        change, mine = optimizer.step(cp.grad(lambda x: 0.5 * np.sum((x - c) ** 2))(ours), mine)
        ours = ours + change
        change, other = optimizer.step(theirs - c, other)
        theirs = theirs + change
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    np.testing.assert_allclose(ours, c, atol=1e-2)
