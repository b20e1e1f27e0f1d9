"""The text of a program: which values become lines, and which stand inside of others.

An operation that is used once and that the user gave no name stands where it is used, until the
expression grows long; all others are lines of their own. A value whose elements repeat along an
axis is not repeated in the text, where NumPy does so by itself.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, final

import numpy as np

from clearprop.errors import UnsupportedError
from clearprop.execute.native.inlining import inlined
from clearprop.execute.source.names import Names
from clearprop.execute.source.python import expression
from clearprop.execute.source.python.expression import Expression, exactly, number, typed
from clearprop.graph import (
    Constant,
    Graph,
    Node,
    Provenance,
    Value,
    constant,
    location_of,
    name_of,
    prune,
    role_of,
)

LONGEST: Final = 64
"""How long an expression may grow."""

SHORT: Final = 12
"""What is not longer gains nothing from a line of its own."""

Printer = Callable[["Writer", Node], "Expression | Sequence[Expression]"]
"""Gives an operation's expression; of one with several results, a name for each."""


@final
@dataclass(slots=True)
class Line:
    """A line of the program."""

    depth: int
    text: str
    comment: str = ""


@final
@dataclass(slots=True)
class Scope:
    """What is known while one graph is written.

    Attributes:
        graph: The graph.
        values: The expression of each value so far; several of those with several results.
        uses: How often each value is used.
        items: The results that are taken from those that have several, by their place.
        users: The operations that use a value.
        owner: The loop or branch whose body the graph is.
        open: The operations that have no line yet.
    """

    graph: Graph
    values: dict[Value, Any]
    uses: Counter[Value]
    items: dict[Value, dict[int, Node]]
    users: dict[Value, list[Node]]
    owner: Node | None = None
    open: set[Value] = field(default_factory=set)


@final
class Writer:
    """Writes graphs as lines of Python.

    Args:
        printers: How each operation is written, by its name.
        caller: The user's line that says nothing of an operation: that of the call as a whole.

    Attributes:
        lines: What is written so far.
        names: The names that are taken.
        modules: The modules that the program imports: the line of each.
        helpers: The text of functions that the program brings along, by their name.
        lifted: The names of those helpers, by their place in the catalogue.
        constants: The name of each array of numbers.
    """

    def __init__(self, printers: Mapping[str, Printer], caller: str = "") -> None:
        self.printers = printers
        self.caller = caller
        self.lines: list[Line] = []
        self.names = Names()
        self.modules: dict[str, None] = {"import numpy as np": None}
        self.helpers: dict[str, str] = {}
        self.lifted: dict[str, str] = {}
        self.constants: dict[Any, tuple[str, Constant]] = {}
        self.depth = 0
        self._scope = _scope(Graph((), (), ()), (), None)

    # Graphs ---------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def block(
        self, graph: Graph, inputs: Sequence[Expression], owner: Node | None = None
    ) -> Iterator[Sequence[Value]]:
        """Write a graph's operations; inside, its outputs and guarded values are known.

        Args:
            graph: The graph.
            inputs: What stands for its inputs.
            owner: The loop or branch whose body it is.
        """
        flat = prune(inlined(graph))
        outer, self._scope = self._scope, _scope(flat, inputs, owner)
        for node in flat.nodes:
            self._write(node)
        yield flat.outputs
        self._scope = outer

    @property
    def guards(self) -> Sequence[Any]:
        """The guards of the graph that is being written."""
        return self._scope.graph.guards

    def items(self, node: Node) -> Mapping[int, Node]:
        """The results that are used of an operation that has several."""
        return self._scope.items.get(node, {})

    def _write(self, node: Node) -> None:
        scope = self._scope
        if node.primitive.name == "item":
            found = scope.values[node.operands[0]][dict(node.params)["index"]]
        else:
            found = self._printer(node)(self, node)
        scope.values[node] = found
        if not isinstance(found, Expression):
            return
        named = self._is_named(node) and not (found.literal or found.text.isidentifier())
        if found.cheap and len(found.text) <= 2 * SHORT and not named:
            return
        scope.open.add(node)
        if named or scope.uses[node] != 1:
            self.settle(node)

    def _is_named(self, node: Node) -> bool:
        """Whether the user gave this value a name, and not what the same step makes of it."""
        scope = self._scope
        if not name_of(node) or (scope.owner is not None and _is_one_step(node, scope.owner)):
            return False
        where = location_of(node)
        if where is not None and where.is_on_line_of(self.caller):
            return False
        users = scope.users.get(node, ())
        return len(users) < scope.uses[node] or not all(_is_one_step(node, x) for x in users)

    def _printer(self, node: Node) -> Printer:
        known = self.printers.get(node.primitive.name)
        if known is None:
            raise UnsupportedError(
                f"{node.primitive.name} has no form as Python's text",
                where=str(location_of(node) or ""),
                remedy='Look at source("llvm"), or at the graph itself.',
            )
        return known

    # Values ---------------------------------------------------------------------------------------

    def get(self, value: Value) -> Expression:
        """A value's expression, as it is; NumPy broadcasts it to the value's shape."""
        if isinstance(value, Constant):
            return self._constant(value)
        found = self._scope.values[value]
        assert isinstance(found, Expression), "an operation with one result"
        return found

    def exact(self, value: Value) -> Expression:
        """A value's expression, of just its shape and dtype."""
        found = self.get(value)
        return found if value.type.form != "array" else exactly(found, value.type)

    def build(
        self,
        values: Sequence[Value],
        make: Callable[..., Expression],
        *,
        loose: bool = False,
    ) -> Expression:
        """An expression of values; the longest get lines of their own until it is short.

        Args:
            values: The operands.
            make: Gives the expression for those of the operands.
            loose: Whether operands may stand there without being repeated to their shape.
        """
        get = self.get if loose else self.exact
        while True:
            made = make(*[get(value) for value in values])
            long = [x for x in values if x in self._scope.open and len(self.get(x).text) > SHORT]
            if len(made.text) <= LONGEST or not long:
                return made
            self.settle(max(long, key=lambda x: len(self.get(x).text)))  # type: ignore[arg-type]

    def settle(self, node: Node) -> Expression:
        """Write the operation's line, if it has none; its name."""
        scope = self._scope
        if node in scope.open:
            scope.open.discard(node)
            found = scope.values[node]
            name = self.fresh(node)
            self.line(f"{name} = {found.text}", node)
            scope.values[node] = expression.name(name, found.shape)
        made: Expression = scope.values[node]
        return made

    def named(self, value: Value) -> Expression:
        """A value's name, of just its shape and dtype; it gets one if it has none."""
        if isinstance(value, Node):
            self.settle(value)
        found = self.exact(value)
        if found.cheap:
            return found
        name = self.names.next("t")
        self.line(f"{name} = {found.text}", value)
        return expression.name(name, found.shape)

    def given(self, value: Value) -> Expression:
        """A value as what a body is given: a bare number, or a name."""
        found = self.get(value)
        return found if found.literal else self.named(value)

    def fresh(self, node: Node, place: int | None = None, otherwise: str = "t") -> str:
        """A name for an operation's result, or for one of its results; else that letter."""
        chosen = node if place is None else self.items(node).get(place, node)
        if self._is_named(chosen):
            return self.names.take(name_of(chosen))
        return self.names.next(otherwise)

    def _constant(self, value: Constant) -> Expression:
        array = np.asarray(value.value)
        first = array.ravel()[:1]
        if array.size and array.tobytes() == first.tobytes() * array.size:
            return number(first[0])
        return expression.name(self.array(value.value), value.type.shape)

    def array(self, value: Any) -> str:
        """The name of an array of numbers that a helper refers to."""
        found = constant(value)
        if found.key not in self.constants:
            self.constants[found.key] = self.names.next("C"), found
        return self.constants[found.key][0]

    def anchored(self, values: Sequence[Value], given: Sequence[Expression]) -> list[Expression]:
        """The expressions, of which one at least is no bare number, so that the dtype is known."""
        found = list(given)
        if all(x.literal for x in found) and found:
            found[0] = typed(found[0], values[0].type)
        return found

    # Lines ----------------------------------------------------------------------------------------

    def line(self, text: str, origin: Any = None) -> None:
        """Write a line, with the user's line for which it stands."""
        self.lines.append(Line(self.depth, text, self._comment(origin)))

    def _comment(self, origin: Any) -> str:
        """The user's line behind a value, and what the value is to it."""
        where = location_of(origin) if isinstance(origin, Node | Provenance) else None
        if where is None or where.is_on_line_of(self.caller):
            return ""
        role = role_of(origin) if isinstance(origin, Node) else "value"
        text = f"{where.line}: {where.source}" if where.source else f"line {where.line}"
        return text if role == "value" else f"{role} of {text}"

    @contextlib.contextmanager
    def indented(self) -> Iterator[None]:
        """Lines that belong to the last one; at least one."""
        self.depth += 1
        count = len(self.lines)
        yield
        if len(self.lines) == count:
            self.line("pass")
        self.depth -= 1


def _scope(graph: Graph, inputs: Sequence[Expression], owner: Node | None) -> Scope:
    uses: Counter[Value] = Counter()
    items: dict[Value, dict[int, Node]] = {}
    users: dict[Value, list[Node]] = {}
    for node in graph.nodes:
        uses.update(node.operands)
        for value in node.operands:
            users.setdefault(value, []).append(node)
        if node.primitive.name == "item":
            items.setdefault(node.operands[0], {})[dict(node.params)["index"]] = node
    uses.update(graph.outputs)
    uses.update(guard.value for guard in graph.guards)
    values: dict[Value, Any] = dict(zip(graph.inputs, inputs, strict=True))
    return Scope(graph, values, uses, items, users, owner)


def _is_one_step(a: Node, b: Node) -> bool:
    """Whether the same instruction of the user's code made both."""
    one, two = a.provenance, b.provenance
    if not isinstance(one, Provenance) or not isinstance(two, Provenance):
        return False
    return one.code is two.code and one.instruction == two.instruction
