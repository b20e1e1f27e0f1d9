"""Networks and data that several tests share."""

import numpy as np

import clearprop as cp
from clearprop import nn


def tangled(**options):
    """Two inputs, two outputs, a skip, a branch, a join, and a layer used twice."""
    left, right = nn.Input(3, "left"), nn.Input(4, "right")
    twice = nn.Dense(5, "tanh", name="twice")
    first = twice(left)
    second = twice(nn.Dense(3, "relu", name="before")(right))
    mixed = nn.Dense(5, "sigmoid", name="mixed")(nn.concatenate(first, left), second)
    kind = nn.Dense(3, "softmax", name="kind")(nn.add(mixed, first), right)
    size = nn.Dense(1, name="size", bias="shared")(mixed)
    losses = ["cross_entropy", "squared_error"]
    return nn.Network([left, right], [kind, size], loss=losses, **options)


def tangled_data(count=6, seed=0):
    """Examples and targets for it."""
    draw = np.random.Generator(np.random.Philox(seed))
    X = [draw.normal(size=(count, 3)), draw.normal(size=(count, 4))]
    return X, [draw.integers(0, 3, count), draw.normal(size=(count, 1))]


def four_layers(strength):
    """The network of sizes 3-5-5-4, its parameters and its examples."""

    def sines(rows, columns):
        return np.sin(np.arange(1.0, rows * columns + 1)).reshape(rows, columns) / 10

    options = {"hidden": "sigmoid", "output": "sigmoid", "loss": "cross_entropy"}
    net = nn.stack([3, 5, 5, 4], **options, regularization=strength)
    names = ("hidden", "hidden2", "output")
    thetas = (sines(5, 4), sines(5, 6), sines(4, 6))
    params = {
        name: {"bias": theta[:, 0].copy(), "weight": theta[:, 1:].copy()}
        for name, theta in zip(names, thetas, strict=True)
    }
    return net, params, sines(5, 3), np.array([1, 2, 3, 0, 1])


def by_hand(bias="shared"):
    """The network of two inputs, two hidden units and two outputs."""
    x = nn.Input(2)
    hidden = nn.Dense(2, "sigmoid", name="hidden", bias=bias)(x)
    net = nn.Network(x, nn.Dense(2, "sigmoid", name="output", bias=bias)(hidden))
    params = {
        "hidden": {"weight": np.array([[0.15, 0.20], [0.25, 0.30]]), "bias": np.array(0.35)},
        "output": {"weight": np.array([[0.40, 0.45], [0.50, 0.55]]), "bias": np.array(0.60)},
    }
    return net, params, np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])


def scoped(params, X, Y):
    """A network written out by hand: weights as (inputs, units), plain lists of parameters."""
    with cp.name_scope("first.z"):
        z = X @ params[0] + params[1]
    with cp.name_scope("first.a"):
        a = cp.numpy.tanh(z)
    with cp.name_scope("last.z"):
        out = a @ params[2]
    with cp.name_scope("cost.examples"):
        losses = cp.numpy.sum((out - Y) ** 2, axis=1)
    return cp.numpy.sum(losses) / 3


def numerical(function, params, step=1e-6):
    """The central-difference gradient of a function of nested dictionaries."""
    found = {}
    for layer, entries in params.items():
        found[layer] = {}
        for name, array in entries.items():
            slope = np.zeros_like(array)
            for index in np.ndindex(array.shape):
                values = []
                for sign in (1, -1):
                    moved = {k: dict(v) for k, v in params.items()}
                    moved[layer][name] = array.copy()
                    moved[layer][name][index] += sign * step
                    values.append(function(moved))
                slope[index] = (values[0] - values[1]) / (2 * step)
            found[layer][name] = slope
    return found
