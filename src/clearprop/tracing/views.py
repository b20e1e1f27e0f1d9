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
from clearprop.graph import Params
from clearprop.primitives.axes import inverse
from clearprop.tracing.array import Traced, bottom
from clearprop.tracing.bind import apply, bind
from clearprop.primitives import CATALOGUE
from clearprop.tracing.trace import CURRENT, user_line


def view(name: str, base: Traced, **params: Any) -> Any:
    """Apply a step that NumPy answers with a view of ``base`` (or a copy, where it must copy)."""
    items = tuple(params.items())
    result = bind(CATALOGUE[name], (base,), items)
    if not base.is_array:
        return result
    if np.may_share_memory(bottom(result), bottom(base)) or not base.size or not result.shape:
        result.parent = base
        result.step = (name, items)
        result.is_array = True
        result.seen = root_of(base).version
    return result


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
            _move(child, bind(CATALOGUE[child.step[0]], (_bare(base),), child.step[1]))
            child.seen = version


def write(target: Traced, content: Traced) -> None:
    """Make an array hold new content of its own shape and dtype.

    Raises:
        ReadOnlyError: If it is an argument of the traced function, or a broadcast.
        EscapedError: If it belongs to an enclosing trace, or content comes from a later one.
    """
    root = root_of(target)
    _require_writable(target, root, content)
    child, handle = content, target
    while handle.parent is not None:
        assert handle.step is not None
        name, params = handle.step
        if name not in _PUT:
            raise ReadOnlyError(
                f"an array made by {name} is written into",
                where=user_line(),
                why="It is a read-only view, as in NumPy.",
                remedy="Write x = x.copy() first.",
            )
        handle.parent.current()
        child = _PUT[name](_bare(handle.parent), child, params)
        handle = handle.parent
    _move(root, child)
    root.version += 1
    _move(target, content)
    target.seen = root.version


def copy(value: Traced) -> Traced:
    """An array (or scalar) of its own with the same content."""
    return value.snapshot()


def _bare(handle: Traced) -> Traced:
    """The handle's present value without its ties to a base."""
    return Traced(handle.trace, handle.node, handle.concrete, handle.is_array)


def _move(handle: Traced, content: Traced) -> None:
    handle.node = content.current()
    handle.concrete = content.concrete


def _require_writable(target: Traced, root: Traced, content: Traced) -> None:
    target.require_open()
    if root.read_only:
        raise ReadOnlyError(
            f"{root.read_only} is written into while it is traced",
            where=user_line(),
            why="The caller's array must not change, and its derivative is wanted at its old value.",
            remedy="Write x = x.copy() first and change the copy.",
        )
    current = CURRENT.get()
    if content.trace is not target.trace or (current is not None and current is not target.trace):
        raise EscapedError(
            "an array of an enclosing trace is written into from inside a derivative",
            where=user_line(),
            why="The inner function must not change what the outer one holds.",
            remedy="Return the new values from the inner function and assign them outside it.",
        )


def _put_slice(base: Traced, child: Traced, params: Params) -> Any:
    return apply("assign", base, child, **dict(params))


def _put_reshape(base: Traced, child: Traced, params: Params) -> Any:
    return apply("reshape", child, shape=base.shape)


def _put_transpose(base: Traced, child: Traced, params: Params) -> Any:
    return apply("transpose", child, axes=inverse(dict(params)["axes"]))


def _put_flip(base: Traced, child: Traced, params: Params) -> Any:
    return apply("flip", child, **dict(params))


_PUT: Final[dict[str, Callable[[Traced, Traced, Params], Any]]] = {
    "slice": _put_slice,
    "reshape": _put_reshape,
    "transpose": _put_transpose,
    "flip": _put_flip,
}
"""How each view step is undone when the view is written into."""
