"""Vectors to and from memory: side by side, backwards, apart, repeated, and in part."""

from __future__ import annotations

from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.loops.writer import Writer, element, vector

_NAMED: Final = {"float": "f32", "double": "f64"}


@final
class Access:
    """Writes the loads and stores of vectors of some length.

    A vector's elements lie ``stride`` elements apart from one to the next; with a ``tail`` only so
    many of the first ones are touched.

    Args:
        writer: Where to.
        lanes: The length.
    """

    def __init__(self, writer: Writer, lanes: int) -> None:
        self.writer = writer
        self.lanes = lanes

    def load(self, dtype: np.dtype[Any], pointer: str, stride: int, tail: int) -> str:
        """The elements from an address on; the one there in every lane for stride 0."""
        single, size = element(dtype), dtype.itemsize
        type_ = vector(dtype, self.lanes, in_memory=True)
        if stride == 0 or self.lanes == 1:
            one = self.writer.put(f"load {single}, ptr {pointer}, align {size}")
            return self._truth(dtype, self.spread(single, one))
        if abs(stride) != 1:
            return self._truth(dtype, self._gather(dtype, pointer, stride, tail))
        if stride < 0:
            pointer = self.moved(pointer, dtype, 1 - self.lanes)
        if tail:
            value = self._masked(dtype, pointer, self.mask(tail, backwards=stride < 0))
        else:
            value = self.writer.put(f"load {type_}, ptr {pointer}, align {size}")
        return self._truth(dtype, self._reversed(type_, value) if stride < 0 else value)

    def store(self, dtype: np.dtype[Any], value: str, pointer: str, stride: int, tail: int) -> None:
        """Write a vector from an address on."""
        size, lanes = dtype.itemsize, self.lanes
        type_ = vector(dtype, lanes, in_memory=True)
        if dtype.kind == "b":
            value = self.writer.put(f"zext {vector(dtype, lanes)} {value} to {type_}")
        if lanes > 1 and abs(stride) != 1:
            self._scatter(dtype, value, pointer, stride, tail)
            return
        if stride < 0 and lanes > 1:
            pointer = self.moved(pointer, dtype, 1 - lanes)
            value = self._reversed(type_, value)
        if tail:
            self._store_masked(dtype, value, pointer, self.mask(tail, backwards=stride < 0))
            return
        self.writer.do(f"store {type_} {value}, ptr {pointer}, align {size}")

    def load_where(self, dtype: np.dtype[Any], pointer: str, mask: str) -> str:
        """The elements from an address on, side by side, of those lanes that a mask names."""
        return self._truth(dtype, self._masked(dtype, pointer, mask))

    def store_where(self, dtype: np.dtype[Any], value: str, pointer: str, mask: str) -> None:
        """Write those lanes of a vector that a mask names, from an address on."""
        if dtype.kind == "b":
            to = vector(dtype, self.lanes, in_memory=True)
            value = self.writer.put(f"zext {vector(dtype, self.lanes)} {value} to {to}")
        self._store_masked(dtype, value, pointer, mask)

    def store_one(self, dtype: np.dtype[Any], value: str, pointer: str) -> None:
        """Write a single number."""
        if dtype.kind == "b":
            value = self.writer.put(f"zext i1 {value} to i8")
        self.writer.do(f"store {element(dtype)} {value}, ptr {pointer}, align {dtype.itemsize}")

    def moved(self, pointer: str, dtype: np.dtype[Any], by: int | str) -> str:
        """The address so many elements further on."""
        if str(by) == "0":
            return pointer
        return self.writer.put(f"getelementptr {element(dtype)}, ptr {pointer}, i64 {by}")

    def times(self, index: str, by: int) -> str:
        """An index, or its number, times a stride."""
        if not index.startswith("%"):
            return str(int(index) * by)
        if by in (0, 1):
            return index if by else "0"
        return self.writer.put(f"mul nsw i64 {index}, {by}")

    def spread(self, single: str, value: str) -> str:
        """One number in every lane."""
        if self.lanes == 1:
            return value
        type_ = f"<{self.lanes} x {single}>"
        first = self.writer.put(f"insertelement {type_} poison, {single} {value}, i32 0")
        return self.writer.put(
            f"shufflevector {type_} {first}, {type_} poison, <{self.lanes} x i32> zeroinitializer"
        )

    def mask(self, tail: int, *, backwards: bool = False) -> str:
        """Truth values: the first lanes, or for a vector in reverse the last; all for no tail."""
        lanes = [not tail or k < tail for k in range(self.lanes)]
        if backwards:
            lanes.reverse()
        return f"<{', '.join('i1 true' if lane else 'i1 false' for lane in lanes)}>"

    def _masked(self, dtype: np.dtype[Any], pointer: str, mask: str) -> str:
        type_ = vector(dtype, self.lanes, in_memory=True)
        return self.writer.intrinsic(
            f"llvm.masked.load.{self._suffix(dtype)}.p0",
            type_,
            (f"ptr align {dtype.itemsize}", pointer),
            (f"<{self.lanes} x i1>", mask),
            (type_, "zeroinitializer"),
        )

    def _store_masked(self, dtype: np.dtype[Any], value: str, pointer: str, mask: str) -> None:
        self.writer.intrinsic(
            f"llvm.masked.store.{self._suffix(dtype)}.p0",
            "void",
            (vector(dtype, self.lanes, in_memory=True), value),
            (f"ptr align {dtype.itemsize}", pointer),
            (f"<{self.lanes} x i1>", mask),
        )

    def _gather(self, dtype: np.dtype[Any], pointer: str, stride: int, tail: int) -> str:
        """Elements that lie apart, one by one: as fast as the instruction for it, or faster."""
        type_, single = vector(dtype, self.lanes, in_memory=True), element(dtype)
        value = "zeroinitializer" if tail else "poison"
        for lane in range(tail or self.lanes):
            place = self.moved(pointer, dtype, lane * stride)
            one = self.writer.put(f"load {single}, ptr {place}, align {dtype.itemsize}")
            value = self.writer.put(f"insertelement {type_} {value}, {single} {one}, i32 {lane}")
        return value

    def _scatter(
        self, dtype: np.dtype[Any], value: str, pointer: str, stride: int, tail: int
    ) -> None:
        """Write elements that lie apart, one by one."""
        type_, single = vector(dtype, self.lanes, in_memory=True), element(dtype)
        for lane in range(tail or self.lanes):
            place = self.moved(pointer, dtype, lane * stride)
            one = self.writer.put(f"extractelement {type_} {value}, i32 {lane}")
            self.writer.do(f"store {single} {one}, ptr {place}, align {dtype.itemsize}")

    def _reversed(self, type_: str, value: str) -> str:
        lanes = ", ".join(f"i32 {k}" for k in reversed(range(self.lanes)))
        return self.writer.put(
            f"shufflevector {type_} {value}, {type_} poison, <{self.lanes} x i32> <{lanes}>"
        )

    def _truth(self, dtype: np.dtype[Any], value: str) -> str:
        """Bytes as truth values."""
        if dtype.kind != "b":
            return value
        nothing = "zeroinitializer" if self.lanes > 1 else "0"
        return self.writer.put(
            f"icmp ne {vector(dtype, self.lanes, in_memory=True)} {value}, {nothing}"
        )

    def _suffix(self, dtype: np.dtype[Any]) -> str:
        """How LLVM's own functions are named for such a vector."""
        single = element(dtype)
        return f"v{self.lanes}{_NAMED.get(single, single)}"
