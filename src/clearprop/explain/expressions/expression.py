"""Expressions typed by a user, as graphs: ``c = a+b; d = b+1; c*d``.

The text is read by a grammar of its own (:mod:`clearprop.explain.grammar`) and evaluated by a loop
over traced values, so that the result is a graph like that of any function. Its nodes carry the
names that the user gave; nothing of the text is ever run as Python.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, final

import numpy as np

from clearprop.errors import ArgumentError, ExpressionError
from clearprop.explain.expressions.grammar import Call, Name, Number, Statement, read
from clearprop.explain.expressions.pointing import fault, quoted
from clearprop.explain.expressions.vocabulary import ARITIES, CONSTANTS, FUNCTIONS, wants_comparison
from clearprop.graph import Graph, Location, Provenance, type_of
from clearprop.numpy.namespace import NAMESPACE
from clearprop.tracing import Trace, Traced, elementwise

_NUMBERS: Final = {name: np.float64(value) for name, value in CONSTANTS.items()}

OUTPUT: Final = "out"
"""What a bare last expression is called."""

_FLOAT: Final = type_of((), "float64")


@final
@dataclass(frozen=True)
class Expression:
    """An expression that was read; :func:`read_expression` makes one.

    Attributes:
        text: What the user wrote.
        statements: Its statements; the last gives the result.
    """

    text: str
    statements: tuple[Statement, ...]

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names without a value of their own, in the order in which they appear."""
        return tuple(name for name in self._used if name not in CONSTANTS)

    @cached_property
    def _assigned(self) -> frozenset[str]:
        return frozenset(statement.target for statement in self.statements)

    @cached_property
    def _used(self) -> tuple[str, ...]:
        """The names that are used and not assigned, once each."""
        names = (
            step.name
            for statement in self.statements
            for step in statement.steps
            if isinstance(step, Name) and step.name not in self._assigned
        )
        return tuple(dict.fromkeys(names))

    def inputs_given(self, values: Mapping[str, float]) -> tuple[str, ...]:
        """The inputs; a constant such as ``e`` is one of them if it is given a value.

        Raises:
            ArgumentError: A variable has no value, or a value belongs to no variable.
        """
        for name in values:
            if name not in self._used:
                raise self._superfluous(name)
        missing = [name for name in self.inputs if name not in values]
        if missing:
            names = " and ".join(quoted(name) for name in missing)
            raise ArgumentError(
                f"the variable{'s' * (len(missing) > 1)} {names} of the expression "
                f"{'have' if len(missing) > 1 else 'has'} no value",
                remedy=f"Add {' '.join(f'{name}=1.0' for name in missing)}, or other numbers.",
            )
        return tuple(name for name in self._used if name in values)

    def graph(self, values: Mapping[str, float]) -> Graph:
        """The graph; its inputs are float64 scalars in the order of :meth:`inputs_given`.

        Args:
            values: A number for each input.

        Raises:
            ArgumentError: The values do not fit the variables.
            ExpressionError: The result depends on no input, or is a comparison.

        >>> print(read_expression("c=a+b; d=b+1; c*d").graph({"a": 2.0, "b": 1.0}))
        graph(a: float64, b: float64) {
          %0: float64 = add(a, b)
          %1: float64 = add(b, 1.0)
          %2: float64 = multiply(%0, %1)
          return %2
        }
        """
        names = self.inputs_given(values)
        trace = Trace(NAMESPACE)
        known: dict[str, Any] = dict(_NUMBERS)
        for name in names:
            place = trace.input(name, _FLOAT)
            known[name] = Traced(trace, place, np.float64(values[name]), is_array=False)
        with trace.open():
            result = self._value(known, trace)
        return trace.finish([self._checked(result).current()])

    def number(self) -> float:
        """The value of an expression without inputs.

        Raises:
            ArgumentError: It has inputs.
            ExpressionError: It is a comparison.
        """
        self.inputs_given({})
        value = self._value(dict(_NUMBERS), Trace(NAMESPACE))
        if value.dtype.kind == "b":
            raise self._comparison()
        return float(value)

    def _value(self, known: dict[str, Any], trace: Trace) -> Any:
        """The value of the last statement, given those of the names."""
        result: Any = None
        with np.errstate(all="ignore"):
            for statement in self.statements:
                result = self._run(statement, known, trace)
                known[statement.target] = result
        return result

    @cached_property
    def _result_name(self) -> str:
        """``out``, unless the user has that name; then ``out2``."""
        taken = {*self._used, *self._assigned}
        names = (f"{OUTPUT}{count}" if count > 1 else OUTPUT for count in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)

    def _run(self, statement: Statement, known: dict[str, Any], trace: Trace) -> Any:
        """The value of a statement; the node of its last step gets the name."""
        stack: list[Any] = []
        start, end = statement.span
        line = self.text.count("\n", 0, start) + 1
        location = Location("<expression>", line, "expression", self.text[start:end])
        inside = Provenance(location)
        last = Provenance(location, name=statement.target or self._result_name)
        for step in statement.steps:
            match step:
                case Number(value):
                    stack.append(np.float64(value))
                case Name(variable):
                    stack.append(known[variable])
                case Call(_, arity):
                    operands = stack[-arity:]
                    trace.place = last if step is statement.steps[-1] else inside
                    stack[-arity:] = [self._call(step, operands)]
        return stack.pop()

    def _call(self, step: Call, operands: list[Any]) -> Any:
        """The function's value; comparisons and numbers stay apart."""
        for position, operand in enumerate(operands):
            is_comparison = operand.dtype.kind == "b"
            if is_comparison != wants_comparison(step.function, position):
                raise self._misfit(step, is_comparison)
        if any(isinstance(operand, Traced) for operand in operands):
            operands = [_weak(operand) for operand in operands]
        return elementwise(FUNCTIONS[step.function], *operands)

    def _misfit(self, step: Call, is_comparison: bool) -> ExpressionError:
        if is_comparison:
            what = "a comparison stands where a number is wanted"
            remedy = "Write where(comparison, 1, 0) to make it one."
        else:
            what = f"{step.function} wants a comparison, not a number"
            remedy = "Write one, such as x > 0."
        return fault(self.text, step.span, what, remedy=remedy)

    def _checked(self, result: Any) -> Traced:
        """The result, if it is a number that depends on an input."""
        if result.dtype.kind == "b":
            raise self._comparison()
        if not isinstance(result, Traced):
            raise fault(
                self.text,
                self.statements[-1].span,
                f"the result is the number {float(result):g}, whatever the inputs are",
                remedy='Write a variable and give it a value, such as "2*x" x=3.',
            )
        return result

    def _comparison(self) -> ExpressionError:
        return fault(
            self.text,
            self.statements[-1].span,
            "the result is a comparison, not a number",
            remedy="Write where(comparison, x, y) to choose between two numbers.",
        )

    def _superfluous(self, name: str) -> ArgumentError:
        """The complaint about a value that no variable takes."""
        if name in self._assigned:
            return ArgumentError(
                f"{quoted(name)} is given a value, but the expression computes it",
                remedy=f"Remove {name}=… from the values, or its statement from the expression.",
            )
        near = difflib.get_close_matches(name, self._used, 1, 0.5)
        names = ", ".join(self.inputs) or "none"
        return ArgumentError(
            f"{quoted(name)} is given a value, but the expression has no such variable",
            why=f"Its variables: {names}",
            remedy=f"Did you mean {near[0]!r}?" if near else "Remove that value.",
        )


def read_expression(text: str) -> Expression:
    """Reads an expression; one without a value for each name yet.

    Args:
        text: Statements ``name = …`` separated by semicolons or line breaks; the last may be a
            bare expression. The last one gives the result.

    Raises:
        ExpressionError: Pointing at the first character that does not fit.

    >>> read_expression("e = (a+b)*(b+1)").inputs
    ('a', 'b')
    >>> read_expression("__import__('os')")
    Traceback (most recent call last):
    clearprop.errors.ExpressionError: column 1 of the expression:
        __import__('os')
        ^~~~~~~~~~
    there is no function '__import__'. Only functions of the catalogue can be called, ...
    """
    statements = read(text, ARITIES)
    _check_names(text, statements)
    return Expression(text, statements)


def _check_names(text: str, statements: tuple[Statement, ...]) -> None:
    """Each name means one thing; only the last statement may be without a name."""
    assigned: set[str] = set()
    used: set[str] = set()
    for statement in statements:
        name = statement.target
        used.update(step.name for step in statement.steps if isinstance(step, Name))
        if not name and statement is statements[-1]:
            break
        if not name:
            what = "this result is not used, as it has no name"
            remedy = "Write name = … before it; only the last statement needs none."
            raise fault(text, statement.span, what, remedy=remedy)
        if name in assigned:
            why, remedy = "is assigned a second time", f"Call the second one {name}2."
        elif name in used:
            why, remedy = "is used before it is assigned", f"Call the result {name}2."
        else:
            assigned.add(name)
            continue
        start = statement.span[0]
        raise fault(
            text,
            (start, start + len(name)),
            f"{quoted(name)} {why}",
            why="Each name stands for one value.",
            remedy=remedy,
        )


def _weak(operand: Any) -> Any:
    """A plain number as Python's own, so that it stands in the graph as the user wrote it."""
    return float(operand) if isinstance(operand, np.float64) else operand


def read_number(text: str) -> float:
    """A value on the command line: a number, or an expression of constants such as ``pi/4``.

    Raises:
        ExpressionError: It is neither.

    >>> read_number("1e-3"), read_number("-2**0.5"), read_number("nan")
    (0.001, -1.4142135623730951, nan)
    """
    try:
        return float(text)
    except ValueError:
        pass
    expression = read_expression(text)
    if expression.inputs:
        raise ExpressionError(
            f"{quoted(text)} is not a number",
            remedy="Write one, such as 2, 0.5, 1e-3 or pi/4.",
        )
    return expression.number()
