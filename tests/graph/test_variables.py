"""A node is a variable of any shape; an operation is one of the catalogue; the rest is composed."""

import numpy as np
import pytest

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.primitives import CATALOGUE


def mixed(scalar, vector, matrix, tensor):
    weighed = matrix @ vector
    large = weighed > 0
    scaled = cnp.where(large, weighed, scalar)
    return cnp.sum(tensor * scaled, axis=2) * 2


POINT = (0.5, np.array([1.0, -2.0]), np.arange(6.0).reshape(3, 2), np.ones((4, 2, 3)))


def test_nodes_are_scalars_vectors_matrices_tensors_and_other_types():
    graph = cp.trace(mixed)(*POINT)
    assert [value.type.shape for value in graph.inputs] == [(), (2,), (3, 2), (4, 2, 3)]
    shapes = {node.type.shape for node in graph.nodes}
    assert {(3,), (4, 2), (4, 2, 3)} <= shapes
    assert {node.type.dtype.name for node in graph.nodes} == {"bool", "float64"}
    np.testing.assert_array_equal(cp.run(graph, *POINT)[0], mixed(*POINT))


@pytest.mark.parametrize(
    "composed",
    [
        np.std,
        np.linalg.norm,
        cnp.logaddexp,
        lambda x: np.convolve(x, x),
        lambda x: x @ x / np.max(x),
    ],
    ids=["std", "norm", "logaddexp", "convolve", "by hand"],
)
def test_richer_functions_are_composed_of_the_allowed_operations(composed):
    x = np.array([1.0, 3.0, 2.0])
    arguments = (x, x) if composed is cnp.logaddexp else (x,)
    graph = cp.trace(composed)(*arguments)
    assert graph.nodes
    for node in graph.nodes:
        assert CATALOGUE[node.primitive.name] is node.primitive
        assert node.operands, "an operation is a function of one or more variables"
