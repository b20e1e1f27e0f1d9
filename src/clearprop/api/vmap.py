"""``vmap``: a function of one element as a function of many, without a loop in Python.

The function is traced once, on the first element; ``derive.batch`` turns its graph into one that
computes all elements at once, and that is run. Inside a derivative its operations are recorded like
any others, so that ``vmap`` and ``grad`` nest in either order.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, final

import numpy as np
import optree

from clearprop.api.batches import batch_of
from clearprop.api.eager import formed
from clearprop.api.mapped import (
    Operand,
    along,
    common_length,
    in_range,
    leaf_axes,
    operands_of,
    require_axes,
)
from clearprop.errors import ArgumentError, DtypeError
from clearprop.numpy.namespace import NAMESPACE
from clearprop.tracing import (
    Trace,
    Traced,
    argument,
    called,
    output,
    require_callable,
    user_line,
)


def vmap(f: Callable[..., Any], in_axes: Any = 0, out_axes: Any = 0) -> Callable[..., Any]:
    """A function that does for all elements along an axis what ``f`` does for one.

    Args:
        f: A function of numbers and arrays, or nested containers of them.
        in_axes: The axis of the arguments to map over: an int (negative ones count from the end)
            for all, or a tuple with an entry for each positional argument. An entry may be a
            container of axes, of the structure of the argument or of its outer part. None stands
            for what is the same for all elements, which may also be no number at all. Keyword
            arguments are mapped over axis 0.
        out_axes: Where the new axis stands in the results: an int, None where all elements agree,
            or a container of them.

    Returns:
        A function with f's signature, of arguments that have one more axis, with results that have
        one more axis. It equals a loop over the elements and ``np.stack`` of the results.

    Raises:
        ShapeError: If mapped axes differ in length.
        ArgumentError: If ``in_axes`` or ``out_axes`` do not fit.
        GuardError: If the elements of the batch take different paths through Python code.

    >>> vmap(lambda x, y: x @ y)(np.ones((4, 3)), np.ones((4, 3)))
    array([3., 3., 3., 3.])
    >>> vmap(lambda w, x: w * x, in_axes=(None, 0), out_axes=1)(np.array([1.0, 2.0]), np.ones(3))
    array([[1., 1., 1.],
           [2., 2., 2.]])
    >>> import clearprop as cp
    >>> vmap(cp.grad(lambda x: x**3))(np.array([1.0, 2.0]))
    array([ 3., 12.])
    """
    require_callable(f, "vmap")
    require_axes(in_axes, "in_axes")
    require_axes(out_axes, "out_axes")

    @functools.wraps(f)
    def mapped(*args: Any, **kwargs: Any) -> Any:
        operands, structure = operands_of(f, args, kwargs, in_axes)
        size = common_length(operands)
        trace = Trace(NAMESPACE, lift=True, detached=True, example=True, hollow=not size)
        handles = [_handle(trace, operand) for operand in operands]
        positional, named = structure.unflatten(handles)
        result = called(trace, f, positional, named)
        results = _Results(trace, result, out_axes)
        graph = trace.finish([leaf.node for leaf in results.leaves])
        given = [operand for operand in operands if operand.is_input]
        captured = [value for _, value in trace.captured]
        values = [*(operand.whole() for operand in given), *captured]
        flags = (*(operand.axis is not None for operand in given), *[False] * len(captured))
        made = batch_of(graph, flags, size, tuple(axis is not None for axis in results.axes))
        return results.shown(made.run(graph, values), made.batched, {id(x) for x in values})

    return mapped


def _handle(trace: Trace, operand: Operand) -> Any:
    """What the function receives for a leaf of an argument."""
    if not operand.is_input:
        return operand.value
    number, is_array = operand.example(), bool(operand.type.shape) or operand.axis is None
    return argument(trace, operand.name, operand.type, number, is_array)


@final
class _Results:
    """What the function returned for one element, and where the axis of the batch goes in each.

    Args:
        trace: The trace of the call.
        result: What it returned.
        out_axes: As the user gave it.
    """

    def __init__(self, trace: Trace, result: Any, out_axes: Any) -> None:
        paths, found, self.structure = optree.tree_flatten_with_path(result, none_is_leaf=True)
        names = ["".join(["the result", *(f"[{part!r}]" for part in path)]) for path in paths]
        axes = leaf_axes(out_axes, result, f"out_axes={out_axes!r} does not fit the result")
        self.places = [leaf is not None for leaf in found]
        kept = [row for row in zip(names, found, axes, strict=True) if row[1] is not None]
        self.names = [name for name, _, _ in kept]
        self.axes = [axis for _, _, axis in kept]
        self.leaves = [_output(trace, leaf, name) for name, leaf, _ in kept]

    def shown(self, values: list[Any], batched: Sequence[bool], foreign: set[int]) -> Any:
        """The results for all elements, in the structure of the result for one.

        Args:
            values: What the batched graph gave.
            batched: Which of them have the axis of the batch.
            foreign: The ids of arrays that others hold.
        """
        made: list[Any] = []
        for place, (value, differs) in enumerate(zip(values, batched, strict=True)):
            axis = self._axis(place, differs)
            leaf = self.leaves[place]
            made.append(_agreed(value, leaf) if axis is None else along(value, axis, foreign))
            foreign.add(id(made[-1]))
        rest = iter(made)
        leaves = [next(rest) if is_value else None for is_value in self.places]
        return optree.tree_unflatten(self.structure, leaves)

    def _axis(self, place: int, differs: bool) -> int | None:
        """Where the axis of the batch goes in a result, counted from 0."""
        axis, name = self.axes[place], self.names[place]
        if axis is None and differs:
            raise ArgumentError(
                f"out_axes is None for {name}, but its elements differ",
                where=user_line(),
                why="It depends on an argument that is mapped over.",
                remedy="Name the axis along which the elements are to stand.",
            )
        if axis is None:
            return None
        return in_range(axis, self.leaves[place].ndim + 1, name, f"out_axes={axis}")


def _output(trace: Trace, leaf: Any, name: str) -> Traced:
    """A leaf of the result as a value of the trace."""
    try:
        return output(trace, leaf, name)
    except DtypeError as error:
        raise DtypeError(
            error.what, where=user_line(), remedy="Return numbers and arrays."
        ) from None


def _agreed(value: Any, leaf: Traced) -> Any:
    """A result on which all elements agree, in the form that it has for one."""
    own = value if value.__class__ is Traced else np.array(value)
    return formed(own, is_array=leaf.is_array, weak=leaf.type.weak)
