"""How many hidden layers, how wide? Structures are compared by their loss on a validation part."""

import math

import numpy as np

from clearprop import nn
from clearprop.train import fit

DRAW = np.random.Generator(np.random.Philox(21))


def checkerboard(count):
    """Points in four squares, the class being the sign of x·y: no line separates them."""
    size = DRAW.uniform(0.3, 1.0, size=(count // 4, 2))
    corners = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    X = np.concatenate([size * corner for corner in corners])
    return X, (X[:, 0] * X[:, 1] > 0).astype(np.int64)


def test_the_structure_that_can_express_the_classes_wins_on_validation():
    """By symmetry the best line has the loss ln 2; eight hidden units do far better."""
    train, validation = checkerboard(200), checkerboard(200)
    losses = {}
    for hidden in ((), (1,), (8,), (8, 8)):
        net = nn.stack([2, *hidden, 2], hidden="tanh", output="softmax", loss="cross_entropy")
        result = fit(net, train, validation, epochs=60, learning_rate=0.02)
        measured = net.example_losses(result.params, *validation).mean()
        losses[hidden] = result.epochs[-1].test_loss
        assert math.isclose(losses[hidden], measured, rel_tol=1e-12), "it took no part in learning"
    assert math.isclose(losses[()], math.log(2), rel_tol=0.03)
    assert losses[1,] > 0.3, "one unit is one line again"
    assert max(losses[8,], losses[8, 8]) < 0.1
    assert min(losses, key=losses.get) in {(8,), (8, 8)}
