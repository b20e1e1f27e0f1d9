"""The parser of the text form: the exact inverse of ``text.py``."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final, final

import numpy as np

from clearprop.errors import ArgumentError, DtypeError
from clearprop.graph.graph import Graph
from clearprop.graph.node import (
    Constant,
    Guard,
    Input,
    Location,
    Node,
    Primitive,
    Provenance,
    Value,
)
from clearprop.graph.tokens import Tokens
from clearprop.graph.types import DTYPE_NAMES, WEAK_NAMES, Type, stack_of, tuple_of, type_of

TEXT: Final = "<text>"
"""What stands in the place of a file's name for nodes that were read from a text."""


def parse(text: str, catalogue: Mapping[str, Primitive]) -> Graph:
    """Read a graph from its text form.

    Args:
        text: What ``str(graph)`` gave, or the same written by hand.
        catalogue: The primitives by name.

    Raises:
        ParseError: Naming line, column and what was expected there.
    """
    if not isinstance(text, str):
        raise ArgumentError(
            f"parse wants the text of a graph, not {type(text).__name__}",
            remedy="The text of a graph is str(graph).",
        )
    parser = _Parser(text, catalogue)
    try:
        return parser.graph()
    except RecursionError:
        raise parser.error("tuples are nested too deeply") from None


@final
class _Parser(Tokens):
    """A line-by-line reader: every line of the text form is one statement."""

    def __init__(self, text: str, catalogue: Mapping[str, Primitive]) -> None:
        super().__init__(text)
        self.catalogue = catalogue
        self.values: dict[str, Value] = {}
        self.table: dict[str, bytes] = {}
        self.bodies: dict[str, Graph] = {}

    # Statements ---------------------------------------------------------------------------------

    def graph(self) -> Graph:
        """The bodies from the last to the first, as each uses only those below it; the graph."""
        self.read_table()
        starts = [i for i, line in enumerate(self.lines) if line.startswith("@")]
        whole = self.lines
        for start in reversed(starts):
            self.at = start
            self.next_line()
            name = self.take_kind("body", "a body's name")
            if name in self.bodies:
                raise self.error(f"{name!r} is defined twice")
            self.take("=")
            self.bodies[name] = self.block()
            self.lines = whole[:start]
        self.lines = whole[: starts[0]] if starts else whole
        self.at = 0
        self.next_line()
        return self.block()

    def block(self) -> Graph:
        """One graph, from its head to its closing brace, after which nothing stands."""
        self.values = {}
        inputs = self.head()
        nodes: list[Node] = []
        guards: list[Guard] = []
        while self.next_line():
            if self.skip("guard"):
                guards.append(self.guard())
            elif self.skip("return"):
                outputs = self.outputs()
                break
            else:
                nodes.append(self.node())
        else:
            raise self.error("the text ends before 'return'")
        self.next_line()
        self.take("}")
        self.end()
        if self.next_line():
            raise self.error("text after the graph's closing brace")
        return Graph(inputs, nodes, outputs, guards)

    def read_table(self) -> None:
        """Read the side table first, from the foot of the text upwards."""
        while self.lines and (not self.lines[-1].strip() or self.lines[-1].startswith("#")):
            digest, _, packed = self.lines.pop().partition(" = ")
            if packed:
                try:
                    self.table[digest] = zlib.decompress(base64.b85decode(packed))
                except (ValueError, zlib.error, binascii.Error):
                    self.at = len(self.lines) + 1
                    raise self.error(f"the bits of {digest} are damaged", 0) from None

    def head(self) -> list[Input]:
        self.take("graph")
        self.take("(")
        inputs: list[Input] = []
        while not self.skip(")"):
            if inputs:
                self.take(",")
            name = self.take_kind("name", "an input's name")
            self.take(":")
            inputs.append(Input(name, self.type()))
            self.define(name, inputs[-1])
        self.take("{")
        self.end()
        return inputs

    def node(self) -> Node:
        name = self.take_kind("name", "a node's name, 'guard', 'return' or '}'")
        self.take(":")
        type_ = self.type()
        self.take("=")
        primitive = self.primitive()
        self.take("(")
        operands: list[Value] = []
        params: list[tuple[str, Any]] = []
        while not self.skip(")"):
            if operands or params:
                self.take(",")
            if self.tokens[self.position + 1 :][:1] and self.tokens[self.position + 1][1] == "=":
                key = self.take_kind("name", "a parameter's name")
                self.take("=")
                params.append((key, self.literal()))
            else:
                operands.append(self.value())
        self.end()
        node = Node(primitive, tuple(operands), tuple(params), type_, self.place())
        self.define(name, node)
        return node

    def guard(self) -> Guard:
        kind = self.take_kind("name", "the guard's kind")
        value = self.value()
        self.take("==")
        guard = Guard(value, kind, self.literal(), self.place())
        self.end()
        return guard

    def place(self) -> Provenance:
        """The line of the text, where errors about the statement point."""
        return Provenance(Location(TEXT, self.at, "graph", self.lines[self.at - 1].strip()))

    def outputs(self) -> list[Value]:
        outputs: list[Value] = []
        while self.tokens[self.position][0] != "end":
            if outputs:
                self.take(",")
            outputs.append(self.value())
        return outputs

    def define(self, name: str, value: Value) -> None:
        if name in self.values:
            raise self.error(f"{name!r} is defined twice")
        self.values[name] = value

    # Parts --------------------------------------------------------------------------------------

    def primitive(self) -> Primitive:
        name = self.take_kind("name", "a primitive's name")
        if name not in self.catalogue:
            self.position -= 1
            raise self.error(f"there is no primitive {name!r}")
        return self.catalogue[name]

    def type(self) -> Type:
        try:
            if self.skip("("):
                return tuple_of(tuple(self.types_until(")")))
            if self.skip("stack"):
                self.take("(")
                element = self.type()
                self.take(")")
                return stack_of(element)
        except DtypeError as error:
            raise self.error(error.what) from None
        return self.array_type()

    def types_until(self, mark: str) -> Iterator[Type]:
        """Types between commas; a comma may stand before the mark."""
        while not self.skip(mark):
            yield self.type()
            if not self.skip(","):
                self.take(mark)
                return

    def array_type(self) -> Type:
        name = self.take_kind("name", "a type")
        sizes: list[int] = []
        if self.skip("["):
            while not self.skip("]"):
                if sizes:
                    self.take(",")
                sizes.append(self.length())
        if name in WEAK_NAMES and not sizes:
            return type_of((), WEAK_NAMES[name], weak=True)
        if name not in DTYPE_NAMES:
            raise self.error(f"there is no dtype {name!r}")
        return type_of(tuple(sizes), name)

    def value(self) -> Value:
        kind, text, _ = self.tokens[self.position]
        if kind == "name" and text in self.values:
            self.position += 1
            return self.values[text]
        if kind == "number":
            number = self.literal()
            weak_type = type_of((), WEAK_NAMES[type(number).__name__], weak=True)
            return self.built([number], weak_type)
        if kind != "name" or text not in (*DTYPE_NAMES, *WEAK_NAMES):
            raise self.error(f"{text!r} is not defined above" if text else "expected a value")
        return self.typed_constant()

    def typed_constant(self) -> Constant:
        type_ = self.type()
        if self.tokens[self.position][0] == "digest":
            return self.table_constant(type_)
        self.take("(")
        elements: list[Any] = []
        while not self.skip(")"):
            if elements:
                self.take(",")
            elements.append(self.literal())
        if len(elements) != type_.size * (2 if type_.dtype.kind == "c" else 1):
            raise self.error(f"{type_} has {type_.size} elements, {len(elements)} are given")
        return self.built(elements, type_)

    def built(self, elements: list[Any], type_: Type) -> Constant:
        """A constant of those elements, which must be what its type holds, to the bit."""
        kinds = _ELEMENTS[type_.dtype.kind]
        for element in elements:
            if element.__class__ not in kinds:
                raise self.error(f"a constant of type {type_} cannot hold {element!r}")
        try:
            return _build(elements, type_)
        except (ValueError, OverflowError) as error:
            raise self.error(f"a constant of type {type_} cannot hold that: {error}") from None

    def table_constant(self, type_: Type) -> Constant:
        digest = self.take_kind("digest", "a digest")
        bits = self.table.get(digest)
        if bits is None or len(bits) != type_.size * type_.dtype.itemsize:
            raise self.error(f"the side table has no entry of type {type_} for {digest}")
        array = np.frombuffer(bits, type_.dtype).reshape(type_.shape)
        return Constant(array if type_.shape else array[()], type_)

    def literal(self) -> Any:
        kind, text, _ = self.tokens[self.position]
        self.position += 1
        if kind == "number":
            return self.number(text)
        if kind == "string":
            return self.text(text)
        if kind == "body":
            return self.body(text)
        if text in _WORDS:
            return _WORDS[text]
        if text in DTYPE_NAMES:
            return np.dtype(text)
        if text == "(":
            return self.tuple()
        self.position -= 1
        raise self.error(f"expected a literal, found {text or 'the end of the line'!r}")

    def body(self, name: str) -> Graph:
        if name not in self.bodies:
            self.position -= 1
            raise self.error(f"the graph {name!r} does not stand below")
        return self.bodies[name]

    def tuple(self) -> Any:
        items: list[Any] = []
        while not self.skip(")"):
            if items:
                self.take(",")
                if self.skip(")"):
                    break
            items.append(self.literal())
        return tuple(items)


_WORDS: Final[dict[str, Any]] = {"None": None, "True": True, "False": False}

_ELEMENTS: Final[dict[str, tuple[type, ...]]] = {
    "b": (bool,),
    "i": (int,),
    "u": (int,),
    "f": (float, int),
    "c": (float, int),
}
"""What the elements of a constant are written as, by the kind of its dtype."""


def _build(elements: list[Any], type_: Type) -> Constant:
    if type_.dtype.kind == "c":
        parts = np.array(elements, "float32" if type_.dtype.itemsize == 8 else "float64")
        array = parts.view(type_.dtype).reshape(type_.shape)
    else:
        array = np.array(elements, type_.dtype).reshape(type_.shape)
    if not type_.shape:
        return Constant(array[()], type_)
    array.flags.writeable = False
    return Constant(array, type_)
