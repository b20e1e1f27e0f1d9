"""Two networks worked by hand, every figure of them, for tests, tutorials and the command line.

:func:`two_layer_by_hand` follows a small network through 10,000 updates; :func:`four_layer` writes
back-propagation over a training set in its matrix form (C. M. Bishop, *Pattern Recognition and
Machine Learning*, 2006, section 5.3) and sets the engine's gradient and a numerical one beside it.
The formulas are spelled out here in plain NumPy, so that they check the engine and are not checked
by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clearprop.api.derivatives import grad
from clearprop.api.graphs import trace
from clearprop.derive import reverse
from clearprop.execute import Plan
from clearprop.nn.layers import Dense, Input
from clearprop.nn.network import Network
from clearprop.nn.stacks import stack

Array = NDArray[np.float64]
Figures = dict[str, Any]

UPDATES: Final = (0, 1, 10_000)
RATE: Final = 0.5
_INPUTS: Final = (0.05, 0.10)
_TARGETS: Final = (0.01, 0.99)


def two_layer_by_hand() -> Figures:
    """Two inputs, two hidden units and two outputs, all sigmoid, with the squared error.

    Returns:
        ``inputs``, ``targets``, ``learning_rate``, and for each of ``biases_held``,
        ``biases_trained`` (one bias per layer, shared by its units) and
        ``biases_trained_per_unit`` the figures after ``updates_0``, ``updates_1`` and
        ``updates_10000``: weights ``w1`` … ``w8`` and biases; each unit's ``net_…`` and
        ``out_…``; the error ``E``; each unit's ``delta_…`` = ∂E/∂net; the slopes ``dE_dw1`` … by
        weight and bias; and the three factors of each slope of a weight,
        ``factors_w1`` = [∂E/∂out, ∂out/∂net, ∂net/∂w].

    >>> figures = two_layer_by_hand()["biases_held"]["updates_0"]
    >>> round(figures["E"], 9), round(figures["dE_dw5"], 8)
    (0.298371109, 0.08216704)
    """
    return {
        "inputs": {"i1": _INPUTS[0], "i2": _INPUTS[1]},
        "targets": {"o1": _TARGETS[0], "o2": _TARGETS[1]},
        "learning_rate": RATE,
        "biases_held": _trained(per_unit=False, with_biases=False),
        "biases_trained": _trained(per_unit=False, with_biases=True),
        "biases_trained_per_unit": _trained(per_unit=True, with_biases=True),
    }


def _trained(*, per_unit: bool, with_biases: bool) -> Figures:
    """The figures after each count of updates, the gradient coming from the engine."""
    x = Input(2)
    bias: Any = "unit" if per_unit else "shared"
    hidden = Dense(2, "sigmoid", name="hidden", bias=bias)(x)
    net = Network(x, Dense(2, "sigmoid", name="output", bias=bias)(hidden))
    first, second = np.array([[0.15, 0.20], [0.25, 0.30]]), np.array([[0.40, 0.45], [0.50, 0.55]])
    low, high = (np.full(2, b) if per_unit else np.full((), b) for b in (0.35, 0.60))
    params = {
        "hidden": {"bias": low, "weight": first},
        "output": {"bias": high, "weight": second},
    }
    X, T = np.array([_INPUTS]), np.array([_TARGETS])
    graph = trace(net.loss)(params, X, T)
    backward = Plan(reverse(graph, graph.inputs[:4]))
    values = [low, first, high, second]
    found = {}
    for count in range(max(UPDATES) + 1):
        slopes = backward.run([*values, X, T, np.float64(1.0)])
        if count in UPDATES:
            found[f"updates_{count}"] = _by_name(values, slopes)
        for place in range(4) if with_biases else (1, 3):
            values[place] = values[place] - RATE * slopes[place]
    return found


def _by_name(values: list[Any], slopes: list[Any]) -> Figures:
    """Every figure of the network at these parameters, under the names of the text."""
    low, first, high, second = values
    i, t = np.array(_INPUTS), np.array(_TARGETS)
    net_h = first @ i + low
    out_h = 1 / (1 + np.exp(-net_h))
    net_o = second @ out_h + high
    out_o = 1 / (1 + np.exp(-net_o))
    by_out_o = out_o - t
    delta_o = by_out_o * out_o * (1 - out_o)
    by_out_h = second.T @ delta_o
    delta_h = by_out_h * out_h * (1 - out_h)
    figures: Figures = {}
    _number(figures, "w", np.concatenate([first.ravel(), second.ravel()]))
    _number(figures, "b", np.concatenate([np.atleast_1d(low), np.atleast_1d(high)]))
    for name, of_hidden, of_output in (
        ("net", net_h, net_o),
        ("out", out_h, out_o),
        ("delta", delta_h, delta_o),
    ):
        _number(figures, f"{name}_h", of_hidden)
        _number(figures, f"{name}_o", of_output)
    figures["E"] = float(np.sum(0.5 * (t - out_o) ** 2))
    _number(figures, "dE_dw", np.concatenate([slopes[1].ravel(), slopes[3].ravel()]))
    _number(figures, "dE_db", np.concatenate([np.atleast_1d(slopes[0]), np.atleast_1d(slopes[2])]))
    for weight in range(8):
        unit, source = (weight % 4) // 2, weight % 2
        by_out, out, incoming = (by_out_h, out_h, i) if weight < 4 else (by_out_o, out_o, out_h)
        gain = out[unit] * (1 - out[unit])
        factors = (by_out[unit], gain, incoming[source])
        figures[f"factors_w{weight + 1}"] = [float(factor) for factor in factors]
    return figures


def _number(figures: Figures, name: str, entries: Array) -> None:
    for place, entry in enumerate(entries, 1):
        figures[f"{name}{place}"] = float(entry)


def four_layer() -> Figures:
    """Sizes 3-5-5-4, all sigmoid, cross-entropy, five examples, with and without regularization.

    Returns:
        ``sizes``, ``X``, ``classes`` (from 1) and ``Theta1`` … ``Theta3`` (column 0 the bias);
        and for each of ``lambda_0`` and ``lambda_0.5``: the total ``J``; per layer ``a1`` …,
        ``z2`` …, ``delta2`` … (a row per example), ``Delta1`` … and ``D1`` …; ``gradient1`` … from
        the engine and ``numerical1`` … from central differences; ``D_unit2_input1``, the three
        slopes that the text quotes; and ``largest_difference`` of D from the other two.

    >>> round(four_layer()["lambda_0"]["J"], 9)
    2.799426647
    """
    thetas = [_sines(5, 4), _sines(5, 6), _sines(4, 6)]
    X, classes = _sines(5, 3), np.array([2, 3, 4, 1, 2])
    return {
        "sizes": [3, 5, 5, 4],
        "X": X.tolist(),
        "classes": classes.tolist(),
        **{f"Theta{place}": theta.tolist() for place, theta in enumerate(thetas, 1)},
        "lambda_0": _vectorized(thetas, X, classes - 1, 0.0),
        "lambda_0.5": _vectorized(thetas, X, classes - 1, 0.5),
    }


def _sines(rows: int, columns: int) -> Array:
    """sin(1)/10, sin(2)/10, … row by row."""
    numbers: Array = np.sin(np.arange(1.0, rows * columns + 1)) / 10
    return numbers.reshape(rows, columns)


def _vectorized(thetas: list[Array], X: Array, classes: NDArray[Any], strength: float) -> Figures:
    """Back-propagation over the whole set: a row per example."""
    m, y = len(X), np.eye(4)[classes]
    ones = np.ones((m, 1))
    activations, weighed = [X], []
    for theta in thetas:
        weighed.append(np.hstack([ones, activations[-1]]) @ theta.T)
        activations.append(1 / (1 + np.exp(-weighed[-1])))
    deltas = [activations[-1] - y]
    for theta, a in zip(thetas[:0:-1], activations[-2:0:-1], strict=True):
        deltas.insert(0, deltas[0] @ theta[:, 1:] * a * (1 - a))
    sums = [
        delta.T @ np.hstack([ones, a]) for delta, a in zip(deltas, activations[:-1], strict=True)
    ]
    unbiased = [np.hstack([np.zeros((len(t), 1)), t[:, 1:]]) for t in thetas]
    slopes = [s / m + strength / m * t for s, t in zip(sums, unbiased, strict=True)]
    net = stack([3, 5, 5, 4], hidden="sigmoid", output="sigmoid", loss="cross_entropy",
                regularization=strength)  # fmt: skip
    engine = _from_engine(net, thetas, X, classes)
    numerical = _central(net, thetas, X, classes)
    figures: Figures = {"J": float(net.loss(_parameters(thetas), X, classes))}
    columns: Mapping[str, tuple[int, list[Array]]] = {
        "a": (1, activations),
        "z": (2, weighed),
        "delta": (2, deltas),
        "Delta": (1, sums),
        "D": (1, slopes),
        "gradient": (1, engine),
        "numerical": (1, numerical),
    }
    for name, (first, entries) in columns.items():
        figures |= {f"{name}{place}": entry.tolist() for place, entry in enumerate(entries, first)}
    figures["D_unit2_input1"] = [float(slope[1, 1]) for slope in slopes]
    figures["largest_difference"] = {
        "gradient": _apart(slopes, engine),
        "numerical": _apart(slopes, numerical),
    }
    return figures


def _parameters(thetas: list[Array]) -> dict[str, dict[str, Array]]:
    names = ("hidden", "hidden2", "output")
    return {
        name: {"bias": theta[:, 0].copy(), "weight": theta[:, 1:].copy()}
        for name, theta in zip(names, thetas, strict=True)
    }


def _from_engine(net: Network, thetas: list[Array], X: Array, classes: Any) -> list[Array]:
    slopes = grad(net.loss)(_parameters(thetas), X, classes)
    return [np.column_stack([layer["bias"], layer["weight"]]) for layer in slopes.values()]


def _central(net: Network, thetas: list[Array], X: Array, classes: Any) -> list[Array]:
    """(J(Θ + h) − J(Θ − h)) / 2h for each weight; h is the cube root of the rounding unit."""
    step = float(np.cbrt(np.finfo(np.float64).eps))
    found = [np.empty_like(theta) for theta in thetas]
    for theta, slope in zip(thetas, found, strict=True):
        for index in np.ndindex(theta.shape):
            kept = theta[index]
            values = []
            for moved in (kept + step, kept - step):
                theta[index] = moved
                values.append(net.loss(_parameters(thetas), X, classes))
            theta[index] = kept
            slope[index] = (values[0] - values[1]) / (2 * step)
    return found


def _apart(one: list[Array], other: list[Array]) -> float:
    return max(float(abs(a - b).max()) for a, b in zip(one, other, strict=True))
