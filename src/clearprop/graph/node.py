"""What a graph is made of: inputs, constants and nodes; and where each node came from.

All three are immutable, slotted and compared by identity. A :class:`Node` is one operation: a
primitive applied to operands. Constants are operands without being nodes, so that ``b + 1`` is one
node with one edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import CodeType
from typing import Any, Protocol, final, runtime_checkable

import numpy as np

from clearprop.graph.types import Type, type_of

Params = tuple[tuple[str, Any], ...]
"""Static parameters of a node, as (name, hashable value) pairs in the primitive's order."""


@runtime_checkable
class Primitive(Protocol):
    """What the graph floor needs to know of an operation; the catalogue lives one floor up."""

    @property
    def name(self) -> str:
        """The name in the text form."""

    def result(self, types: tuple[Type, ...], params: Params) -> Type:
        """The type rule: the result's type, or an error that says what does not fit."""

    def objection(self, node: Node) -> str:
        """Why a node of this primitive is illegal beyond its type; empty if it is legal."""


@final
@dataclass(frozen=True, slots=True)
class Location:
    """A line of the user's source.

    Attributes:
        file: The file's name as Python knows it.
        line: The line number, counted from 1.
        function: The enclosing function's name.
        source: The line's text, stripped; empty when the file cannot be read.
    """

    file: str
    line: int
    function: str
    source: str

    def __str__(self) -> str:
        text = f": {self.source}" if self.source else ""
        return f"{self.file}:{self.line}, in {self.function}{text}"

    def is_on_line_of(self, other: str) -> bool:
        """Whether it is on the same line as the location of which this is the text."""
        return other.startswith(f"{self.file}:{self.line}, ")


@final
class Provenance:
    """The instruction of the user's code that made a node; resolved to a line only when asked.

    Args:
        code: The code object, or a :class:`Location` once the graph was pickled.
        instruction: Offset of the instruction in ``code``.
        scope: The name scopes that were open, joined by ``/``.
        name: A name given to the value, if any.
    """

    __slots__ = ("code", "instruction", "name", "scope")

    def __init__(
        self,
        code: CodeType | Location | None,
        instruction: int = 0,
        scope: str = "",
        name: str = "",
    ) -> None:
        self.code = code
        self.instruction = instruction
        self.scope = scope
        self.name = name


@final
class Derived:
    """The provenance of a node that a graph pass made.

    Args:
        origin: The node for which it was made.
        role: ``"partial"``, ``"tangent"``, ``"adjoint"`` or ``"batched"``.
    """

    __slots__ = ("origin", "role")

    def __init__(self, origin: Node | Input, role: str) -> None:
        self.origin = origin
        self.role = role


@final
class Input:
    """An input of a graph, by name and type."""

    __slots__ = ("name", "type")

    def __init__(self, name: str, type: Type) -> None:
        self.name = name
        self.type = type

    def __repr__(self) -> str:
        return f"<Input {self.name}: {self.type}>"


@final
class Constant:
    """A value that is part of the graph: a read-only NumPy scalar (0-d) or array."""

    __slots__ = ("_key", "type", "value")

    def __init__(self, value: Any, type: Type) -> None:
        self.value = value
        self.type = type
        self._key: tuple[Type, bytes] | None = None

    @property
    def key(self) -> tuple[Type, bytes]:
        """What makes two constants the same: type and bits."""
        if self._key is None:
            self._key = (self.type, self.value.tobytes())
        return self._key

    def __repr__(self) -> str:
        return f"<Constant {self.type}>"


@final
class Node:
    """One operation: ``primitive(*operands, **params)`` with a result of ``type``."""

    __slots__ = ("operands", "params", "primitive", "provenance", "type")

    def __init__(
        self,
        primitive: Any,
        operands: tuple[Value, ...],
        params: Params,
        type: Type,
        provenance: Provenance | Derived | None = None,
    ) -> None:
        self.primitive = primitive
        self.operands = operands
        self.params = params
        self.type = type
        self.provenance = provenance

    def __repr__(self) -> str:
        return f"<Node {self.primitive.name}: {self.type}>"

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a Node belongs to its Graph: pickle or copy the Graph instead")


Value = Input | Constant | Node
"""Anything that can be an operand or an output."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """An outcome of the traced values on which the Python code took a decision.

    Attributes:
        value: The value that was looked at; boolean or integer.
        kind: ``"bool"``, ``"index"``, ``"int"`` or ``"mask"`` (a boolean array used as an index).
        outcome: What it was: a bool, an int, or a tuple of bools for a mask.
        provenance: The user's instruction that looked.
    """

    value: Value
    kind: str
    outcome: Any
    provenance: Provenance | None = None


def constant(value: Any, weak: bool | None = None) -> Constant:
    """A :class:`Constant` of a Python number, NumPy scalar or array (copied if it is writeable).

    Args:
        value: The value; bool, int, float and complex are weak unless ``weak`` says otherwise
            (Python's bool is the same as NumPy's and never weak).
        weak: Overrides the weakness.

    >>> constant(2.0).type, constant(np.float32(2.0)).type, constant([1, 2]).type
    (float, float32, int64[2])
    """
    if weak is None:
        weak = value.__class__ in (int, float, complex)
    array = np.asarray(value)
    type_ = type_of(array.shape, array.dtype, weak)
    if array.ndim == 0:
        return Constant(array[()], type_)
    if array.flags.writeable or array.base is not None:
        array = array.copy()
        array.flags.writeable = False
    return Constant(array, type_)
