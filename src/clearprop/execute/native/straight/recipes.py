"""How an operation on single numbers is written: once for all that are alike.

The text of the first such operation, with places to fill in, serves all others: a program of a
hundred thousand multiplications asks once how to multiply.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, final

from clearprop.execute.native.clusters import lowered
from clearprop.execute.native.loops.instructions import Instructions
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.terms import LOOK_AT_NUMBERS, Term, number, ordered
from clearprop.graph import Constant, Node

_TEMPORARY: Final = re.compile(r"%v\d+")

SHORT: Final = frozenset(
    {
        *("absolute", "ceil", "copysign", "floor", "maximum", "minimum", "rint", "sign", "sqrt"),
        "trunc",
    }
)
"""The functions of the math library that are a few instructions: each stands where it is called."""


@final
class Recipe:
    """The text of an operation.

    Args:
        node: The first operation of the kind.

    Attributes:
        does: Whether there are lines: an operation may be one of its operands, or a number.
        write: Gives the lines, of a number and the names of the operands.
        is_last: Whether the result is what the last line makes: its name is the number alone.
        result: Gives the result's name, of a number and the names of the operands.
        call: The function of the math library that it is, and nothing else; empty if it is not.
        declared: The declarations that the lines need.
        functions: The functions of the math library that they call.
    """

    __slots__ = ("call", "declared", "does", "functions", "is_last", "result", "write")

    def __init__(self, node: Node) -> None:
        writer = Writer()
        unit = Instructions(writer, 1)
        names: dict[Term, str] = {}
        terms = []
        for place, x in enumerate(node.operands, 1):
            if isinstance(x, Constant) and not x.type.shape and _looks(node):
                terms.append(number(x.value, x.type.dtype))
            else:
                terms.append(Term("load", (), x.type.dtype, place))
                names[terms[-1]] = f"{{{place}}}"
        root = lowered(node, terms)
        for term in ordered([root]):
            if term not in names:
                names[term] = unit.compute(term, [names[x] for x in term.args])
        last = names[root]
        made = {last: "%{0}"} if last.startswith("%v") else {}
        lines = "\n".join(writer.lines) if made else ""
        for name in _TEMPORARY.findall(lines):
            made.setdefault(name, f"%t{{0}}.{len(made)}")
        self.does = bool(lines)
        self.write = _TEMPORARY.sub(lambda found: made[found[0]], lines).format
        self.is_last = made.get(last) == "%{0}"
        self.result = made.get(last, last).format
        plain = root.op == "call" and root.payload not in SHORT and len(root.args) == len(terms)
        plain = plain and all(a is b for a, b in zip(root.args, terms, strict=True))
        self.call: str = root.payload if plain else ""
        self.declared: Mapping[str, None] = writer.declared
        self.functions = unit.functions


@final
class Recipes:
    """The recipes of a program, each made once."""

    def __init__(self) -> None:
        self._known: dict[Any, Recipe] = {}

    def of(self, node: Node) -> Recipe:
        """How that operation is written."""
        key: Any = (node.primitive, node.params, *[x.type for x in node.operands])
        if _looks(node):
            key += tuple([x.key for x in node.operands if isinstance(x, Constant)])
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Recipe(node)
        return found


def _looks(node: Node) -> bool:
    """Whether the text depends on the numbers among the operands."""
    return node.primitive.name in LOOK_AT_NUMBERS
