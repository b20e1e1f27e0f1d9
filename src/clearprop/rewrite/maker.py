"""The operations with which rules are written here: each is in its simplest form once made.

Every operation is made from operands that are in their simplest form already, shared with an equal
one, folded if its operands are constants, and offered to the rules. So one sweep over a graph in
its order is enough: a rule looks at an operation and at what stands before it, never at its uses.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final, final

import numpy as np

from clearprop.graph import Constant, Derived, Node, Provenance, Type, Value, type_of
from clearprop.primitives import CATALOGUE
from clearprop.rewrite.fold import folded
from clearprop.rewrite.rule import Rules
from clearprop.rewrite.share import Constants, key_of

DEEPEST: Final = 40
"""How far a rule's replacement may be rewritten within another's; the next sweep goes on."""


@final
class Maker:
    """Appends operations in their simplest form.

    Args:
        rules: What to replace by what.

    Attributes:
        nodes: The operations, each after its operands.
        fired: How often each rule was applied, by its name.
        provenance: What the next operations are made for.
        unfinished: Whether a rewrite was cut short for its depth.
    """

    def __init__(self, rules: Rules) -> None:
        self.nodes: list[Node] = []
        self.fired: Counter[str] = Counter()
        self.provenance: Provenance | Derived | None = None
        self.unfinished = False
        self._rules = rules
        self._constants = Constants()
        self._known: dict[tuple[Any, ...], Value] = {}
        self._depth = 0

    def __call__(self, name: str, *operands: Value, **params: Any) -> Value:
        """The result of a primitive; nothing is broadcast or converted."""
        primitive, packed = CATALOGUE[name], tuple(params.items())
        type_ = primitive.result(tuple([x.type for x in operands]), packed)
        return self.add(Node(primitive, operands, packed, type_, self.provenance))

    def add(self, node: Node) -> Value:
        """The value of an operation whose operands were made here or are inputs."""
        key = key_of(node)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._simplest(node)
        return known

    def constant(self, value: Constant) -> Constant:
        """The object that stands for all constants like this."""
        return self._constants.one(value)

    def number(self, value: Any, like: Type) -> Constant:
        """A number of that dtype; weak where Python's numbers are, so that it gives way."""
        weak = like.dtype.name in ("float64", "complex128") and value.__class__ is not bool
        scalar = np.asarray(value).astype(like.dtype)
        return self.constant(Constant(scalar[()], type_of((), like.dtype, weak)))

    def fit(self, value: Value, type_: Type) -> Value | None:
        """The value if it is of that type; a number repeated, if that makes it so."""
        if value.type is type_:
            return value
        if not isinstance(value, Constant) or value.type.dtype != type_.dtype:
            return None
        if value.type.shape == type_.shape:
            return self.constant(Constant(value.value, type_))
        return None if value.type.shape else self("broadcast", value, shape=type_.shape)

    def _simplest(self, node: Node) -> Value:
        for operand in node.operands:
            if operand.__class__ is not Constant:
                break
        else:
            value = folded(node)
            if value is not None:
                return self.constant(value)
        rules = self._rules.fitting(node)
        if rules and self._depth < DEEPEST:
            self._depth += 1
            for rule in rules:
                found = rule.rewrite(self, node)
                fitting = None if found is None else self.fit(found, node.type)
                if fitting is not None:
                    self.fired[rule.name] += 1
                    self._depth -= 1
                    return fitting
            self._depth -= 1
        elif rules:
            self.unfinished = True
        self.nodes.append(node)
        return node
