"""``custom_derivative``: a function with a derivative that the user gives."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, Generic, TypeVar, final

import optree

from clearprop.api.bodies import Body, body_of
from clearprop.api.calls import Call, called, is_traced_now, just_called
from clearprop.api.linearity import is_linear
from clearprop.errors import ArgumentError, ShapeError, TraceError
from clearprop.graph import Graph, Value
from clearprop.tracing import Traced, as_array, cast, require_callable, user_line, zeros

R = TypeVar("R")

Rule = tuple[str, Callable[..., Any], Callable[..., Any] | None]


@final
class custom_derivative(Generic[R]):  # noqa: N801  a decorator, called like a function
    """A function whose derivative is a rule given by hand, in both modes and to any order.

    Give one rule, by :meth:`defjvp` or :meth:`defvjp`; the other mode is its transpose, as a rule
    is linear in its tangents or cotangents. Higher derivatives are those of the rule. A rule is
    traced without values: it cannot branch on them with ``if``, but with ``cp.cond``. Within a
    derivative f is handed arrays in C order, which it cannot write into. Those of the result are
    its own, in C order, too: they share no memory with arguments.

    Args:
        f: A function of positional arguments: numbers, arrays, or nested containers of them.

    >>> import clearprop as cp, numpy as np
    >>> @cp.custom_derivative
    ... def log1pexp(x):
    ...     return np.log1p(np.exp(x))
    >>> log1pexp.defjvp(lambda primals, tangents: (
    ...     log1pexp(*primals), tangents[0] * (1 - 1 / (1 + np.exp(primals[0])))
    ... ))
    >>> round(cp.grad(log1pexp)(100.0), 12), round(cp.grad(cp.grad(log1pexp))(0.0), 12)
    (1.0, 0.25)
    """

    def __init__(self, f: Callable[..., R]) -> None:
        require_callable(f, "custom_derivative")
        self._f = f
        self._rule: Rule | None = None
        functools.update_wrapper(self, f)

    def defjvp(self, rule: Callable[[Any, Any], tuple[Any, Any]]) -> None:
        """Give the forward rule.

        Args:
            rule: ``rule(primals, tangents)`` returns ``(value, tangent)``, both of the structure of
                f's result. Tangents are tuples like the arguments; None for what is no float.
        """
        require_callable(rule, "defjvp")
        self._rule = ("jvp", rule, None)

    def defvjp(self, fwd: Callable[..., tuple[Any, Any]], bwd: Callable[[Any, Any], Any]) -> None:
        """Give the reverse rule.

        Args:
            fwd: ``fwd(*args)`` returns ``(value, kept)``: anything that bwd needs.
            bwd: ``bwd(kept, cotangent)`` returns a tuple with a cotangent per argument; None for
                what is no float.
        """
        require_callable(fwd, "defvjp")
        require_callable(bwd, "defvjp")
        self._rule = ("vjp", fwd, bwd)

    def __get__(self, instance: Any, owner: type | None = None) -> Callable[..., R]:
        """A method of a class, bound to its instance as functions are."""
        return self if instance is None else functools.partial(self, instance)

    def __call__(self, *args: Any) -> R:
        """The function's value; inside a derivative, as one operation with the rule."""
        if not is_traced_now():
            value: R = just_called(self._f, args, {})
            return value
        if self._rule is None:
            raise ArgumentError(
                f"{getattr(self._f, '__name__', 'the function')} has no rule for its derivative",
                where=user_line(),
                remedy="Give one with defjvp or defvjp before differentiating.",
            )
        answer = self._answer(args)
        if answer is not None:
            return answer[0]
        call = called(self._f, args, {})
        _refuse(call.captured, "the function")
        mode, first, second = self._rule
        rule = self._jvp_rule(call, first) if mode == "jvp" else self._vjp_rule(call, first, second)
        _refuse(rule.captured, "its rule")
        consts, graph = len(rule.captured), rule.arranged()
        _require_linear(graph, call.graph, mode)
        params = {"body": call.graph, "rule": graph, "mode": mode, "consts": consts}
        applied: R = call.apply("custom", rule.captured, **params)
        return applied

    def _answer(self, args: tuple[Any, ...]) -> tuple[R] | None:
        """The value, where the rule of this very function asks for it at its own arguments."""
        for who, leaves, value in _ANSWERS.get():
            if who is self:
                mine: list[Any] = optree.tree_leaves(args)  # type: ignore[arg-type]
                same = len(mine) == len(leaves) and all(map(operator.is_, mine, leaves))
                return (value,) if same else (self._f(*args),)
        return None

    def _jvp_rule(self, call: Call, rule: Callable[..., Any]) -> Body:
        """The graph (y, x, tangents of x) → tangents of y."""

        def traced(y: list[Any], xs: list[Any], slopes: list[Any]) -> list[Any]:
            primals, value = self._point(call, y, xs)
            moving = _spread(slopes, call.graph.inputs)
            tangents = call.rebuilt(moving) if slopes else primals
            with _answering(self, primals, value):
                result = rule(primals, tangents)
            tangent = _pair(result, "the rule", "(value, tangent)")[1]
            leaves = _leaves(tangent, call.structure, "the rule returns a tangent")
            return _fitting(leaves, call.graph.outputs[: len(call.types)])

        return _rule_body(call, traced, call.graph.inputs)

    def _vjp_rule(self, call: Call, fwd: Callable[..., Any], bwd: Any) -> Body:
        """The graph (y, x, cotangents of y) → cotangents of x."""

        def traced(y: list[Any], xs: list[Any], slopes: list[Any]) -> list[Any]:
            primals, value = self._point(call, y, xs)
            with _answering(self, primals, value):
                kept = _pair(fwd(*primals), "fwd", "(value, what bwd needs)")[1]
                own = _spread(slopes, call.graph.outputs[: len(call.types)])
                found = bwd(kept, optree.tree_unflatten(call.structure, call.formed(own)))
            made = _fitting(*_matched(found, call), missing=True)
            count = len(call.graph.inputs) - len(call.captured)
            others = call.graph.inputs[count:]
            return [*made, *(zeros(v.type) for v in others if v.type.differentiable)]

        return _rule_body(call, traced, call.graph.outputs)

    def _point(self, call: Call, y: list[Any], xs: list[Any]) -> tuple[tuple[Any, ...], Any]:
        """The arguments and the value, as the rule sees them."""
        value = optree.tree_unflatten(call.structure, call.formed(y[: len(call.types)]))
        return call.rebuilt(xs), value


_ANSWERS: Final[ContextVar[tuple[Any, ...]]] = ContextVar("clearprop_answers", default=())
"""The functions whose rules are being traced, with their arguments and values."""


@contextmanager
def _answering(who: custom_derivative[Any], primals: Any, value: Any) -> Iterator[None]:
    token = _ANSWERS.set(((who, optree.tree_leaves(primals), value), *_ANSWERS.get()))
    try:
        yield
    finally:
        _ANSWERS.reset(token)


def _rule_body(call: Call, traced: Callable[..., Any], slopes: Sequence[Value]) -> Body:
    """The rule as a graph of (y, x, slopes)."""
    moving = [value.type.strong for value in slopes if value.type.differentiable]
    groups = [
        [value.type.strong for value in call.graph.outputs],
        [value.type.strong for value in call.graph.inputs],
        moving,
    ]
    flat: list[Any] = [[0] * len(group) for group in groups]
    pairs = zip(flat, groups, strict=True)
    arguments = [(optree.tree_structure(places), group) for places, group in pairs]
    return body_of(traced, arguments, "the rule")


def _spread(slopes: Sequence[Any], values: Sequence[Value]) -> list[Any]:
    """A slope for each value that has one; None for the others."""
    rest = iter(slopes)
    return [next(rest) if value.type.differentiable else None for value in values]


def _matched(found: Any, call: Call) -> tuple[list[Any], list[Value | None]]:
    """The cotangents that a rule returned, and the inputs that they belong to."""
    if not isinstance(found, tuple) or len(found) != len(call.arguments):
        raise ArgumentError(
            f"bwd returns no tuple of {len(call.arguments)}",
            where=user_line(),
            remedy="Return one cotangent per argument, None where there is none.",
        )
    leaves: list[Any] = []
    for part, argument in zip(found, call.arguments, strict=True):
        if part is None:
            leaves += [None] * len(argument.leaves)
        else:
            leaves += _leaves(part, argument.structure, "bwd returns a cotangent")
    return leaves, [leaf.place for argument in call.arguments for leaf in argument.leaves]


def _pair(result: Any, who: str, wanted: str) -> tuple[Any, Any]:
    if not isinstance(result, tuple) or len(result) != 2:
        raise ArgumentError(
            f"{who} returns no pair", where=user_line(), remedy=f"Return {wanted} from it."
        )
    return result


def _leaves(found: Any, structure: Any, what: str) -> list[Any]:
    """The leaves of what a rule returned, which must stand together as those of the value do.

    Args:
        found: The tangent or cotangent.
        structure: That of the value that it belongs to; None: it is one leaf.
        what: How an error begins.
    """
    try:
        leaves: list[Any] = [found] if structure is None else structure.flatten_up_to(found)
    except (ValueError, TypeError) as error:
        raise ShapeError(
            f"{what} of another structure than the value's", where=user_line(), why=str(error)
        ) from None
    return leaves


def _fitting(
    leaves: Sequence[Any], values: Sequence[Value | None], *, missing: bool = False
) -> list[Any]:
    """What a rule returned, leaf by leaf, for the values that have tangents.

    Raises:
        ShapeError: If a shape is not that of the value.
    """
    made = []
    for leaf, value in zip(leaves, values, strict=True):
        if value is None or not value.type.differentiable:
            continue
        if leaf is None and missing:
            leaf = zeros(value.type)
        slope = as_array(leaf)
        kinds = "biufc" if value.type.dtype.kind == "c" else "biuf"
        if slope.dtype.kind not in kinds or slope.shape != value.type.shape:
            given = f"shape {slope.shape}" if slope.dtype.kind in kinds else type(leaf).__name__
            raise ShapeError(
                f"the rule returns {given} for a value of type {value.type}",
                where=user_line(),
                remedy="A derivative has the shape of the value that it belongs to.",
            )
        made.append(cast(slope, value.type.dtype))
    return made


def _require_linear(rule: Graph, body: Graph, mode: str) -> None:
    """Raise if a rule is not linear, as both modes would then give different derivatives."""
    slopes = body.inputs if mode == "jvp" else body.outputs
    if not is_linear(rule, sum(value.type.differentiable for value in slopes)):
        what = "tangents" if mode == "jvp" else "cotangents"
        raise ArgumentError(
            f"the rule of a custom derivative is not linear in its {what}",
            where=user_line(),
            why="A derivative is linear in the direction, and the other mode is its transpose.",
            remedy=f"Let the rule only add the {what} up and multiply them by other values.",
        )


def _refuse(captured: Sequence[Any], who: str) -> None:
    """Raise if a function closes over a traced value, whose derivative a rule cannot know."""
    if any(value.__class__ is Traced for value in captured):
        raise TraceError(
            f"{who} of a custom derivative refers to a traced value from outside",
            where=user_line(),
            why="The rule says nothing of the derivative by it.",
            remedy="Pass it as an argument.",
        )
