"""``jacobian`` and ``hessian``: whole derivative arrays, by the cheaper mode."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, Final, Literal, ParamSpec, final, get_args, overload

import numpy as np
import optree

from clearprop.api.derivatives import grad
from clearprop.api.eager import derived_of, formed
from clearprop.api.leaves import is_single, outputs_of, positions_of, record
from clearprop.derive import forward, reverse
from clearprop.errors import ArgumentError, DtypeError
from clearprop.graph import Graph, Type, Value
from clearprop.numpy.namespace import NAMESPACE
from clearprop.tracing import Recorded, Traced, owned, require_callable, user_line

P = ParamSpec("P")

Mode = Literal["auto", "forward", "reverse"]

PASS_ELEMENTS: Final = 2**20
"""How many elements a batch of tangents or cotangents may have at the largest value of a graph."""


@overload
def jacobian(
    f: np.ufunc, argnums: int | Sequence[int] = 0, mode: Mode = "auto"
) -> Callable[..., Any]: ...


@overload
def jacobian(
    f: Callable[P, Any], argnums: int | Sequence[int] = 0, mode: Mode = "auto"
) -> Callable[P, Any]: ...


def jacobian(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, mode: Mode = "auto"
) -> Callable[..., Any]:
    """A function that returns the Jacobian of ``f``: every output element by every input element.

    Args:
        f: A function of numbers and arrays, or containers of them.
        argnums: Which positional argument to differentiate by, or several.
        mode: ``"forward"`` (a tangent per input element), ``"reverse"`` (a cotangent per output
            element), or ``"auto"``, which counts both and takes the fewer; at a tie, forward.
            The function is called once, and many tangents or cotangents go through its graph in
            one pass; where they would fill the memory, in several.

    Returns:
        A function with f's signature. For an array of shape ``s`` by an array of shape ``t`` it
        returns an array of shape ``s + t``; containers of outputs hold containers of inputs.

    >>> jacobian(np.cumsum)(np.array([1.0, 2.0, 3.0]))
    array([[1., 0., 0.],
           [1., 1., 0.],
           [1., 1., 1.]])
    """
    require_callable(f, "jacobian")
    if mode not in get_args(Mode):
        raise ArgumentError(
            f"jacobian has no mode {mode!r}", remedy='Use "auto", "forward" or "reverse".'
        )

    @functools.wraps(f)
    def whole(*args: Any, **kwargs: Any) -> Any:
        recorded = record(f, args, kwargs, positions_of(argnums, len(args)))
        _, results, structure = outputs_of(recorded)
        _require_real(recorded, results)
        inputs = _Side([leaf.place.type for leaf in recorded.leaves if leaf.place is not None])
        outputs = _Side([result.type for result in results])
        run = _Passes(recorded, [result.node for result in results])
        if mode == "forward" or (mode == "auto" and inputs.count <= outputs.count):
            columns = run.all(forward, inputs, outputs)
            blocks = [[inputs.part(c, i, last=True) for i in inputs.places] for c in columns]
        else:
            rows = run.all(reverse, outputs, inputs)
            blocks = [[outputs.part(r, o, last=False) for r in rows] for o in outputs.places]
        by_argument = [_arranged(recorded, row) for row in blocks]
        leaves = [row[0] if is_single(argnums) else row for row in by_argument]
        return leaves[0] if structure is None else optree.tree_unflatten(structure, leaves)

    return whole


def hessian(f: Callable[P, Any], argnums: int | Sequence[int] = 0) -> Callable[P, Any]:
    """A function that returns the Hessian of ``f``: forward mode over reverse mode.

    Args:
        f: A function that returns one real number.
        argnums: Which positional argument to differentiate by, or several.

    Returns:
        A function with f's signature; for an argument of shape ``t``, an array of shape ``t + t``.

    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 3.0]))
    array([[6., 2.],
           [2., 0.]])
    """
    return jacobian(grad(f, argnums), argnums, mode="forward")


@final
class _Side:
    """The leaves on one side of a function: its inputs, or its outputs.

    Args:
        types: Their types.
    """

    def __init__(self, types: Sequence[Type]) -> None:
        self.types = list(types)
        sizes = [type_.size for type_ in types]
        self.starts = list(accumulate(sizes, initial=0))
        self.count = self.starts[-1]
        self.places = range(len(sizes))

    def basis(self, first: int, size: int) -> list[Any]:
        """Unit vectors, from the given one on: for each leaf its part of them, stacked."""
        return [
            np.eye(size, type_.size, first - start, type_.dtype).reshape(size, *type_.shape)
            for type_, start in zip(self.types, self.starts, strict=False)
        ]

    def part(self, rows: Any, place: int, *, last: bool) -> Any:
        """The rows that belong to one leaf, as one array; the leaf's axes come last or first."""
        rows = rows[self.starts[place] : self.starts[place + 1]]
        other, own = rows.shape[1:], self.types[place].shape
        if last:
            rows = _call("moveaxis", rows, 0, -1)
        return _own(_call("reshape", rows, (*other, *own) if last else (*own, *other)))


@final
class _Passes:
    """The passes through a traced function: many unit vectors in each.

    Args:
        recorded: The traced call.
        outputs: Its results.
    """

    def __init__(self, recorded: Recorded, outputs: Sequence[Value]) -> None:
        self.recorded = recorded
        self.graph = recorded.trace.finish(outputs)
        self.wrt = tuple(range(len(recorded.leaves)))
        largest = max(
            value.type.size for value in (*self.graph.inputs, *self.graph.nodes, *outputs)
        )
        self.at_once = max(1, PASS_ELEMENTS // max(1, largest))

    def all(self, derive: Callable[..., Graph], side: _Side, other: _Side) -> list[Any]:
        """For each leaf of the other side what all unit vectors of this one give, stacked."""
        if not side.count:
            zeros = NAMESPACE["zeros"]  # in a trace, one that can be written into
            return [zeros((0, *type_.shape), type_.dtype) for type_ in other.types]
        starts = range(0, side.count, self.at_once)
        passes = [
            self._one(derive, side.basis(start, min(self.at_once, side.count - start)))
            for start in starts
        ]
        return [_call("concatenate", parts) for parts in zip(*passes, strict=True)]

    def _one(self, derive: Callable[..., Graph], seeds: list[Any]) -> list[Any]:
        trace = self.recorded.trace
        derived = derived_of(self.graph, derive, self.wrt, len(seeds[0]))
        return derived.run(trace.nodes, trace.saved, [*self.recorded.values(), *seeds])


def _arranged(recorded: Recorded, blocks: Sequence[Any]) -> tuple[Any, ...]:
    """A block for each leaf of the arguments, in their structure; None for what is no number."""
    rest = iter(blocks)
    return tuple(
        argument.rebuild([None if leaf.place is None else next(rest) for leaf in argument.leaves])
        for argument in recorded.arguments
    )


def _require_real(recorded: Recorded, results: Sequence[Traced]) -> None:
    """Raise if a result has no derivative, or if complex numbers would need two by two matrices."""
    places = [leaf.place for leaf in recorded.leaves if leaf.place is not None]
    for type_ in (*[place.type for place in places], *[result.type for result in results]):
        if type_.dtype.kind == "c":
            raise DtypeError(
                f"the Jacobian by, or of, a complex value of type {type_}",
                where=user_line(),
                why="A complex number moves in two directions, so one number for each pair of "
                "elements does not hold such a derivative.",
                remedy="Pass and return real and imaginary parts as two real arrays; or use cp.jvp "
                "and cp.vjp, which take complex tangents and cotangents.",
            )
    for result in results:
        if result.dtype.kind != "f":
            raise DtypeError(
                f"the function's result holds a value of type {result.type}, which has no "
                "derivative",
                where=user_line(),
                remedy="Return floats only.",
            )


def _call(name: str, first: Any, *args: Any) -> Any:
    """The function of that name, NumPy's own where no value is traced."""
    traced = any(x.__class__ is Traced for x in (first if name == "concatenate" else (first,)))
    return NAMESPACE[name](first, *args) if traced else getattr(np, name)(first, *args)


def _own(value: Any) -> Any:
    """The value as a scalar, or as an array in C order that is no view."""
    if value.__class__ is not Traced:
        return np.array(value, order="C")[()]
    if value.shape:
        return owned(value)
    return formed(value, is_array=False, weak=False)  # as NumPy's scalars, it has no views
