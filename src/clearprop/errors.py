"""The exception tree and its wording.

Every error that clearprop raises on purpose says four things: *what* was wrong, *where* (the
user's own line, when there is one), *why* it cannot work, and what to do instead (the *remedy*).
The family, drawn once::

    ClearpropError
    ├── GraphError            a graph breaks a rule of legal graphs
    │   └── ParseError        the text of a graph cannot be read
    ├── TraceError            a function cannot be turned into a graph
    │   ├── DetachmentError   a traced value would silently lose its derivative
    │   ├── EscapedError      a traced value is used where its trace no longer (or not yet) lives
    │   ├── ReadOnlyError     a function writes into its own argument
    │   └── UnsupportedError  a NumPy function or option that clearprop does not trace
    ├── ShapeError            shapes do not fit
    ├── DtypeError            dtypes do not fit, or an integer is to be differentiated
    ├── ArgumentError         an argument is missing, unknown or of the wrong kind
    ├── GuardError            a graph is run on values that would have taken another branch
    ├── CheckError            a gradient check failed
    ├── ExplainError          a question about a graph that has no answer
    ├── ExpressionError       the text of an expression cannot be read
    ├── DataError             a data set cannot be used
    ├── WeightsError          a weights file cannot be used
    ├── DivergedError         training met a loss that is no finite number
    └── MissingExtraError     an optional dependency is not installed

Where a built-in class fits (``TypeError``, ``ValueError``, …) the error is one of those as well,
so ``except ValueError`` keeps working.
"""

from __future__ import annotations

from typing import Any


class ClearpropError(Exception):
    """The root of all errors raised by clearprop on purpose.

    Args:
        what: What was wrong, naming the culprit.
        where: The user's line, as ``file.py:12, in f: y = float(x)``; empty if there is none.
        why: Why it cannot work.
        remedy: What to write or do instead.

    >>> print(ShapeError("x has shape (3,)", where="f.py:2", remedy="Pass a scalar."))
    x has shape (3,) (at f.py:2). Pass a scalar.
    """

    def __init__(self, what: str, *, where: str = "", why: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.why = why
        self.remedy = remedy
        super().__init__(self._paragraph())

    def _paragraph(self) -> str:
        place = f" (at {self.where})" if self.where else ""
        sentences = [_sentence(self.what + place), _sentence(self.why), _sentence(self.remedy)]
        return " ".join(sentence for sentence in sentences if sentence)

    def __reduce__(self) -> tuple[object, ...]:
        parts = type(self), self.what, self.where, self.why, self.remedy
        return _rebuild, parts, self.__dict__  # what was noted or attached goes along


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".!?:" else text + "."


def _rebuild(
    kind: type[ClearpropError], what: str, where: str, why: str, remedy: str
) -> ClearpropError:
    return kind(what, where=where, why=why, remedy=remedy)


class GraphError(ClearpropError, ValueError):
    """A graph breaks a rule of legal graphs (see ``clearprop.graph.check``)."""


class ParseError(GraphError):
    """The text of a graph cannot be read; the message names line and column."""


class TraceError(ClearpropError):
    """A function cannot be turned into a graph."""


class DetachmentError(TraceError, TypeError):
    """A traced value would silently lose its derivative, by ``float(x)`` for example."""


class EscapedError(TraceError, RuntimeError):
    """A traced value is used after its trace closed, or an outer array is written from inside."""


class ReadOnlyError(TraceError, ValueError):
    """A function writes into its own argument; write ``x = x.copy()`` first."""


class UnsupportedError(TraceError, TypeError):
    """A NumPy function or option that clearprop cannot trace; the message names the nearest."""


class ShapeError(ClearpropError, ValueError):
    """Shapes do not fit."""


class DtypeError(ClearpropError, TypeError):
    """Dtypes do not fit, or an integer or boolean is to be differentiated."""


class ArgumentError(ClearpropError, TypeError, ValueError):
    """An argument is missing, unknown or of the wrong kind."""


class GuardError(ClearpropError, RuntimeError):
    """A graph is run on values that would have taken another branch of the Python code."""


class CheckError(ClearpropError, AssertionError):
    """A gradient check failed; the message names the argument, the element and by how much."""


class ExplainError(ClearpropError, ValueError):
    """A question about a graph that has no answer, or too large a one."""


class ExpressionError(ClearpropError, ValueError):
    """The text of an expression cannot be read; the message points at the character."""


class DataError(ClearpropError, ValueError):
    """A data set cannot be used; the message names file, line and column."""


class WeightsError(ClearpropError, ValueError):
    """A weights file is missing, damaged or made for another network."""


class DivergedError(ClearpropError, ArithmeticError):
    """Training met a loss that is no finite number; what was learned before that is kept.

    Attributes:
        result: A :class:`clearprop.train.Result` with the last finite parameters; None if training
            did not get that far.
    """

    result: Any = None


class MissingExtraError(ClearpropError, ImportError):
    """An optional dependency is not installed; the message has the install command."""
