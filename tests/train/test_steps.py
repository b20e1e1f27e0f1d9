"""Functions derived once: batch shapes, guards, dtypes, flat parameters."""

import numpy as np

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.train.steps import Compiled, Flat, count, pieces, rows


def test_flat_parameters_are_views():
    params = {"b": {"w": np.arange(6.0).reshape(2, 3)}, "a": [np.float64(7.0), np.zeros(2)]}
    flat = Flat(params)
    assert flat.vector.shape == (9,)
    flat.vector *= 2
    tree = flat.tree()
    np.testing.assert_array_equal(tree["b"]["w"], 2 * params["b"]["w"])
    assert tree["a"][0].shape == ()
    tree["b"]["w"][:] = 0
    assert flat.vector.any(), "the tree is a copy"
    assert params["b"]["w"][0, 1] == 1.0, "and so is the vector"
    gathered = flat.flatten(flat.views, np.empty(9))
    np.testing.assert_array_equal(gathered, flat.vector)
    assert Flat({"w": np.ones(2, np.float32)}).vector.dtype == np.float32


def test_each_shape_is_traced_once():
    traced = []

    def loss(w, x):
        traced.append(x.shape)
        return cnp.sum((x @ w) ** 2)

    w = np.array([1.0, 2.0])
    compiled = Compiled(loss, w, slopes=True)
    for size in (4, 4, 3, 4, 3):
        x = np.ones((size, 2))
        value, slope = compiled([w], x)
        assert value == 9.0 * size
        np.testing.assert_allclose(slope, cp.grad(loss)(w, x))
    del traced[1::2]
    shapes = [shape for shape in traced if shape == (4, 2)]
    compiled([w], np.ones((4, 2)))
    assert traced.count((4, 2)) == len(shapes)


def test_guards_choose_the_branch():
    traced = []

    def loss(w, x):
        traced.append(1)
        return w * x[0] if x[0] > 0 else -3 * w * x[0]

    compiled = Compiled(loss, np.array(2.0), slopes=True)
    for _ in range(3):
        for number, expected in ((5.0, [10.0, 5.0]), (-1.0, [6.0, 3.0])):
            assert compiled([np.array(2.0)], np.array([number])) == expected
    assert len(traced) == 2


def test_float32_stays():
    compiled = Compiled(lambda w, x: cnp.sum(w * x), np.ones(2, np.float32), slopes=True)
    _, slope = compiled([np.ones(2, np.float32)], np.ones(2, np.float32))
    assert slope.dtype == np.float32


def test_pieces():
    data = [np.arange(7), np.arange(14).reshape(7, 2)]
    assert count(data) == 7
    sizes = [(size, part[1].shape) for size, part in pieces(data, 3)]
    assert sizes == [(3, (3, 2)), (3, (3, 2)), (1, (1, 2))]
    assert rows(data, [2, 0])[0].tolist() == [2, 0]
