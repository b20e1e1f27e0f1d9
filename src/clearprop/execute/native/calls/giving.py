"""Results: memory for them before the computation, Python's objects after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.calls.body import Body
from clearprop.execute.native.calls.signature import ATOMS, Fixed, NotDirect, Output, require_plain
from clearprop.graph import Type

_BOXES: Final = {
    "float64": ("double", "double", "PyFloat_FromDouble"),
    "int64": ("i64", "i64", "PyLong_FromLongLong"),
    "bool": ("i8", "i64", "PyBool_FromLong"),
}
"""How numbers become Python's: the type in memory, the type handed over, the function."""


@final
class Giving:
    """What a call gives, written to a function in two parts.

    Every new object goes to its place in ``%made`` first, which starts out as null; whatever fails,
    the objects there are given up at the label ``failed``.

    Attributes:
        arrays: The address of the elements of each output that is an array.
    """

    def __init__(self, body: Body, result: Any, types: Sequence[Type]) -> None:
        self._body = body
        self._types = types
        self._result = result
        self._leaves = _leaves(result)
        self._built = 0
        self.arrays: dict[int, str] = {}

    @property
    def count(self) -> int:
        """How many objects are made."""
        return len(self._leaves) + _containers(self._result)

    def allocate(self) -> None:
        """Make the arrays."""
        body = self._body
        for place, leaf in enumerate(self._leaves):
            if leaf.__class__ is not Output or not leaf.is_array:
                continue
            type_ = self._types[leaf.place]
            given = ", ".join(
                [
                    f"ptr {body.function('PyArray_New')}",
                    f"ptr {body.object(np.ndarray)}",
                    f"i32 {len(type_.shape)}",
                    f"ptr {body.shape(type_.shape)}",
                    f"i32 {type_.dtype.num}",
                    f"ptr {body.at('%made', 8 * place)}",
                ]
            )
            data = body.put(f"call ptr @fresh({given})")
            body.require(body.put(f"icmp ne ptr {data}, null"), "failed")
            self.arrays[leaf.place] = data

    def finish(self, numbers: dict[int, str]) -> str:
        """Make the numbers, and put everything together.

        Args:
            numbers: The address of each output that is a number.

        Returns:
            The result, which its caller owns.
        """
        for place, leaf in enumerate(self._leaves):
            if leaf.__class__ is Fixed:
                self._keep(place, self._fixed(leaf.value))
            elif not leaf.is_array:
                self._keep(place, self._box(leaf, numbers[leaf.place]))
        place = self._build(self._result, iter(range(len(self._leaves))))
        return self._take(place)

    def give_up(self) -> None:
        """Write what happens to new objects when the call cannot be finished."""
        release = self._body.function("Py_DecRef")
        self._body.do(f"call void @give_up(ptr {release}, ptr %made, i64 {self.count})")

    def _keep(self, place: int, made: str) -> None:
        self._body.require(self._body.put(f"icmp ne ptr {made}, null"), "failed")
        self._body.store("ptr", made, "%made", 8 * place)

    def _box(self, leaf: Output, place: str) -> str:
        body = self._body
        dtype = self._types[leaf.place].dtype
        if not leaf.weak:
            own = body.object(np.dtype(dtype.type))
            return body.call("ptr", "PyArray_Scalar", f"ptr {place}", f"ptr {own}", "ptr null")
        if dtype.name not in _BOXES:
            raise NotDirect(f"a Python number made of a {dtype}")
        inside, outside, function = _BOXES[dtype.name]
        value = body.load(inside, place)
        if inside != outside:
            value = body.put(f"zext {inside} {value} to {outside}")
        return body.call("ptr", function, f"{outside} {value}")

    def _fixed(self, value: Any) -> str:
        body = self._body
        found = body.object(value)
        if value.__class__ is np.ndarray:
            return body.call("ptr", "PyArray_NewCopy", f"ptr {found}", "i32 0")
        body.call("void", "Py_IncRef", f"ptr {found}")
        return found

    def _take(self, place: int) -> str:
        """An object out of ``%made``."""
        made = self._body.load("ptr", "%made", 8 * place)
        self._body.store("ptr", "null", "%made", 8 * place)
        return made

    def _build(self, template: Any, leaves: Iterator[int]) -> int:
        """Put containers together, the inner ones first; the place of the outermost."""
        kind = template.__class__
        if kind not in (tuple, list, dict):
            return next(leaves)
        parts = template.values() if kind is dict else template
        places = [self._build(part, leaves) for part in parts]
        body = self._body
        self._built += 1
        place = len(self._leaves) + self._built - 1
        if kind is dict:
            self._keep(place, body.call("ptr", "PyDict_New"))
            self._enter(place, dict(zip(template, places, strict=True)))
            return place
        name = "PyTuple" if kind is tuple else "PyList"
        self._keep(place, body.call("ptr", f"{name}_New", f"i64 {len(places)}"))
        made = body.load("ptr", "%made", 8 * place)
        for number, part in enumerate(places):
            item = self._take(part)
            body.call("i32", f"{name}_SetItem", f"ptr {made}", f"i64 {number}", f"ptr {item}")
        return place

    def _enter(self, place: int, parts: Mapping[Any, int]) -> None:
        """Enter the items of a dict."""
        body = self._body
        made = body.load("ptr", "%made", 8 * place)
        for key, part in parts.items():
            if key.__class__ not in ATOMS:
                raise NotDirect(f"a key of the class {key.__class__.__name__}")
            item = body.load("ptr", "%made", 8 * part)
            given = (f"ptr {made}", f"ptr {body.object(key)}", f"ptr {item}")
            body.require(body.equal("i32", body.call("i32", "PyDict_SetItem", *given), 0), "failed")
            body.call("void", "Py_DecRef", f"ptr {self._take(part)}")  # the dict has its own hold


def _containers(result: Any) -> int:
    """How many containers there are."""
    if result.__class__ not in (tuple, list, dict):
        return 0
    parts = result.values() if result.__class__ is dict else result
    return 1 + sum(map(_containers, parts))


def _leaves(result: Any) -> list[Any]:
    """The leaves, in the order in which they are put together."""
    kind = result.__class__
    if kind in (tuple, list, dict):
        parts = result.values() if kind is dict else result
        return [leaf for part in parts for leaf in _leaves(part)]
    leaf = Fixed(None) if result is None else result
    if leaf.__class__ is Fixed:
        if leaf.value.__class__ is np.ndarray:
            require_plain(leaf.value.dtype)
        elif leaf.value.__class__ not in ATOMS:
            raise NotDirect(f"a result of the class {leaf.value.__class__.__name__}")
    elif leaf.__class__ is not Output:
        raise NotDirect(f"a result of the class {kind.__name__}")
    return [leaf]
