"""The epoch by scikit-learn's ``MLPClassifier.partial_fit``."""

from __future__ import annotations

import warnings
from typing import Any

from benchmarks.compiled.harness import Work
from benchmarks.compiled.nets.problem import ADAM, SGD_RATE, Problem


def work(problem: Problem) -> Work:
    """One pass over the data in order; it tells no losses, so parameters are compared."""
    from sklearn.neural_network import MLPClassifier

    X = problem.X.reshape(-1, problem.sizes[0])
    y = problem.y.ravel()
    rate, b1, b2, eps = ADAM
    options: dict[str, Any] = {"solver": "sgd", "momentum": 0.0, "learning_rate_init": SGD_RATE}
    if problem.adam:
        options = {"solver": "adam", "learning_rate_init": rate, "beta_1": b1, "beta_2": b2}
        options["epsilon"] = eps
    net = MLPClassifier(
        problem.sizes[1:-1],
        batch_size=problem.X.shape[1],
        alpha=0.0,
        shuffle=False,
        **options,
    )
    net.partial_fit(X[:1], y[:1], classes=range(problem.sizes[-1]))  # makes the parameters

    def run() -> Any:
        for i, p in enumerate(problem.params):
            (net.intercepts_ if i % 2 else net.coefs_)[i // 2][...] = p
        if problem.adam:
            rule = net._optimizer  # its moments would be carried over from the last run
            rule.t = 0
            rule.ms, rule.vs = ([p.copy() for p in (*m[::2], *m[1::2])] for m in problem.moments())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            net.partial_fit(X, y)
        return net

    def numbers(net: Any) -> list[Any]:
        return [p for layer in zip(net.coefs_, net.intercepts_, strict=True) for p in layer]

    return Work(run, numbers)
