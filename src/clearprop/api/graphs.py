"""From a function to its graph, and from a text to a graph."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import optree

from clearprop.graph import Graph, check
from clearprop.graph import parse as parse_text
from clearprop.numpy.namespace import NAMESPACE
from clearprop.primitives import CATALOGUE
from clearprop.tracing import Trace, output, record_call, require_callable


def trace(f: Callable[..., Any]) -> Callable[..., Graph]:
    """A function that returns the graph of ``f`` at its arguments.

    Args:
        f: A function of numbers and NumPy arrays, or nested containers of them.

    Returns:
        A function with f's signature. Numbers and arrays among its positional arguments become
        the graph's inputs; keyword arguments are passed to ``f`` as they are.

    Raises:
        TraceError: If ``f`` does what cannot be traced; the message names the line.

    >>> print(trace(lambda a, b: (a + b) * (b + 1))(2.0, 1.0))
    graph(a: float, b: float) {
      %0: float = add(a, b)
      %1: float = add(b, 1.0)
      %2: float = multiply(%0, %1)
      return %2
    }
    """
    require_callable(f, "trace")

    @functools.wraps(f)
    def traced(*args: Any, **kwargs: Any) -> Graph:
        context = Trace(NAMESPACE)
        recorded = record_call(context, f, args, kwargs, range(len(args)))
        leaves = optree.tree_leaves(recorded.result)
        outputs = [output(context, leaf, "an output of the function").node for leaf in leaves]
        return context.finish(outputs)

    return traced


def parse(text: str) -> Graph:
    r"""The graph whose text form this is: the inverse of ``str(graph)``.

    Args:
        text: The text form; its grammar has a page of its own in the documentation.

    Returns:
        The graph, checked.

    Raises:
        ParseError: Naming line and column.
        GraphError: If the text describes an illegal graph.

    >>> graph = parse("graph(x: float64) { \n %0: float64 = sin(x) \n return %0 \n }")
    >>> len(graph.nodes)
    1
    """
    return check(parse_text(text, CATALOGUE))
