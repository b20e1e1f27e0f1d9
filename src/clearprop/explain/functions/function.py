"""Explaining a function at a point: every derivative in it, in both directions, and their cost."""

from __future__ import annotations

from typing import Any

from clearprop.explain.functions.explanation import Explanation, explanation_of
from clearprop.explain.numbers.paths import Path
from clearprop.explain.numbers.point import Function, point_of
from clearprop.explain.numbers.study import Study


def function(f: Function, *args: Any, wrt: Any = None, output: Any = 0) -> Explanation:
    """Every derivative of a function at a point, to be looked at.

    Args:
        f: A function of numbers and NumPy arrays (or nested containers of them), or a graph.
        args: The point: the function's arguments, or a value for each input of the graph.
        wrt: What to take derivatives by: names or positions of inputs, or names of elements such
            as ``"w[0,1]"``; by default all inputs that are floats.
        output: Which output to differentiate, by position among all arrays and numbers that the
            function returns; ``(0, 2, 1)`` is the element ``[2, 1]`` of the first.

    Returns:
        The explanation: ``print`` it, look at its picture with ``.svg()``, or take its numbers
        from ``.nodes``, ``.edges``, ``.gradient``, ``.cost`` or ``.to_dict()``.

    Raises:
        ExplainError: If the output is an array and no element is chosen, or is a constant.
        ArgumentError: If there is no such input or output.
        DtypeError: If no argument is a float.

    >>> def f(a, b):
    ...     c = a + b
    ...     d = b + 1
    ...     e = c * d
    ...     return e
    >>> explanation = function(f, 2.0, 1.0)
    >>> explanation.gradient
    mappingproxy({'a': 2.0, 'b': 5.0})
    >>> explanation.node("c").reverse, explanation.edge("d", "e").partial
    (2.0, 3.0)
    >>> for path in explanation.paths():
    ...     print(path)
    a → c → e: 1 · 2 = 2
    b → c → e: 1 · 2 = 2
    b → d → e: 1 · 3 = 3
    """
    return explanation_of(Study(point_of(f, args), wrt, output))


def paths(
    f: Function, *args: Any, k: int | None = None, wrt: Any = None, output: Any = 0
) -> list[Path]:
    """The paths behind the derivatives of a function, arrays taken apart into scalars.

    Args:
        f: A function or a graph.
        args: The point.
        k: How many, those with the largest `abs(contribution)` first; None for all.
        wrt: As for :func:`function`.
        output: As for :func:`function`.

    Returns:
        The paths, each with its partials and their product; ``print`` one to see them.

    Raises:
        ExplainError: If there are more than 10,000 paths and k is None.

    >>> [str(path) for path in paths(lambda x: x * x, 3.0, k=1)]
    ['x → v1: 3 = 3']
    """
    explanation = function(f, *args, wrt=wrt, output=output)
    return explanation.expand().paths(k)
