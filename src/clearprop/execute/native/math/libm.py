"""C's mathematical functions, lane by lane: for rare arguments, and as the plain way.

The plain way is taken where there is no fused multiply-add, on which the vector algorithms rest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from clearprop.execute.native.math.values import FORMATS, Block, Kind, Value


def libm(name: str, *operands: Value) -> Value:
    """C's function of that name on each lane, one after another."""
    block, kind = operands[0].block, operands[0].kind
    function = _declared(block, name, kind, len(operands))
    scalar, vector = FORMATS[kind].scalar, block.type(kind)
    if block.lanes == 1:
        arguments = ", ".join(f"{scalar} {operand.name}" for operand in operands)
        return block.emit(kind, f"call {scalar} {function}({arguments})")
    result = Value(block, kind, "poison")
    for lane in range(block.lanes):
        elements = [
            block.emit(kind, f"extractelement {vector} {operand.name}, i32 {lane}")
            for operand in operands
        ]
        arguments = ", ".join(f"{scalar} {element.name}" for element in elements)
        element = block.emit(kind, f"call {scalar} {function}({arguments})")
        result = block.emit(
            kind,
            f"insertelement {vector} {result.name}, {scalar} {element.name}, i32 {lane}",
        )
    return result


def or_libm(name: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """The decorated algorithm where the machine has fused multiply-add, else C's function."""

    def decorate(algorithm: Callable[..., Value]) -> Callable[..., Value]:
        @wraps(algorithm)
        def chosen(*operands: Value) -> Value:
            if operands[0].block.machine.fma:
                return algorithm(*operands)
            return libm(name, *operands)

        return chosen

    return decorate


def in_double(algorithm: Callable[..., Any]) -> Callable[..., Value]:
    """The decorated algorithm for doubles, used for floats too: half an ulp, and no rare cases."""

    @wraps(algorithm)
    def widened(*operands: Value) -> Value:
        result: Value = algorithm(*(operand.to("f64") for operand in operands))
        return result.to(operands[0].kind)

    return widened


def patched(result: Value, rare: Value, name: str, *operands: Value) -> Value:
    """The result, in the rare lanes replaced by C's function; a branch that is seldom taken."""
    block, kind = result.block, result.kind
    if block.lanes == 1:
        some = rare
    else:
        integer = f"i{block.lanes}"
        mask = block.emit("i1", f"bitcast {block.type('i1')} {rare.name} to {integer}")
        some = block.emit("i1", f"icmp ne {integer} {mask.name}, 0")
    origin, tag = block.label, block.fresh()
    block.lines.append(f"  br i1 {some.name}, label %{tag}cold, label %{tag}join")
    block.start(f"{tag}cold")
    repaired = _repaired(block, result, rare, name, operands)
    block.lines.append(f"  br label %{tag}join")
    block.start(f"{tag}join")
    choices = f"[ {result.name}, %{origin} ], [ {repaired.name}, %{tag}cold ]"
    return block.emit(kind, f"phi {block.type(kind)} {choices}")


def _repaired(
    block: Block, result: Value, rare: Value, name: str, operands: tuple[Value, ...]
) -> Value:
    """Call the helping function that goes through the lanes."""
    vector, mask = block.type(result.kind), block.type("i1")
    function = f"@clearprop.rare.{name}.{block.suffix(result.kind)}"
    block.needed[_helper(block, result.kind, name, len(operands), function)] = None
    arguments = ", ".join(f"{vector} {operand.name}" for operand in (result, *operands))
    return block.emit(result.kind, f"call {vector} {function}({mask} {rare.name}, {arguments})")


def _helper(block: Block, kind: Kind, name: str, arity: int, function: str) -> str:
    """A loop over the lanes that computes the rare ones anew, kept out of line."""
    callee = _declared(block, name, kind, arity)
    scalar, vector, mask = FORMATS[kind].scalar, block.type(kind), block.type("i1")
    parameters = "".join(f", {vector} %x{k}" for k in range(arity))
    head = f"define internal {vector} {function}({mask} %rare, {vector} %r{parameters})"
    if block.lanes == 1:
        arguments = ", ".join(f"{scalar} %x{k}" for k in range(arity))
        call = f"  %v = call {scalar} {callee}({arguments})\n  ret {scalar} %v"
        return f"{head} noinline cold nounwind {{\n{call}\n}}"
    elements = "\n".join(f"  %e{k} = extractelement {vector} %x{k}, i32 %i" for k in range(arity))
    arguments = ", ".join(f"{scalar} %e{k}" for k in range(arity))
    return f"""{head} noinline cold nounwind {{
entry:
  br label %loop
loop:
  %i = phi i32 [ 0, %entry ], [ %j, %next ]
  %a = phi {vector} [ %r, %entry ], [ %b, %next ]
  %c = extractelement {mask} %rare, i32 %i
  br i1 %c, label %do, label %next
do:
{elements}
  %w = call {scalar} {callee}({arguments})
  %u = insertelement {vector} %a, {scalar} %w, i32 %i
  br label %next
next:
  %b = phi {vector} [ %a, %loop ], [ %u, %do ]
  %j = add i32 %i, 1
  %d = icmp ult i32 %j, {block.lanes}
  br i1 %d, label %loop, label %done
done:
  ret {vector} %b
}}"""


def _declared(block: Block, name: str, kind: Kind, arity: int) -> str:
    """The C function's symbol, declared."""
    symbol = f"@{name}" if kind == "f64" else f"@{name}f"
    scalar = FORMATS[kind].scalar
    block.needed[f"declare {scalar} {symbol}({', '.join([scalar] * arity)})"] = None
    return symbol
