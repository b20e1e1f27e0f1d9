"""Factors of small matrices and solutions of linear systems, component by component.

What :mod:`clearprop.execute.native.factors` does matrix by matrix is written here as terms, so that
each lane of a vector has a matrix of its own. The pivot is the largest element of what is left of
its column, of equal ones the first, as LAPACK has it; rows are exchanged by choosing, not by
branches. What the reference may refuse, or would judge by its own rounding, it is asked about.

A matrix is eliminated once: systems with the matrix itself, with its transpose, and its determinant
share the work, which a function and its derivative do all the time. With P₀ L₀ P₁ L₁ … U = a, where
P exchanges two rows and L takes a row out of those that follow, aᵀ x = b is solved by Uᵀ first and
the others in reverse. Source: G. H. Golub, C. F. Van Loan, *Matrix Computations*, 4th ed. (2013),
sections 3.4 and 4.2.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, and_, or_, xor
from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.terms import VOCABULARY, Term, number
from clearprop.graph import Node

FACTORS: Final = frozenset({"cholesky", "det", "lu", "slogdet", "solve", "triangular_solve"})
"""The operations of this module."""

CHECKED: Final = FACTORS - {"triangular_solve"}
"""Those that the reference may refuse, or has to judge."""

_choose = VOCABULARY.where


@final
@dataclass(frozen=True, slots=True, eq=False)
class Eliminated:
    """What is known of a matrix once it is eliminated.

    Attributes:
        given: The matrix.
        rows: On and above the diagonal those of U.
        scales: One divided by each pivot; 0 for a pivot that is 0.
        factors: How much of row k was taken out of row i, by (i, k).
        exchanged: For each k the rows behind it, each with whether it is the one that changed
            places with row k.
        odd: Whether rows changed places an odd number of times.
    """

    given: Any
    rows: Any
    scales: list[Term]
    factors: dict[tuple[int, int], Term]
    exchanged: list[list[tuple[int, Term]]]
    odd: Term

    @property
    def pivots(self) -> list[Term]:
        """The diagonal of U."""
        return [self.rows[k, k] for k in range(len(self.scales))]


@final
class Factors:
    """Writes these operations as terms, for one loop.

    Args:
        refusals: To which truth values are added that say that the reference has to be asked.
    """

    def __init__(self, refusals: list[Term]) -> None:
        self._refusals = refusals
        self._known: dict[tuple[int, ...], Eliminated] = {}
        self._regular: set[Eliminated] = set()

    def computed(self, node: Node, operands: Sequence[Any]) -> Any:
        """The result of an operation on stacks of matrices, or its results."""
        types = node.type.parts or (node.type,)
        made = tuple(np.empty((1, *type_.shape[1:]), object) for type_ in types)
        for place in np.ndindex(operands[0].shape[:-2]):
            found = self._of_one(node, *(x[place] for x in operands))
            for array, part in zip(made, found, strict=True):
                array[place] = part
        return made if node.type.parts else made[0]

    def _of_one(self, node: Node, a: Any, *b: Any) -> tuple[Any, ...]:
        match node.primitive.name:
            case "cholesky":
                return (self._cholesky(a),)
            case "triangular_solve":
                return (_triangular(a, *b, **dict(node.params)),)
            case "solve":
                return (self._solution(a, *b),)
            case "det":
                return (self._determinant(a),)
            case "slogdet":
                return self._logarithm(a)
        return self._packed(a)

    # Systems --------------------------------------------------------------------------------------

    def _solution(self, a: Any, b: Any) -> Any:
        done, is_transpose = self._elimination(a, either=True)
        if done not in self._regular:
            self._regular.add(done)
            self._refusals.append(_is_almost_singular(done))
        return _by_transpose(done, b) if is_transpose else _by_elimination(done, b)

    def _elimination(self, a: Any, *, either: bool = False) -> tuple[Eliminated, bool]:
        """What is known of a matrix, or where that will do of its transpose; and which of them."""
        key, other = (tuple(map(id, x.flat)) for x in (a, a.T))
        if key not in self._known and (not either or other not in self._known):
            self._known[key] = _eliminated(a)
        is_transpose = key not in self._known
        return self._known[other if is_transpose else key], is_transpose

    # Factors --------------------------------------------------------------------------------------

    def _cholesky(self, a: Any) -> Any:
        """By columns: each is scaled, and taken out of all that follow."""
        n, wrong = len(a), []
        made = np.full(a.shape, number(0, a[0, 0].dtype), object)
        lower = np.tril_indices(n)
        made[lower] = a[lower]
        for k in range(n):
            wrong.append(~(made[k, k] > 0))
            made[k, k] = VOCABULARY.sqrt(made[k, k])
            scale = 1 / made[k, k]
            for i in range(k + 1, n):
                made[i, k] = made[i, k] * scale
            for j in range(k + 1, n):
                for i in range(j, n):
                    made[i, j] = made[i, j] - made[i, k] * made[j, k]
        self._refusals.append(reduce(or_, wrong))
        return made

    def _packed(self, a: Any) -> tuple[Any, Any]:
        """L below the diagonal of U, and the order of the rows; what is not finite is refused."""
        done, _ = self._elimination(a)
        packed = done.rows.copy()
        order = np.array([number(i, np.int64) for i in range(len(a))], object)
        for k, chosen in enumerate(done.exchanged):
            for column in (order, *(packed[:, j] for j in range(k))):
                _exchange(column, k, chosen)
            for i in range(k + 1, len(a)):
                packed[i, k] = done.factors[i, k]
        finite = [abs(x) < np.inf for x in packed.flat]
        self._refusals.append(~reduce(and_, finite))
        return packed, order

    # Determinants ---------------------------------------------------------------------------------

    def _determinant(self, a: Any) -> Term:
        """The product of the pivots; refused where it leaves the range of numbers on the way."""
        done, _ = self._elimination(a)
        info = np.finfo(a[0, 0].dtype)
        product, singular, wrong = None, number(False, bool), []
        for pivot in done.pivots:
            product = pivot if product is None else product * pivot
            singular = singular | (pivot == 0)
            size = abs(product)
            fits = (size >= float(info.tiny)) & (size <= float(info.max))
            wrong.append(~(fits | singular))
        self._refusals.append(reduce(or_, wrong))
        assert product is not None, "small matrices have elements"
        return _choose(singular, 0.0, _choose(done.odd, -product, product))

    def _logarithm(self, a: Any) -> tuple[Term, Term]:
        """The sign, and the logarithm of the size; refused where that is no number."""
        done, _ = self._elimination(a)
        dtype = a[0, 0].dtype
        singular = reduce(or_, [pivot == 0 for pivot in done.pivots])
        negative = reduce(xor, [pivot < 0 for pivot in done.pivots], done.odd)
        sign = _choose(negative, number(-1, dtype), number(1, dtype))
        logarithm = reduce(add, [VOCABULARY.log(abs(pivot)) for pivot in done.pivots])
        self._refusals.append(logarithm != logarithm)
        return _choose(singular, 0.0, sign), logarithm


# Elimination --------------------------------------------------------------------------------------


def _eliminated(a: Any) -> Eliminated:
    m, n = a.shape
    rows, scales, factors, exchanged, odd = a.copy(), [], {}, [], number(False, bool)
    for k in range(min(m, n)):
        chosen, moved = _largest(rows[:, k], k)
        for j in range(k, n):
            _exchange(rows[:, j], k, chosen)
        odd = odd ^ moved if chosen else odd
        scales.append(_choose(rows[k, k] == 0, 0.0, 1 / rows[k, k]))
        exchanged.append(chosen)
        for i in range(k + 1, m):
            factors[i, k] = rows[i, k] * scales[k]
            for j in range(k + 1, n):
                rows[i, j] = rows[i, j] - factors[i, k] * rows[k, j]
    return Eliminated(a, rows, scales, factors, exchanged, odd)


def _largest(column: Any, k: int) -> tuple[list[tuple[int, Term]], Term]:
    """Which of the rows behind k has the largest element from there on; and whether one has."""
    best, wins = abs(column[k]), []
    for i in range(k + 1, len(column)):
        size = abs(column[i])
        wins.append((i, size > best))
        best = _choose(wins[-1][1], size, best)
    chosen, later = [], number(False, bool)
    for i, win in reversed(wins):  # of all that won in their turn, the last is the one
        chosen.append((i, win & ~later))
        later = later | win
    return chosen, later


def _exchange(column: Any, k: int, chosen: Sequence[tuple[int, Term]]) -> None:
    """Have the chosen element change places with the k-th."""
    top = column[k]
    for i, is_chosen in chosen:
        column[k] = _choose(is_chosen, column[i], column[k])
        column[i] = _choose(is_chosen, top, column[i])


def _is_almost_singular(done: Eliminated) -> Term:
    """Whether a pivot is 0, or nothing but rounding beside its column."""
    n, dtype = len(done.scales), done.rows[0, 0].dtype
    info, small = np.finfo(dtype), []
    for k, pivot in enumerate(done.pivots):
        most = abs(done.given[0, k])
        for value in done.given[1:, k]:
            most = _choose(abs(value) > most, abs(value), most)
        bound = most * (n * float(info.eps))
        bound = _choose(bound > float(info.tiny), bound, float(info.tiny))
        small.append(~(abs(pivot) > bound))
    return reduce(or_, small)


def _by_elimination(done: Eliminated, b: Any) -> Any:
    """The solution of a x = b."""
    n, x = len(b), b.copy()
    for column in x.T:
        for k in range(n):
            _exchange(column, k, done.exchanged[k])
            for i in range(k + 1, n):
                column[i] = column[i] - done.factors[i, k] * column[k]
        for k in reversed(range(n)):
            column[k] = column[k] * done.scales[k]
            for i in range(k):
                column[i] = column[i] - done.rows[i, k] * column[k]
    return x


def _by_transpose(done: Eliminated, b: Any) -> Any:
    """The solution of aᵀ x = b."""
    n, x = len(b), b.copy()
    for column in x.T:
        for k in range(n):
            column[k] = column[k] * done.scales[k]
            for i in range(k + 1, n):
                column[i] = column[i] - done.rows[k, i] * column[k]
        for k in reversed(range(n)):
            for i in range(k + 1, n):
                column[k] = column[k] - done.factors[i, k] * column[i]
            _exchange(column, k, done.exchanged[k])
    return x


def _triangular(t: Any, b: Any, lower: bool, transposed: bool, unit: bool) -> Any:
    """One unknown after the other is found, and taken out of all rows that follow."""
    n, x = len(b), b.copy()
    t = t.T if transposed else t
    order = range(n) if lower != transposed else range(n - 1, -1, -1)
    for place, k in enumerate(order):
        if not unit:
            scale = 1 / t[k, k]
            for j in range(x.shape[1]):
                x[k, j] = x[k, j] * scale
        for i in order[place + 1 :]:
            for j in range(x.shape[1]):
                x[i, j] = x[i, j] - t[i, k] * x[k, j]
    return x
