"""The operations with which rules are written: ``ops``.

A rule receives a :class:`Builder` and the values of the node at hand as :class:`Sym` expressions;
it combines them with operators (``2 * x``) and by name (``ops.cos(x)``), and each step appends a
node to the graph being built. Rules reach other primitives only this way, so that the files of the
catalogue never import each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, final, overload

import numpy as np

from clearprop.graph import (
    Constant,
    Derived,
    Graph,
    Input,
    Node,
    Shape,
    Type,
    Value,
    constant,
    type_of,
)
from clearprop.primitives import gates
from clearprop.primitives.gates import Gated
from clearprop.primitives.primitive import Primitive

Operand = Any
"""What a rule may pass as an operand: a Sym, a number, or a Value of the graph."""


@final
class Sym:
    """A value of the graph being built, with operators."""

    __slots__ = ("ops", "value")

    def __init__(self, ops: Builder, value: Value) -> None:
        self.ops = ops
        self.value = value

    @property
    def type(self) -> Type:
        """The value's type."""
        return self.value.type

    @property
    def shape(self) -> Shape:
        """The value's shape."""
        return self.value.type.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The value's dtype."""
        return self.value.type.dtype

    @property
    def number(self) -> Any:
        """The Python number, if this is a 0-d constant; else None."""
        if isinstance(self.value, Constant) and not self.value.type.shape:
            return self.value.value.item()
        return None

    def __add__(self, other: Operand) -> Sym:
        if self.type.form == "stack":
            return self.ops.stack_add(self, other)
        return self.ops.add(self, other)

    def __radd__(self, other: Operand) -> Sym:
        return self.ops.add(other, self)

    def __sub__(self, other: Operand) -> Sym:
        return self.ops.subtract(self, other)

    def __rsub__(self, other: Operand) -> Sym:
        return self.ops.subtract(other, self)

    def __mul__(self, other: Operand) -> Sym:
        return self.ops.multiply(self, other)

    def __rmul__(self, other: Operand) -> Sym:
        return self.ops.multiply(other, self)

    def __truediv__(self, other: Operand) -> Sym:
        return self.ops.divide(self, other)

    def __rtruediv__(self, other: Operand) -> Sym:
        return self.ops.divide(other, self)

    def __pow__(self, other: Operand) -> Sym:
        return self.ops.power(self, other)

    def __neg__(self) -> Sym:
        return self.ops.negative(self)

    def __lt__(self, other: Operand) -> Sym:
        return self.ops.less(self, other)

    def __gt__(self, other: Operand) -> Sym:
        return self.ops.greater(self, other)

    def __le__(self, other: Operand) -> Sym:
        return self.ops.less_equal(self, other)

    def __ge__(self, other: Operand) -> Sym:
        return self.ops.greater_equal(self, other)


@final
class Bundle:
    """The tangents or cotangents of a tuple's items; None where no path leads."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Sym | None]) -> None:
        self.parts = tuple(parts)

    def __add__(self, other: Bundle) -> Bundle:
        pairs = zip(self.parts, other.parts, strict=True)
        return Bundle([a + b if a and b else a or b for a, b in pairs])


@final
class Same:
    """A result in which the elements of a batch agree: it has no axis for them."""

    __slots__ = ("value",)

    def __init__(self, value: Sym) -> None:
        self.value = value


class Passes(Protocol):
    """The graph → graph passes, for the rules of operations that hold graphs (loops, branches)."""

    def forward(
        self, graph: Graph, wrt: Sequence[Input] | None = None, *, keep_values: bool = False
    ) -> Graph:
        """As :func:`clearprop.derive.forward`."""

    def reverse(self, graph: Graph, wrt: Sequence[Value] | None = None) -> Graph:
        """As :func:`clearprop.derive.reverse`."""

    def batch(
        self,
        graph: Graph,
        batched: Sequence[bool],
        size: int,
        *,
        always: Sequence[bool] | bool = False,
    ) -> tuple[Graph, tuple[bool, ...]]:
        """As :func:`clearprop.derive.batch`."""


@final
class Builder:
    """Appends nodes to a graph under construction; every primitive is a method of it.

    Args:
        catalogue: The primitives by name.
        passes: What derives sub-graphs.
    """

    def __init__(self, catalogue: Mapping[str, Primitive], passes: Passes) -> None:
        self.catalogue = catalogue
        self.passes = passes
        self.nodes: list[Node] = []
        self.origin: Node | Input | None = None
        self._role = ""
        self._provenance: Derived | None = None
        self.negations: dict[Value, Sym] = {}

    def __getattr__(self, name: str) -> Callable[..., Sym]:
        primitive = self.catalogue.get(name)
        if primitive is None:
            raise AttributeError(f"there is no primitive {name!r}")

        def build(*operands: Operand, **params: Any) -> Sym:
            return self.apply(primitive, operands, params)

        self.__dict__[name] = build
        return build

    def mark(self, origin: Node | Input | None, role: str) -> None:
        """Say on whose behalf, and in which role, the next nodes are made."""
        self.origin = origin
        self._role = role
        self._provenance = None  # made with the first node: many rules make none in a role

    def role(self, role: str) -> None:
        """Change the role of the next nodes."""
        self.mark(self.origin, role)

    def apply(
        self, primitive: Primitive, operands: Sequence[Operand], params: Mapping[str, Any]
    ) -> Sym:
        """Append one node, after numbers were given the dtype of the values that they meet."""
        values = primitive.conform(self, operands)
        return Sym(self, self.append(primitive, values, tuple(params.items())))

    def append(
        self, primitive: Primitive, values: tuple[Value, ...], params: tuple[tuple[str, Any], ...]
    ) -> Node:
        """Append one node whose operands fit already."""
        type_ = primitive.result(tuple([value.type for value in values]), params)
        if self._provenance is None and self.origin is not None:
            self._provenance = Derived(self.origin, self._role)
        node = Node(primitive, values, params, type_, self._provenance)
        self.nodes.append(node)
        return node

    def sym(self, operand: Operand) -> Sym:
        """The operand as a Sym."""
        if isinstance(operand, Sym):
            return operand
        if isinstance(operand, (Node, Input, Constant)):
            return Sym(self, operand)
        return Sym(self, constant(operand))

    def gated(self, value: Any, mask: Sym, wanted: bool = True) -> Gated:
        """A slope or partial that counts only where the mask has the wanted outcome."""
        return Gated(value, gates.of(mask, wanted))

    def settle(self, slope: Any) -> Any:
        """A slope without a gate: 0 where it does not count."""
        return gates.settled(self, slope)

    def scale(self, slope: Any, partial: Sym | Gated | float | None) -> Any:
        """``slope * partial``, where None is "no path" and 1 and −1 are structural facts."""
        if partial is None:
            return None
        if slope.__class__ is Gated or partial.__class__ is Gated:
            return gates.scaled(self, slope, partial)
        if partial.__class__ is int:
            if partial == 1:
                return slope
            if partial == -1:
                return -slope
        return slope * partial

    @overload
    def total(self, terms: Sequence[Sym | None]) -> Sym | None: ...

    @overload
    def total(self, terms: Sequence[Any]) -> Any: ...

    def total(self, terms: Sequence[Any]) -> Any:
        """The sum of those slopes that exist, from the first to the last; None if there is none."""
        result: Any = None
        for term in terms:
            if term is not None:
                result = term if result is None else self.plus(result, term)
        return result

    def plus(self, a: Any, b: Any) -> Any:
        """The sum of two slopes."""
        if a.__class__ is Gated or b.__class__ is Gated:
            return gates.joined(self, a, b)
        return a + b

    def items(self, several: Sym) -> tuple[Sym, ...]:
        """The items of a tuple."""
        count = len(several.type.parts)
        return tuple(
            self.apply(self.catalogue["item"], (several,), {"index": i}) for i in range(count)
        )

    def inline(self, graph: Graph, values: Sequence[Sym]) -> list[Sym]:
        """The outputs of a graph applied to values: its nodes, made anew."""
        known: dict[Value, Value] = {
            place: value.value for place, value in zip(graph.inputs, values, strict=True)
        }
        for node in graph.nodes:
            operands = tuple([known.get(operand, operand) for operand in node.operands])
            known[node] = self.append(node.primitive, operands, node.params)
        return [Sym(self, known.get(value, value)) for value in graph.outputs]

    def full(self, type_: Type, number: float) -> Sym:
        """A value of that type, every element the same number."""
        scalar = constant(np.asarray(number, type_.dtype), weak=False)
        if not type_.shape:
            return Sym(self, scalar)
        return self.apply(self.catalogue["broadcast"], (scalar,), {"shape": type_.shape})

    def zeros(self, type_: Type) -> Sym:
        """Zeros of that type; an empty stack stands for one of zeros."""
        if type_.form == "stack":
            return self.zeros_on_stack(type_.parts[0])
        return self.full(type_, 0)

    def zeros_on_stack(self, element: Type) -> Sym:
        """An empty stack of such elements."""
        depth = 0
        while element.form == "stack":
            element, depth = element.parts[0], depth + 1
        params = {"shape": element.shape, "dtype": element.dtype, "depth": depth}
        return self.apply(self.catalogue["stack_new"], (), params)

    def iota(self, length: int) -> Sym:
        """The integers 0 … length − 1 as a constant."""
        return Sym(self, constant(np.arange(length), weak=False))

    def like(self, number: Any, type_: Type) -> Constant:
        """A Python number as a constant that fits values of that dtype."""
        weak = type_.dtype.name in ("float64", "complex128") and number.__class__ is not bool
        scalar = np.asarray(number).astype(type_.dtype)
        return Constant(scalar[()], type_of((), type_.dtype, weak))
