"""Einstein summation: products of arrays whose axes are named by letters.

Subscripts are parsed as NumPy does; operands are then put together two by two, in the order that
``numpy.einsum_path`` finds, each step being one general dot product. See A. Einstein, *Die
Grundlage der allgemeinen Relativitätstheorie* (1916), section 5, for the convention.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from clearprop.errors import ShapeError
from clearprop.numpy.products import alike, contracted
from clearprop.numpy.public import follows
from clearprop.numpy.reductions import reduced
from clearprop.numpy.shapes import diagonal_view, transpose
from clearprop.tracing import Traced, apply, bottom, like_corner, owned, user_line

__all__ = ["einsum"]

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@follows(np.einsum)
def einsum(*operands: Any, optimize: Any = False) -> Any:
    """Sums of products of elements, the axes named by letters: ``"ij,jk->ik"``.

    Repeated letters, ``...``, an implicit result and the form with lists of numbers are understood;
    the order of summation is always optimized.
    """
    subscripts, arrays = _read(operands)
    arrays = alike(*arrays)
    terms, result = _parse(subscripts, [a.ndim for a in arrays])
    _check_lengths(terms, result, arrays)
    parts = [_diagonals(term, a) for term, a in zip(terms, arrays, strict=True)]
    for step in _path(parts, result):
        chosen = [parts[i] for i in step]
        parts = [part for i, part in enumerate(parts) if i not in step]
        parts.append(_together(chosen, set(result).union(*[term for term, _ in parts])))
    term, value = parts[0]
    if not result:
        return value[()]
    found: Any = transpose(value, [term.index(letter) for letter in result])
    moved = len(terms) == 1 and set(terms[0]) == set(result)  # a view, or a diagonal
    if found.__class__ is not Traced or moved:
        return found
    asked = functools.partial(np.einsum, f"{','.join(terms)}->{result}", optimize=optimize)
    return owned(found, like_corner(asked, [*map(bottom, arrays)], found.shape, found.dtype))


def _read(operands: Sequence[Any]) -> tuple[str, list[Any]]:
    """The subscripts as a string, and the arrays."""
    if isinstance(operands[0], str):
        return operands[0].replace(" ", ""), list(operands[1:])
    arrays, names = list(operands[0 : len(operands) // 2 * 2 : 2]), list(operands[1::2])
    terms = [_spelled(name) for name in names]
    text = ",".join(terms)
    if len(operands) % 2:
        text += "->" + _spelled(operands[-1])
    return text, arrays


def _spelled(numbers: Sequence[Any]) -> str:
    return "".join("..." if number is Ellipsis else LETTERS[number] for number in numbers)


def _parse(subscripts: str, ndims: list[int]) -> tuple[list[str], str]:
    """A string of letters per operand, and that of the result; ``...`` became further letters."""
    left, arrow, right = subscripts.partition("->")
    terms = left.split(",")
    if len(terms) != len(ndims):
        raise ValueError("Number of einsum subscripts must be equal to the number of operands.")
    unused = [letter for letter in LETTERS if letter not in subscripts]
    hidden = [n - len(t.replace("...", "")) for t, n in zip(terms, ndims, strict=True)]
    rank = max([h for t, h in zip(terms, hidden, strict=True) if "..." in t], default=0)
    dots = "".join(unused[:rank])
    for i, (term, missing) in enumerate(zip(terms, hidden, strict=True)):
        if missing < 0 or (missing and "..." not in term):
            raise ValueError(
                f"einstein sum subscripts {term!r} do not fit an operand with {ndims[i]} axes"
            )
        terms[i] = term.replace("...", dots[rank - missing :])
    if not arrow:
        counts = Counter("".join(terms))
        once = sorted(c for c, count in counts.items() if count == 1 and c not in dots)
        return terms, dots + "".join(once)
    result = right.replace("...", dots)
    wrong = [c for c in result if c not in "".join(terms) or result.count(c) > 1]
    if wrong:
        raise ValueError(
            f"einstein sum subscripts string included output subscript {wrong[0]!r} which never "
            "appeared in an input, or more than once"
        )
    return terms, result


def _check_lengths(terms: list[str], result: str, arrays: list[Any]) -> None:
    """Raise if a letter stands for different lengths, other than 1."""
    lengths: dict[str, int] = {}
    for term, a in zip(terms, arrays, strict=True):
        for letter, length in zip(term, a.shape, strict=True):
            known = lengths.setdefault(letter, length)
            if known == 1:
                lengths[letter] = length
            elif length not in (1, known):
                raise ShapeError(
                    f"einsum: {letter!r} stands for axes of length {known} and {length}",
                    where=user_line(),
                )
    for i, (term, a) in enumerate(zip(terms, arrays, strict=True)):
        shape = tuple(lengths[letter] for letter in term)
        arrays[i] = a if a.shape == shape else apply("broadcast", a, shape=shape)


def _diagonals(term: str, a: Any) -> tuple[str, Any]:
    """A letter that stands twice in a term picks a diagonal."""
    for letter in dict.fromkeys(term):
        while term.count(letter) > 1:
            first = term.index(letter)
            second = term.index(letter, first + 1)
            a = diagonal_view(a, 0, first, second)
            term = term[:first] + term[first + 1 : second] + term[second + 1 :] + letter
    return term, a


def _path(parts: list[tuple[str, Any]], result: str) -> list[tuple[int, ...]]:
    """Which operands are put together at each step; the product then stands last."""
    if len(parts) < 3:
        return [tuple(range(len(parts)))]
    ghosts = [np.broadcast_to(np.int8(0), value.shape) for _, value in parts]
    text = ",".join(term for term, _ in parts)
    path, _ = np.einsum_path(f"{text}->{result}", *ghosts, optimize="greedy")
    return list(path[1:])


def _together(parts: list[tuple[str, Any]], needed: set[str]) -> tuple[str, Any]:
    """The product of the operands, with the letters that nobody needs summed over."""
    (term, value), *rest = parts
    for i, (other, factor) in enumerate(rest):
        still = needed.union(*[later for later, _ in rest[i + 1 :]])
        term, value = _product(term, value, other, factor, still)
    return _summed(term, value, needed)


def _product(left: str, a: Any, right: str, b: Any, needed: set[str]) -> tuple[str, Any]:
    left, a = _summed(left, a, needed | set(right))
    right, b = _summed(right, b, needed | set(left))
    shared = [letter for letter in left if letter in right]
    batch = [letter for letter in shared if letter in needed]
    gone = [letter for letter in shared if letter not in needed]

    def places(term: str, letters: list[str]) -> tuple[int, ...]:
        return tuple(term.index(letter) for letter in letters)

    value = contracted(
        a, b, places(left, gone), places(right, gone), places(left, batch), places(right, batch)
    )
    free = [letter for letter in left + right if letter not in shared]
    return "".join(batch + free), value


def _summed(term: str, a: Any, needed: set[str]) -> tuple[str, Any]:
    """Summed over the letters that stand nowhere else."""
    axes = tuple(i for i, letter in enumerate(term) if letter not in needed)
    if not axes:
        return term, a
    kept = "".join(letter for letter in term if letter in needed)
    return kept, reduced("any" if a.dtype.kind == "b" else "sum", a, axes)
