"""Functions that every entry has, so that its own text is short and quick to compile."""

from __future__ import annotations

from typing import Final

from clearprop.execute.native.calls.interpreter import (
    BYTE_ORDER,
    CLASS,
    DATA,
    DTYPE,
    FLAGS,
    NDIM,
    ORDERLY,
    SHAPE,
)

ELEMENTS: Final = f"""\
define internal ptr @elements(ptr %thing, ptr %class, ptr %dtype, i32 %axes, ptr %shape) noinline {{
entry:
  %class_at = getelementptr i8, ptr %thing, i64 {CLASS}
  %its_class = load ptr, ptr %class_at
  %is_array = icmp eq ptr %its_class, %class
  br i1 %is_array, label %array, label %no
array:
  %dtype_at = getelementptr i8, ptr %thing, i64 {DTYPE}
  %its_dtype = load ptr, ptr %dtype_at
  %same = icmp eq ptr %its_dtype, %dtype
  br i1 %same, label %numbers, label %alike
alike:
  %kind_at = getelementptr i8, ptr %dtype, i64 {CLASS}
  %its_kind_at = getelementptr i8, ptr %its_dtype, i64 {CLASS}
  %kind = load ptr, ptr %kind_at
  %its_kind = load ptr, ptr %its_kind_at
  %same_kind = icmp eq ptr %its_kind, %kind
  br i1 %same_kind, label %ordered, label %no
ordered:
  %order_at = getelementptr i8, ptr %dtype, i64 {BYTE_ORDER}
  %its_order_at = getelementptr i8, ptr %its_dtype, i64 {BYTE_ORDER}
  %order = load i8, ptr %order_at
  %its_order = load i8, ptr %its_order_at
  %same_order = icmp eq i8 %its_order, %order
  br i1 %same_order, label %numbers, label %no
numbers:
  %flags_at = getelementptr i8, ptr %thing, i64 {FLAGS}
  %flags = load i32, ptr %flags_at
  %orderly = and i32 %flags, {ORDERLY}
  %is_orderly = icmp eq i32 %orderly, {ORDERLY}
  %axes_at = getelementptr i8, ptr %thing, i64 {NDIM}
  %its_axes = load i32, ptr %axes_at
  %same_axes = icmp eq i32 %its_axes, %axes
  %fits = and i1 %is_orderly, %same_axes
  br i1 %fits, label %measured, label %no
measured:
  %shape_at = getelementptr i8, ptr %thing, i64 {SHAPE}
  %its_shape = load ptr, ptr %shape_at
  br label %next
next:
  %axis = phi i32 [0, %measured], [%following, %length]
  %more = icmp slt i32 %axis, %axes
  br i1 %more, label %length, label %yes
length:
  %wanted_at = getelementptr i64, ptr %shape, i32 %axis
  %found_at = getelementptr i64, ptr %its_shape, i32 %axis
  %wanted = load i64, ptr %wanted_at
  %found = load i64, ptr %found_at
  %same_length = icmp eq i64 %found, %wanted
  %following = add i32 %axis, 1
  br i1 %same_length, label %next, label %no
yes:
  %data_at = getelementptr i8, ptr %thing, i64 {DATA}
  %data = load ptr, ptr %data_at
  ret ptr %data
no:
  ret ptr null
}}
"""
"""Where an array's elements are; null if it is not of that class, dtype and shape, aligned, and in
C order. The dtype may be NumPy's own object or another of its class and byte order, such as
unpickled arrays have."""

FRESH: Final = f"""\
define internal ptr @fresh(
    ptr %make, ptr %class, i32 %axes, ptr %shape, i32 %number, ptr %place
) noinline {{
entry:
  %made = call ptr %make(
      ptr %class, i32 %axes, ptr %shape, i32 %number, ptr null, ptr null, i32 0, i32 0, ptr null)
  store ptr %made, ptr %place
  %failed = icmp eq ptr %made, null
  br i1 %failed, label %no, label %yes
yes:
  %data_at = getelementptr i8, ptr %made, i64 {DATA}
  %data = load ptr, ptr %data_at
  ret ptr %data
no:
  ret ptr null
}}
"""
"""Make an array, enter it in its place, and say where its elements are; null if that failed."""

GIVE_UP: Final = """\
define internal void @give_up(ptr %release, ptr %made, i64 %count) noinline {
entry:
  br label %next
next:
  %index = phi i64 [0, %entry], [%following, %each]
  %more = icmp slt i64 %index, %count
  br i1 %more, label %each, label %done
each:
  %place = getelementptr ptr, ptr %made, i64 %index
  %object = load ptr, ptr %place
  call void %release(ptr %object)
  %following = add i64 %index, 1
  br label %next
done:
  ret void
}
"""
"""Give up the objects that were made; some places may be null."""

HELPERS: Final = ELEMENTS + FRESH + GIVE_UP
