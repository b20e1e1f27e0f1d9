"""What a rule is: a name, the operations that it looks at, and what it puts in their place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeGuard, final

from clearprop.graph import Constant, Node, Value

if TYPE_CHECKING:
    from clearprop.rewrite.maker import Maker

Rewrite = Callable[["Maker", Node], Value | None]
"""``rewrite(make, node)``: a value equal to the node's; None where the rule does not apply."""

CONSTANT: Final = "constant"
"""The head of a constant."""


@final
@dataclass(frozen=True, slots=True)
class Rule:
    """A rewrite of one operation, whose operands have been rewritten before.

    Attributes:
        name: What it does, in words or as an equation.
        on: The names of the primitives at which it looks; none for all of them.
        rewrite: What it does.
        rounds: Whether the last bits of the result may differ; else all bits are the same.
        needs: The heads that operands must have for it to apply, in any order.
        kinds: The kinds of dtype that the first operand may have; all if there are none.
    """

    name: str
    on: tuple[str, ...]
    rewrite: Rewrite
    rounds: bool = False
    needs: frozenset[str] = frozenset()
    kinds: str = ""

    def may_apply(self, kind: str, heads: set[str]) -> bool:
        """Whether it looks at an operation on such operands.

        Args:
            kind: The kind of the first operand's dtype.
            heads: What the operands are made by.
        """
        return (not self.kinds or kind in self.kinds) and self.needs <= heads


_FEW: Final = 4


@final
class Rules:
    """A list of rules, from which those that may apply are picked quickly.

    Args:
        rules: The rules, the first that applies first.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._on: dict[str, tuple[Rule, ...]] = {}
        self._picked: dict[tuple[Any, ...], tuple[Rule, ...]] = {}

    def fitting(self, node: Node) -> tuple[Rule, ...]:
        """The rules that look at such an operation on such operands."""
        operands = node.operands
        kind = operands[0].type.dtype.kind if operands else ""
        makers = [x.primitive if x.__class__ is Node else x.__class__ for x in operands]
        key = (node.primitive, kind, *makers)
        picked = self._picked.get(key)
        if picked is None:
            name, heads = node.primitive.name, set(map(head_of, operands))
            if name not in self._on:
                looking = [rule for rule in self._rules if not rule.on or name in rule.on]
                self._on[name] = tuple(looking)
            picked = tuple([rule for rule in self._on[name] if rule.may_apply(kind, heads)])
            if len(operands) <= _FEW:  # there is no end of lists of many operands
                self._picked[key] = picked
        return picked


def head_of(value: Value) -> str:
    """What a value is made by: a primitive's name, or ``CONSTANT``; empty for inputs."""
    if value.__class__ is Node:
        name: str = value.primitive.name
        return name
    return CONSTANT if value.__class__ is Constant else ""


def made_by(value: Any, *names: str) -> TypeGuard[Node]:
    """Whether a value is the result of one of these primitives."""
    return isinstance(value, Node) and value.primitive.name in names


def inner(node: Node) -> Node:
    """The first operand, where a rule needs it to be a node."""
    operand = node.operands[0]
    assert isinstance(operand, Node), "the rule's needs say so"
    return operand
