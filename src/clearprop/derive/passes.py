"""The passes, tied together: rules of loops and branches derive and batch their bodies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, final

from clearprop.derive.batch import batch
from clearprop.derive.forward import forward
from clearprop.derive.jet import jet
from clearprop.derive.reverse import reverse
from clearprop.graph import Graph, Input, Value
from clearprop.primitives import CATALOGUE, Builder


@final
class AllPasses:
    """Every pass over the whole catalogue; each call works with a new builder."""

    def builder(self) -> Builder:
        """A builder whose rules may call these passes."""
        return Builder(CATALOGUE, self)

    def forward(
        self,
        graph: Graph,
        wrt: Sequence[Input] | None = None,
        *,
        at: Sequence[Value] | None = None,
        keep_values: bool = False,
    ) -> Graph:
        """The graph that computes tangents of the outputs from tangents of inputs.

        Args:
            graph: The graph of a function.
            wrt: The inputs that move; by default all that are differentiable.
            at: The values whose tangents are wanted; by default the outputs.
            keep_values: Whether the outputs start with the function's own.

        Returns:
            A graph with the same inputs followed by one tangent per input in ``wrt``, of its type;
            its outputs are the tangents of the differentiable values in ``at``, in order.
        """
        return forward(self.builder(), graph, wrt, at=at, keep_values=keep_values)

    def reverse(
        self, graph: Graph, wrt: Sequence[Value] | None = None, *, keep_values: bool = False
    ) -> Graph:
        """The graph that computes adjoints of inputs from cotangents of the outputs.

        Args:
            graph: The graph of a function.
            wrt: The values whose adjoints are wanted; by default all inputs. Those that are not
                differentiable are passed over.
            keep_values: Whether the outputs start with the function's own.

        Returns:
            A graph with the same inputs followed by one cotangent per differentiable output, of its
            type; its outputs are the adjoints of the values in ``wrt``, in order, of their types.
        """
        return reverse(self.builder(), graph, wrt, keep_values=keep_values)

    def batch(
        self,
        graph: Graph,
        batched: Sequence[bool],
        size: int,
        *,
        always: Sequence[bool] | bool = False,
    ) -> tuple[Graph, tuple[bool, ...]]:
        """The graph that computes a function for all elements of a batch at once.

        Args:
            graph: The graph of the function for one element.
            batched: For each input, whether the elements of the batch differ in it.
            size: The number of elements.
            always: Which outputs are to have the leading axis even if all elements agree on them.

        Returns:
            A graph in whose place of each batched input stands one with a leading axis of that
            length, and a flag for each output: whether it has the leading axis.
        """
        return batch(self.builder(), graph, batched, size, always=always)

    def jet(self, graph: Graph, wrt: Sequence[Input], order: int) -> Graph:
        """The graph that computes derivatives along a curve, up to some order.

        Args:
            graph: The graph of a function.
            wrt: The inputs that move, all differentiable.
            order: The highest derivative.

        Returns:
            A graph with the same inputs followed, for each input in ``wrt``, by its first to
            ``order``-th derivative by t; its outputs are the same of each differentiable output.
        """
        return jet(self.builder(), graph, wrt, order)


PASSES: Final = AllPasses()
