"""Keys: where randomness comes from, explicit and never used up.

A key is two words of 32 bits, and stands for an endless stream of random words. Streams for
drawing, for new keys by :func:`split` and for new keys by :func:`fold_in` do not overlap: two bits
of the counter that no draw is long enough to reach tell them apart.

Source: K. Claessen and M. H. Pałka, *Splittable pseudorandom number generators using cryptographic
hashing*, Haskell 2013, for the idea that keys make keys.
"""

from __future__ import annotations

import math
import operator
from typing import Any, Final

import numpy as np

from clearprop.errors import ArgumentError
from clearprop.random.arguments import ShapeLike, as_key, as_shape, known
from clearprop.random.threefry import threefry2x32
from clearprop.tracing import Traced, cast, user_line

DRAW: Final = np.uint32(0 << 30)
SPLIT: Final = np.uint32(1 << 30)
FOLD: Final = np.uint32(2 << 30)
INSIDE: Final = np.uint32(3 << 30)

_WORD: Final = 32
_MASK: Final = 2**_WORD - 1


def key(seed: Any) -> Any:
    """The key for a seed; different seeds give different keys.

    Args:
        seed: A whole number, 0 ≤ seed < 2⁶⁴.

    Returns:
        An array of shape (2,) and dtype uint32: the seed's upper and lower half.

    Raises:
        ArgumentError: If the seed is something else.

    >>> import clearprop as cp
    >>> cp.random.key(42)
    array([ 0, 42], dtype=uint32)
    """
    return _halves(seed, "seed")


def split(key: Any, num: ShapeLike = 2) -> Any:
    """New keys from a key, independent of each other and of what is drawn with it.

    Args:
        key: A key, uint32[2].
        num: How many keys, or a shape.

    Returns:
        An array of shape (num, 2) and dtype uint32. With a larger ``num`` it starts with the same
        keys.

    Raises:
        ArgumentError: If ``key`` is no key or ``num`` no number of keys.

    >>> import clearprop as cp
    >>> weights, noise = cp.random.split(cp.random.key(0))
    >>> noise
    array([ 727866121, 2463789730], dtype=uint32)
    """
    shape = as_shape(num, "num")
    first, second = blocks(as_key(key), math.prod(shape), SPLIT)
    return np.stack([first, second], axis=-1).reshape((*shape, 2))


def fold_in(key: Any, data: Any) -> Any:
    """A new key from a key and a number, such as that of a step or of a layer.

    Args:
        key: A key, uint32[2].
        data: A whole number, 0 ≤ data < 2⁶⁴; it may be traced.

    Returns:
        A key, uint32[2].

    Raises:
        ArgumentError: If ``key`` is no key or ``data`` no such number.

    >>> import clearprop as cp
    >>> start = cp.random.key(0)
    >>> keys = [cp.random.fold_in(start, step) for step in range(3)]
    >>> len({tuple(key) for key in keys})
    3
    """
    number = _halves(data, "data")
    inner = blocks(as_key(key), 1, FOLD)
    return np.concatenate(threefry2x32(inner, (number[1:], number[:1])))


def inside(key: Any, place: int) -> Any:
    """A key for one of several streams that a single draw needs; no split or fold_in gives it."""
    first, second = blocks(key, 1, INSIDE, place)
    return np.concatenate([first, second])


def blocks(key: Any, count: int, stream: np.uint32, start: int = 0) -> tuple[Any, Any]:
    """The words of ``count`` blocks of one of a key's streams, each of dtype uint32."""
    place = np.arange(start, start + count, dtype=np.uint64)
    low, high = place.astype(np.uint32), (place >> np.uint64(_WORD)).astype(np.uint32) | stream
    return threefry2x32((key[:1], key[1:]), (low, high))


def _halves(number: Any, name: str) -> Any:
    """A whole number of 64 bits as uint32[2], the upper half first."""
    if number.__class__ is Traced and number.dtype.kind in "iu" and not number.shape:
        concrete = known(number)
        if concrete is not None:
            _require_range(int(concrete), name)
        wide = np.reshape(cast(number, np.uint64), (1,))
        return cast(np.concatenate([wide >> np.uint64(_WORD), wide & np.uint64(_MASK)]), np.uint32)
    try:
        whole = operator.index(number)
    except TypeError:
        whole = None
    if whole is None or isinstance(number, bool):
        raise ArgumentError(f"{name} is {number!r}, not a whole number", where=user_line())
    _require_range(whole, name)
    return np.array([whole >> _WORD, whole & _MASK], np.uint32)


def _require_range(number: int, name: str) -> None:
    if not 0 <= number < 2**64:
        raise ArgumentError(
            f"{name} is {number}",
            where=user_line(),
            why="Keys have 64 bits, so that it must not be negative, and below 2⁶⁴.",
            remedy=f"Write {number} % 2**64 if that is meant.",
        )
