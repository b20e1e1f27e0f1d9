"""A recursive sum over a tree: nested tuples, a class of one's own, and one known to optree."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import optree

import clearprop as cp
from tests.programs.holding import assert_holds


def tree_sum(node, scale):
    """Σ leaf · scale^depth, with the branches of larger value damped by tanh."""
    if not isinstance(node, tuple):
        return node
    left, right = (tree_sum(child, scale) for child in node)
    if left > right:
        left = np.tanh(left)
    return scale * (left + right)


def grown(x, depth):
    return x / (1 + depth) if depth == 0 else (grown(x * x, depth - 1), grown(np.sin(x), depth - 1))


def test_nested_tuples():
    assert_holds(lambda x: tree_sum(grown(x, 4), x), 0.7, batch=[0.7, 0.71])


def test_without_the_branch_it_is_a_polynomial():
    def plain(node, scale):
        if isinstance(node, tuple):
            return scale * sum(plain(child, scale) for child in node)
        return node

    tree = ((1.0, 2.0), (3.0, (4.0, 5.0)))
    assert_holds(lambda s: plain(tree, s), 0.5, (3.75 / 2 + 0.75, 12.75, 39.0), batch=[0.5, -2.0])


def test_the_gradient_of_a_tree_is_a_tree():
    tree = ((1.0, 2.0), (np.ones(2), [4.0, {"a": 5.0}]))

    def total(node):
        if isinstance(node, dict):
            return sum(total(child) for child in node.values())
        if isinstance(node, (tuple, list)):
            return 2 * sum(map(total, node))
        return np.sum(node * node)

    slopes = cp.grad(total)(tree)
    assert slopes[0] == (8.0, 16.0)
    np.testing.assert_array_equal(slopes[1][0], [8.0, 8.0])
    assert slopes[1][1] == [64.0, {"a": 80.0}]


@optree.dataclasses.dataclass(namespace="")
class Tree:
    """A binary tree, registered with optree by its decorator."""

    value: Any
    left: Any = None
    right: Any = None


def weight(tree):
    """Recursive, with None for no subtree."""
    if tree is None:
        return 0.0
    return np.sin(tree.value) * (1 + weight(tree.left)) + weight(tree.right) ** 2


def test_dataclasses_go_in_and_come_out():
    tree = Tree(0.3, Tree(0.5, None, Tree(-0.2)), Tree(1.1))
    slopes = cp.grad(weight)(tree)
    assert isinstance(slopes, Tree)
    assert slopes.left.left is None
    inner = 1 + np.sin(0.5) + np.sin(-0.2) ** 2
    np.testing.assert_allclose(slopes.value, np.cos(0.3) * inner, rtol=1e-14)
    expected = np.sin(0.3) * 2 * np.sin(-0.2) * np.cos(-0.2)
    np.testing.assert_allclose(slopes.left.right.value, expected, rtol=1e-14)
    assert_holds(lambda x: weight(Tree(x, Tree(x * x), Tree(np.exp(x)))), 0.4, batch=[0.4, -0.3])


@dataclass
class Plain:
    """Not registered: fine within a function, and for what it closes over."""

    value: Any
    left: Any = None

    def depth(self):
        return self.value if self.left is None else self.value * np.cos(self.left.depth())


def test_classes_within_the_function_need_no_registration():
    assert_holds(lambda x: Plain(x, Plain(x * x, Plain(np.sqrt(x)))).depth(), 0.6, batch=[0.6, 1.4])
