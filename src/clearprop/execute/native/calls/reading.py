"""Arguments: each checked to be what the code was made for, and where its numbers lie.

Everything is compared exactly: the class, the dtype, every length, the order of the elements. What
does not fit goes to the label ``ask``, on the way to Python, before anything was changed.
"""

from __future__ import annotations

from typing import Any, final

import numpy as np

from clearprop.execute.native.calls import interpreter as at
from clearprop.execute.native.calls.body import Body
from clearprop.execute.native.calls.signature import (
    ATOMS,
    NotDirect,
    Number,
    Same,
    Signature,
    require_plain,
)
from clearprop.execute.native.loops.writer import element


@final
class Reading:
    """The checks of a call's arguments, written to a function.

    Attributes:
        data: The address of each input that is an array.
        values: The LLVM type and value of each input that is a number.
        nested: The arrays that no argument is, but a part of one.
    """

    def __init__(self, body: Body, signature: Signature) -> None:
        self._body = body
        self.data: dict[int, str] = {}
        self.values: dict[int, tuple[str, str]] = {}
        self.nested: list[str] = []
        body.require(body.equal("i64", "%count", len(signature.args)), "ask")
        self._names(list(signature.kwargs))
        args = (*signature.args, *signature.kwargs.values())
        for place, template in enumerate(args):
            self._check(template, body.load("ptr", "%args", 8 * place), False)

    def _names(self, names: list[str]) -> None:
        """The keyword arguments are these, in this order."""
        body = self._body
        if not names:
            body.require(body.equal("ptr", "%names", "null"), "ask")
            return
        body.require(body.put("icmp ne ptr %names, null"), "ask")
        body.require(body.equal("i64", body.load("i64", "%names", at.LENGTH), len(names)), "ask")
        for place, name in enumerate(names):
            self._is(body.load("ptr", "%names", at.ITEMS + 8 * place), name)

    def _is(self, thing: str, expected: Any) -> None:
        body = self._body
        body.require(body.equal("ptr", thing, body.object(expected)), "ask")

    def _is_of(self, thing: str, kind: type) -> None:
        self._is(self._body.load("ptr", thing, at.CLASS), kind)

    def _check(self, template: Any, thing: str, nested: bool) -> None:
        kind = template.__class__
        if kind is Number:
            self._number(template, thing, nested)
        elif kind in (tuple, list):
            self._sequence(template, thing)
        elif kind is dict:
            self._dict(template, thing)
        else:
            value = template.value if kind is Same else template
            if value.__class__ not in ATOMS:
                raise NotDirect(f"an argument of the class {value.__class__.__name__}")
            self._is(thing, value)

    def _sequence(self, template: Any, thing: str) -> None:
        body = self._body
        self._is_of(thing, template.__class__)
        length = body.load("i64", thing, at.LENGTH)
        body.require(body.equal("i64", length, len(template)), "ask")
        if template.__class__ is list:
            items = body.load("ptr", thing, at.ITEMS)
        else:
            items = body.at(thing, at.ITEMS)
        for place, part in enumerate(template):
            self._check(part, body.load("ptr", items, 8 * place), True)

    def _dict(self, template: dict[Any, Any], thing: str) -> None:
        body = self._body
        self._is_of(thing, dict)
        size = body.call("i64", "PyDict_Size", f"ptr {thing}")
        body.require(body.equal("i64", size, len(template)), "ask")
        place, key, value = body.local("i64"), body.local("ptr"), body.local("ptr")
        body.store("i64", "0", place)
        for name, part in template.items():
            if name.__class__ is not str:
                raise NotDirect("a dict whose keys are no strings")
            given = (f"ptr {x}" for x in (thing, place, key, value))
            body.require(
                body.put(f"icmp ne i32 {body.call('i32', 'PyDict_Next', *given)}, 0"), "ask"
            )
            self._is_name(body.load("ptr", key), name)
            self._check(part, body.load("ptr", value), True)

    def _is_name(self, thing: str, name: str) -> None:
        """That string, or one with the same characters."""
        body, expected = self._body, self._body.object(name)
        other, following = body.label(), body.label()
        same = body.equal("ptr", thing, expected)
        body.do(f"br i1 {same}, label %{following}, label %{other}")
        body.open(other)
        self._is_of(thing, str)
        compared = body.call("i32", "PyUnicode_Compare", f"ptr {thing}", f"ptr {expected}")
        body.require(body.equal("i32", compared, 0), "ask")
        body.do(f"br label %{following}")
        body.open(following)

    def _number(self, number: Number, thing: str, nested: bool) -> None:
        body = self._body
        dtype = number.type.dtype
        require_plain(dtype)
        if number.kind not in (np.ndarray, float, int, dtype.type):
            raise NotDirect(f"an argument of the class {number.kind.__name__}")
        if number.kind is np.ndarray:
            self._array(number, thing)
            if nested:
                self.nested.append(thing)
            return
        self._is_of(thing, number.kind)
        if number.kind is int:
            overflow = body.local("i32")
            value = body.call(
                "i64", "PyLong_AsLongLongAndOverflow", f"ptr {thing}", f"ptr {overflow}"
            )
            body.require(body.equal("i32", body.load("i32", overflow), 0), "ask")
            self.values[number.place] = ("i64", value)
        else:
            type_ = element(dtype)
            self.values[number.place] = (type_, body.load(type_, thing, at.VALUE))

    def _array(self, number: Number, thing: str) -> None:
        body = self._body
        shape = number.type.shape
        given = ", ".join(
            [
                f"ptr {thing}",
                f"ptr {body.object(np.ndarray)}",
                f"ptr {body.object(np.dtype(number.type.dtype.type))}",
                f"i32 {len(shape)}",
                f"ptr {body.shape(shape)}",
            ]
        )
        data = body.put(f"call ptr @elements({given})")
        body.require(body.put(f"icmp ne ptr {data}, null"), "ask")
        self.data[number.place] = data
