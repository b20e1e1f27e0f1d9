"""Matrix products on one thread: while training and predicting, and not a moment longer."""

import os
import subprocess
import sys

import numpy as np
import threadpoolctl

from clearprop import nn
from clearprop.train import fit, predict, run
from clearprop.train.threads import one_thread

X = np.random.Generator(np.random.Philox(3)).normal(size=(50, 3))
LABELS = (X.sum(axis=1) > 0).astype(np.int64)
NET = nn.stack([3, 8, 2], output="softmax", loss="cross_entropy")


def threads():
    """How many threads each BLAS of this process may use."""
    return [
        pool["num_threads"]
        for pool in threadpoolctl.threadpool_info()
        if pool["user_api"] == "blas"
    ]


def test_the_limit_ends_with_its_block():
    with threadpoolctl.threadpool_limits(limits=2, user_api="blas"):
        before = threads()
        assert before, "NumPy brings a BLAS"
        with one_thread():
            assert set(threads()) == {1}
        assert threads() == before


def test_training_keeps_to_one_thread():
    seen = []
    with threadpoolctl.threadpool_limits(limits=2, user_api="blas"):
        before = threads()
        fit(NET, (X, LABELS), epochs=1, on_epoch=lambda record: seen.extend(threads()))
        assert threads() == before
    assert set(seen) == {1}


def test_predicting_keeps_to_one_thread(tmp_path, monkeypatch):
    model = run("iris", out=tmp_path, hidden=(4,), epochs=1, progress=False)["model"]
    seen = []
    forward = nn.Network.__call__

    def watched(self, *args):
        seen.extend(threads())
        return forward(self, *args)

    monkeypatch.setattr(nn.Network, "__call__", watched)
    with threadpoolctl.threadpool_limits(limits=2, user_api="blas"):
        predict(model, np.ones((2, 4)))
    assert set(seen) == {1}


def test_without_threadpoolctl_training_goes_on(monkeypatch):
    with_it = fit(NET, (X, LABELS), epochs=2)
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    without = fit(NET, (X, LABELS), epochs=2)
    assert without.stopped == "epochs"
    np.testing.assert_allclose(
        with_it.params["output"]["weight"], without.params["output"]["weight"], rtol=1e-9
    )


def test_the_number_of_threads_does_not_show_in_the_bits(tmp_path):
    """In processes of their own: OpenBLAS reads the environment when it is loaded."""
    models = []
    for count in ("1", "2", "7"):
        words = ("train", "breast_cancer", "--epochs", "2", "--batch-size", "512", "--json")
        subprocess.run(
            [sys.executable, "-m", "clearprop", *words, "--out", count],
            cwd=tmp_path,
            env={**os.environ, "OPENBLAS_NUM_THREADS": count, "OMP_NUM_THREADS": count},
            capture_output=True,
            timeout=120,
            check=True,
        )
        models.append((tmp_path / count / "model.safetensors").read_bytes())
    assert models[0] == models[1] == models[2]
