"""Views and assignment: NumPy's memory semantics as pure nodes.

A view remembers the array it was made from and the step that makes it. Writing into it rebuilds its
base by the step's inverse, up to the root, whose version then counts one more; other views of the
same root are made anew when they are next looked at. Whether a step gives a view or a copy is read
off the concrete numbers, so that it follows NumPy's strides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from clearprop.errors import EscapedError, ReadOnlyError
from clearprop.primitives import CATALOGUE
from clearprop.primitives.axes import inverse
from clearprop.tracing.array import Traced, bottom
from clearprop.tracing.bind import apply, bind
from clearprop.tracing.lift import laid_out
from clearprop.tracing.trace import CURRENT, user_line


def view(name: str, base: Any, *indices: Any, always: bool = False, **params: Any) -> Any:
    """Apply a step that NumPy answers with a view of ``base`` (or a copy, where it must copy).

    Args:
        name: The primitive: slice, flip, reshape, transpose, broadcast, gather, real or imag.
        base: What is looked at.
        indices: The further operands of a gather.
        always: Whether the result is a view also where the concrete numbers were copied.
        params: The primitive's parameters.
    """
    items = tuple(params.items())
    result = bind(CATALOGUE[name], (base, *indices), items)
    if base.__class__ is not Traced or not base.is_array:
        return result
    if result.owner is not base.owner:  # read in an inner trace, where it cannot be written
        result.read_only = "an array of an enclosing trace"
    elif always or _is_view(bottom(result), bottom(base)):
        result.parent = base
        result.step = (name, items, indices)
        result.is_array = True
        result.seen = root_of(base).version
    return result


def _is_view(result: Any, base: Any) -> bool:
    """Whether NumPy's result is a view: it shares memory, or is too small for that to show."""
    return (
        bool(np.may_share_memory(result, base))
        or np.size(base) == 0
        or not (np.shape(result) and np.shape(base))
    )


def root_of(handle: Traced) -> Traced:
    """The array whose memory a view looks at."""
    while handle.parent is not None:
        handle = handle.parent
    return handle


def refresh(handle: Traced) -> None:
    """Make a view anew if its root was written into since."""
    chain = [handle]
    while chain[-1].parent is not None:
        chain.append(chain[-1].parent)
    version = chain[0].seen if len(chain) == 1 else chain[-1].version
    for base, child in zip(chain[:0:-1], chain[-2::-1], strict=True):
        if child.seen != version:
            assert child.step is not None
            name, params, indices = child.step
            token = CURRENT.set(base.owner)  # where it belongs, whatever is being traced now
            try:
                _move(child, bind(CATALOGUE[name], (_bare(base), *indices), params))
            finally:
                CURRENT.reset(token)
            child.seen = version


def write(target: Traced, content: Traced) -> None:
    """Make an array hold new content of its own shape and dtype.

    Raises:
        ReadOnlyError: If it is an argument of the traced function, or a broadcast.
        EscapedError: If it belongs to an enclosing trace, or content comes from a later one.
    """
    require_writable(target)
    current = CURRENT.get()
    if current is not None and current.sketch is not None:
        raise current.sketch.unknown("writes into an array", "")
    root, child, handle = root_of(target), content, target
    layout = bottom(root)
    steps = []
    while handle.parent is not None:
        assert handle.step is not None
        steps.append(handle.step)
        name, params, indices = handle.step
        handle.parent.current()
        child = _PUT[name](_bare(handle.parent), child, dict(params), indices)
        handle = handle.parent
    root.node, root.concrete = child.current(), laid_out(child.concrete, layout)
    root.version += 1
    target.node, target.concrete = content.current(), _seen_through(root, steps[::-1])
    target.seen = root.version


def _seen_through(root: Traced, steps: list[Any]) -> Any:
    """The concrete numbers of a view, in its own memory layout: the steps from the root's."""
    concrete = root.concrete
    for name, params, indices in steps:
        own = [i.__class__ is Traced and i.owner is root.owner for i in indices]
        numbers = [i.concrete if mine else i for i, mine in zip(indices, own, strict=True)]
        concrete = bind(CATALOGUE[name], (concrete, *numbers), params)
    return concrete if concrete.__class__ is Traced or concrete.shape else concrete[()]


def _bare(handle: Traced) -> Traced:
    """The handle's present value without its ties to a base."""
    return Traced(handle.owner, handle.node, handle.concrete, handle.is_array)


def _move(handle: Traced, content: Traced) -> None:
    handle.node = content.current()
    handle.concrete = content.concrete


def require_writable(target: Traced) -> None:
    """Raise unless the array may be written into here and now; see :func:`write`."""
    target.require_open()
    handle: Traced | None = target
    while handle is not None:
        if handle.read_only or (handle.step is not None and handle.step[0] not in _PUT):
            raise ReadOnlyError(
                f"{handle.read_only or 'a broadcast array'} is written into while it is traced",
                where=user_line(),
                why="The caller's array must not change, and its derivative is wanted at its old "
                "value."
                if handle.read_only.startswith("argument")
                else "It is a read-only view, as in NumPy.",
                remedy="Write x = x.copy() first and change the copy.",
            )
        handle = handle.parent
    current = CURRENT.get()
    if current is not None and current is not target.owner:
        raise EscapedError(
            "an array of an enclosing trace is written into by an inner function",
            where=user_line(),
            why="The inner function must not change what the outer one holds, which is all that it "
            "does not compute of its own arguments.",
            remedy="Write into a copy that is made inside, y = x.copy(), or return the new values "
            "and assign them outside.",
        )


Operands = tuple[Any, ...]


def _put_slice(base: Traced, child: Traced, params: dict[str, Any], _: Operands) -> Any:
    return apply("assign", base, child, **params)


def _put_reshape(base: Traced, child: Traced, params: dict[str, Any], _: Operands) -> Any:
    return apply("reshape", child, shape=base.shape)


def _put_transpose(base: Traced, child: Traced, params: dict[str, Any], _: Operands) -> Any:
    return apply("transpose", child, axes=inverse(params["axes"]))


def _put_flip(base: Traced, child: Traced, params: dict[str, Any], _: Operands) -> Any:
    return apply("flip", child, **params)


def _put_gather(base: Traced, child: Traced, _: dict[str, Any], indices: Operands) -> Any:
    return apply("scatter", base, child, *indices)


def _put_real(base: Traced, child: Traced, _: dict[str, Any], __: Operands) -> Any:
    return apply("complex", child, apply("imag", base))


def _put_imag(base: Traced, child: Traced, _: dict[str, Any], __: Operands) -> Any:
    return apply("complex", apply("real", base), child)


_PUT: Final[dict[str, Callable[[Traced, Traced, dict[str, Any], Operands], Any]]] = {
    "slice": _put_slice,
    "reshape": _put_reshape,
    "transpose": _put_transpose,
    "flip": _put_flip,
    "gather": _put_gather,
    "real": _put_real,
    "imag": _put_imag,
}
"""How each view step is undone when the view is written into."""
