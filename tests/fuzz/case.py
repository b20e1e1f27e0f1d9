"""A program at its point: its graph, the derived ones, and the directions it is looked at along."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import clearprop as cp
from clearprop.derive import forward, reverse
from clearprop.execute import Plan
from clearprop.graph import Graph
from tests.fuzz.comparing import EXACT, largest
from tests.fuzz.numerics import Values, as_tuple, like, moved
from tests.fuzz.program import Program


@dataclass
class Checked:
    """What was compared; a comparison is left out where it can tell nothing.

    ``bits``: the values agree to the bit. Where arrays lie in Fortran's order, a sum may be taken
    in another order.
    """

    bits: bool = False
    numerical: bool = False
    second: bool = False
    second_numerical: bool = False
    batched: bool = False


class Case:
    """A program at its point.

    Attributes:
        value: What plain NumPy computes.
        weights: A cotangent of the value.
        tangent: A direction, and ``other`` another one.
        exact: By how much exact derivatives may differ.
        lot: Which of four costly comparisons are made; drawn by the program's text.
        product: The Hessian of the weighted outputs times the tangent, once computed.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.checked = Checked()
        self.f = program.function
        self.args = program.args
        self.value = as_tuple(program.reference(*self.args))
        generator = np.random.default_rng(0)
        self.tangent = like(self.args, generator)
        self.other = like(self.args, generator)
        self.weights = like(self.value, generator)
        self.argnums = tuple(range(len(self.args)))
        self.exact = 2e-3 if program.single else EXACT
        self.product: Any = ()
        self.lot = zlib.crc32(program.source.encode()) % 4

    # As the user writes it -----------------------------------------------------------------------

    def weighted(self, *xs: Any) -> Any:
        """The outputs as one number."""
        pairs = zip(self.weights, as_tuple(self.f(*xs)), strict=True)
        return sum(np.sum(weight * output) for weight, output in pairs)

    def gradient(self, *xs: Any) -> Any:
        """By reverse mode."""
        return cp.grad(self.weighted, self.argnums)(*xs)

    def slope(self, *xs: Any) -> Any:
        """Along the tangent, by forward mode."""
        return cp.jvp(self.weighted, xs, self.tangent)[1]

    def structured(self, weights: Values) -> Any:
        """Cotangents in the structure of the result."""
        return weights if len(weights) > 1 else weights[0]

    @functools.cached_property
    def pullback(self) -> tuple[Any, Any]:
        """The value, and the function that pulls cotangents back."""
        return cp.vjp(self.f, *self.args)

    # As graphs -----------------------------------------------------------------------------------

    @functools.cached_property
    def graph(self) -> Graph:
        return cp.trace(self.f)(*self.args)

    @functools.cached_property
    def forward(self) -> Graph:
        return forward(self.graph)

    @functools.cached_property
    def reverse(self) -> Graph:
        return reverse(self.graph)

    @functools.cached_property
    def second(self) -> Graph:
        """Forward twice, reverse over forward, or reverse twice."""
        if self.lot == 0:
            return forward(self.forward)
        return reverse(self.forward if self.lot == 1 else self.reverse)

    def moving(self, weights: Values) -> list[Any]:
        """The weights of outputs that are differentiable."""
        pairs = zip(weights, self.graph.outputs, strict=True)
        return [weight for weight, output in pairs if output.type.differentiable]

    def gradients(self, xs: Values) -> list[Any]:
        """By running the derived graph."""
        return self._gradients.run(strong([*xs, *self.moving(self.weights)]))

    @functools.cached_property
    def _gradients(self) -> Plan:
        return Plan(self.reverse)

    # Nearby --------------------------------------------------------------------------------------

    def at(self, step: float) -> Values:
        """The point, moved along the tangent."""
        return moved(self.args, self.tangent, step)

    def largest_passed(self) -> float:
        """The largest finite number that is computed on the way to the value."""
        graph = self.graph
        passed = [node for node in graph.nodes if node.type.dtype.kind in "fc"]
        found = Plan(Graph(graph.inputs, graph.nodes, passed)).run(strong(self.args))
        finite = [value[np.isfinite(value)] for value in map(np.asarray, found)]
        return max(map(largest, finite), default=0.0)

    def same_branch(self, xs: Values) -> bool:
        """Whether the Python code takes the same decisions at another point."""
        guards = self.graph.guards
        found = self._guarded.run(strong(xs)) if guards else []
        pairs = zip(guards, found, strict=True)
        return all(np.array_equal(value, guard.outcome) for guard, value in pairs)

    @functools.cached_property
    def _guarded(self) -> Plan:
        graph = self.graph
        return Plan(Graph(graph.inputs, graph.nodes, [guard.value for guard in graph.guards]))


def strong(values: Sequence[Any]) -> list[Any]:
    """Python floats as NumPy's, which a plan wants."""
    return [np.float64(value) if value.__class__ is float else value for value in values]
