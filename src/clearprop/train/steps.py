"""The compiled-once parts of training: the gradient of a batch, the figures of a set.

A function is traced and derived once for each batch shape; afterwards only its plan runs. Guards
that the function's Python code recorded are checked on every run, and where one fails the function
is traced again at the values at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import optree
from numpy.typing import NDArray

from clearprop.api.graphs import trace
from clearprop.derive import reverse
from clearprop.execute import Plan
from clearprop.graph import Graph, Guard

Array = NDArray[Any]
Tree = Any
"""An array, or a nested container of arrays."""

MOST_ROWS = 4096
"""Examples that are evaluated at a time, to bound the memory."""


@final
class Flat:
    """Nested parameters as one flat array, with a view of it for each of them.

    Args:
        params: Nested arrays of real numbers; they are copied.

    Attributes:
        vector: All numbers, shape (n,).
        views: The parameters, as views of ``vector``.

    >>> flat = Flat({"w": np.ones((2, 2)), "b": np.zeros(())})
    >>> flat.vector += 1
    >>> flat.tree()["w"].tolist(), flat.tree()["b"].tolist()
    ([[2.0, 2.0], [2.0, 2.0]], 1.0)
    """

    def __init__(self, params: Tree) -> None:
        leaves, self._structure = optree.tree_flatten(params)
        arrays = [np.asarray(leaf) for leaf in leaves]
        dtype = np.result_type(np.float32, *arrays)
        self.vector = np.concatenate([array.ravel() for array in arrays]).astype(dtype)
        self.views: list[Array] = []
        start = 0
        for array in arrays:
            stop = start + array.size
            self.views.append(self.vector[start:stop].reshape(array.shape))
            start = stop

    def tree(self) -> Tree:
        """The parameters in their structure, as copies."""
        return optree.tree_unflatten(self._structure, [view.copy() for view in self.views])

    def like(self, arrays: Sequence[Array]) -> Tree:
        """Other arrays, in the parameters' structure."""
        return optree.tree_unflatten(self._structure, list(arrays))

    def flatten(self, arrays: Sequence[Array], out: Array) -> Array:
        """Arrays of the parameters' shapes as one flat array."""
        return np.concatenate([np.ravel(array) for array in arrays], out=out)


@final
@dataclass(frozen=True, slots=True)
class _Version:
    """A plan, and the guards under which it is the function."""

    plan: Plan
    seeds: list[Any]
    outputs: int
    guards: tuple[Guard, ...]


@final
class Compiled:
    """A function of (params, *data), run by a plan of its own for each shape of the data.

    Args:
        function: ``function(params, *data)`` → a number or array, or a tuple of such.
        params: Parameters of the structure that it takes.
        slopes: Whether the gradient of the first result, a number, by the parameters follows the
            results.

    >>> square = Compiled(lambda w, x: (w * x) ** 2, np.array(3.0), slopes=True)
    >>> square([np.array(3.0)], np.array(2.0))
    [np.float64(36.0), np.float64(24.0)]
    """

    def __init__(self, function: Callable[..., Any], params: Tree, *, slopes: bool) -> None:
        self._function = function
        self._structure = optree.tree_structure(params)
        self._slopes = slopes
        self._known: dict[tuple[Any, ...], list[_Version]] = {}

    def __call__(self, params: list[Array], *data: Tree) -> list[Any]:
        """The results, and the gradient by each parameter if slopes are wanted.

        Args:
            params: The parameters' leaves.
            data: What else the function takes.
        """
        leaves: list[Any] = optree.tree_leaves(data)  # type: ignore[arg-type]
        key = tuple((leaf.shape, leaf.dtype.str) for leaf in leaves)
        versions = self._known.setdefault(key, [])
        inputs = [*params, *leaves]
        for version in versions:
            found = self._run(version, inputs)
            if found is not None:
                return found
        versions.insert(0, self._compile(params, data))
        found = self._run(versions[0], inputs)
        assert found is not None, "a graph holds at the values at which it was traced"
        return found

    def _run(self, version: _Version, inputs: list[Any]) -> list[Any] | None:
        """The results, or None if a guard does not hold."""
        results = version.plan.run([*inputs, *version.seeds])
        for guard, value in zip(version.guards, results[version.outputs :], strict=True):
            if not np.array_equal(value, guard.outcome):
                return None
        return results[: version.outputs]

    def _compile(self, params: list[Array], data: Sequence[Tree]) -> _Version:
        tree = optree.tree_unflatten(self._structure, params)
        graph = trace(self._function)(tree, *data)
        outputs, nodes, inputs = list(graph.outputs), list(graph.nodes), graph.inputs
        seeds = []
        if self._slopes:
            seeds = [outputs[0].type.dtype.type(1)]
            first = Graph(inputs, nodes, outputs[:1], graph.guards)
            backward = reverse(first, inputs[: len(params)])
            known = set(nodes)
            nodes += [node for node in backward.nodes if node not in known]
            outputs += backward.outputs
            inputs = backward.inputs
        guarded = [guard.value for guard in graph.guards]
        plan = Plan(Graph(inputs, nodes, [*outputs, *guarded]))
        return _Version(plan, seeds, len(outputs), graph.guards)


def count(data: Tree) -> int:
    """How many examples there are: the length of every array's first axis."""
    return len(optree.tree_leaves(data)[0])


def rows(data: Tree, chosen: Any) -> Tree:
    """Some examples of every array."""
    return optree.tree_map(lambda array: array[chosen], data)


def pieces(data: Tree, size: int) -> Iterator[tuple[int, Tree]]:
    """Consecutive pieces of ``size`` examples, the last one perhaps smaller, with their lengths."""
    total = count(data)
    for start in range(0, total, size):
        stop = min(start + size, total)
        yield stop - start, rows(data, slice(start, stop))
