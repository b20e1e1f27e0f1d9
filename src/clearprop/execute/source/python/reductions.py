"""Sums, products and extremes along axes, at once or running."""

from __future__ import annotations

from typing import Final

from clearprop.execute.source.python.expression import Expression, called, dtype_name, part_of
from clearprop.execute.source.python.writer import Printer, Writer
from clearprop.graph import Node

_RUNNING: Final = {
    "cumsum": "np.cumsum",
    "cumprod": "np.cumprod",
    "cummax": "np.maximum.accumulate",
    "cummin": "np.minimum.accumulate",
}

_WIDENED: Final = ("sum", "prod", "cumsum", "cumprod")
"""Those for which NumPy takes a wider dtype, if it is not told."""


def _reduction(writer: Writer, node: Node) -> Expression:
    """NumPy's function of that name."""
    params = dict(node.params)
    axes, shape = params.get("axes", params.get("axis")), node.type.shape
    whole = axes == tuple(range(node.operands[0].type.ndim)) and axes != ()
    if isinstance(axes, tuple) and len(axes) == 1:
        (axes,) = axes
    options = [*([] if whole else [f"axis={axes}"]), *_widened(node)]
    function = f"np.{node.primitive.name}"
    return writer.build(node.operands, lambda x: called(function, shape, x, *options))


def _running(writer: Writer, node: Node) -> Expression:
    """NumPy's running function; from the end it is that of the flipped array, flipped back."""
    params, shape = dict(node.params), node.type.shape
    axis = params["axis"]
    place = tuple(
        slice(None, None, -1) if i == axis else slice(0, n, 1) for i, n in enumerate(shape)
    )
    options = [*([f"axis={axis}"] if len(shape) > 1 else []), *_widened(node)]

    def make(x: Expression) -> Expression:
        given = part_of(x, place) if params.get("reverse") else x
        made = called(_RUNNING[node.primitive.name], shape, given, *options)
        return part_of(made, place) if params.get("reverse") else made

    return writer.build(node.operands, make)


def _widened(node: Node) -> list[str]:
    """The dtype as an argument, where NumPy would take another."""
    dtype = node.operands[0].type.dtype
    narrow = dtype.kind in "biu" and dtype.itemsize < 8
    wanted = narrow and node.primitive.name in _WIDENED
    return [f"dtype={dtype_name(dtype)}"] if wanted else []


PRINTERS: Final[dict[str, Printer]] = {
    **dict.fromkeys(("sum", "prod", "max", "min", "any", "all", "argmax", "argmin"), _reduction),
    **dict.fromkeys(_RUNNING, _running),
}
"""How each is written."""
