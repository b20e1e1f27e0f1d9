"""``jacobian`` and ``hessian``: whole derivative arrays, by the cheaper mode."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, get_args

import numpy as np
import optree

from clearprop.api.derivatives import grad, jvp, vjp
from clearprop.api.leaves import is_single, positions_of
from clearprop.errors import ArgumentError, DtypeError
from clearprop.numpy.namespace import NAMESPACE
from clearprop.tracing import Traced, parameter_name, require_callable, user_line

Mode = Literal["auto", "forward", "reverse"]


def jacobian(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, mode: Mode = "auto"
) -> Callable[..., Any]:
    """A function that returns the Jacobian of ``f``: every output element by every input element.

    Args:
        f: A function of numbers and arrays, or containers of them.
        argnums: Which positional argument to differentiate by, or several.
        mode: ``"forward"`` (one pass per input element), ``"reverse"`` (one per output element), or
            ``"auto"``, which counts both and takes the fewer; at a tie, forward.

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
        positions = positions_of(argnums, len(args))
        chosen = tuple(args[i] for i in positions)

        def of_chosen(*values: Any) -> Any:
            full = list(args)
            for position, value in zip(positions, values, strict=True):
                full[position] = value
            return f(*full, **kwargs)

        names = [parameter_name(f, i) for i in positions]
        inputs = _Leaves(chosen, names)
        value, pull = vjp(of_chosen, *chosen)
        outputs = _Leaves(value, ["the function's result"])
        forward = mode == "forward" or (mode == "auto" and inputs.count <= outputs.count)
        rows = (
            _by_columns(of_chosen, inputs, outputs) if forward else _by_rows(pull, inputs, outputs)
        )
        blocks = [
            inputs.rebuild(row)[0] if is_single(argnums) else inputs.rebuild(row) for row in rows
        ]
        return outputs.rebuild(blocks)

    return whole


def hessian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
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


class _Leaves:
    """The leaves of a nested value, and how many elements they have."""

    def __init__(self, value: Any, names: Sequence[str]) -> None:
        self.values, self.structure = optree.tree_flatten(value)
        for leaf in self.values:
            dtype = leaf.dtype if hasattr(leaf, "dtype") else np.asarray(leaf).dtype
            if dtype.kind != "f":
                raise DtypeError(
                    f"{' or '.join(names)} holds a value of type {dtype}, which has no derivative",
                    where=user_line(),
                    remedy="Use floats, or name other arguments in argnums.",
                )
        self.shapes = [leaf.shape if hasattr(leaf, "shape") else () for leaf in self.values]
        self.count = sum(int(np.prod(shape)) for shape in self.shapes)

    def rebuild(self, values: Sequence[Any]) -> Any:
        """The same structure with other leaves."""
        return optree.tree_unflatten(self.structure, values)

    def basis(self) -> Iterator[Any]:
        """Each unit vector, in the structure of the value."""
        pairs = zip(self.shapes, self.values, strict=True)
        zeros = [np.zeros(shape, _dtype(leaf)) for shape, leaf in pairs]
        for place, zero in enumerate(zeros):
            for index in np.ndindex(zero.shape):
                unit = zero.copy()
                unit[index] = 1
                yield self.rebuild([*zeros[:place], unit, *zeros[place + 1 :]])


def _by_columns(f: Callable[..., Any], inputs: _Leaves, outputs: _Leaves) -> list[list[Any]]:
    """Forward mode: one tangent per input element."""
    primals = inputs.rebuild(inputs.values)
    columns = [optree.tree_leaves(jvp(f, primals, unit)[1]) for unit in inputs.basis()]
    return [
        [
            _assemble([column[o] for column in part], inputs.shapes[i], shape, last=True)
            for i, part in enumerate(_parts(columns, inputs))
        ]
        for o, shape in enumerate(outputs.shapes)
    ]


def _by_rows(pull: Callable[[Any], Any], inputs: _Leaves, outputs: _Leaves) -> list[list[Any]]:
    """Reverse mode: one cotangent per output element."""
    rows = [optree.tree_leaves(pull(unit)) for unit in outputs.basis()]
    return [
        [
            _assemble([row[i] for row in part], outputs.shapes[o], shape, last=False)
            for i, shape in enumerate(inputs.shapes)
        ]
        for o, part in enumerate(_parts(rows, outputs))
    ]


def _parts(rows: list[list[Any]], leaves: _Leaves) -> Iterator[list[list[Any]]]:
    """The rows that belong to each leaf."""
    start = 0
    for shape in leaves.shapes:
        stop = start + int(np.prod(shape))
        yield rows[start:stop]
        start = stop


def _assemble(pieces: list[Any], over: Any, shape: Any, *, last: bool) -> Any:
    """One array of the pieces: ``over`` is the shape that they run over."""
    if not pieces:
        return np.zeros(shape + over if last else over + shape)
    if not any(piece.__class__ is Traced for piece in pieces):
        stacked = np.stack([np.asarray(piece) for piece in pieces], axis=-1 if last else 0)
        return stacked.reshape(shape + over if last else over + shape)[()]
    stacked = NAMESPACE["stack"](pieces, axis=-1 if last else 0)
    return NAMESPACE["reshape"](stacked, shape + over if last else over + shape)


def _dtype(leaf: Any) -> Any:
    return leaf.dtype if hasattr(leaf, "dtype") else np.float64
