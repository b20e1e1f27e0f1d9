"""The block function of all randomness here: Threefry-2x32, a keyed bijection on pairs of words.

It turns a counter into random bits, so nothing is shuffled and no state moves: every draw is a pure
function of a key and a position, the same on every executor and for any number of threads. It is
composed of NumPy's additions, shifts and exclusive ors on ``uint32``, so a traced key is recorded
like any other value.

Source: J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, *Parallel random numbers: as easy as
1, 2, 3*, SC 2011, section 4.2 and table 2.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

ROTATIONS: Final = (13, 15, 26, 6, 17, 29, 16, 24)
"""By how many bits the second word is turned, round by round; then they start again."""

PARITY: Final = np.uint32(0x1BD11BDA)
"""Makes the third word of the key schedule differ from 0 for the key 0."""

ROUNDS: Final = 20
"""The recommended number; 13 are known to pass the usual tests of randomness."""


def threefry2x32(
    key: tuple[Any, Any], counter: tuple[Any, Any], rounds: int = ROUNDS
) -> tuple[Any, Any]:
    """The two random words for each counter.

    Args:
        key: Two arrays of dtype ``uint32``, of shape (1,) or that of the counter.
        counter: Two arrays of dtype ``uint32`` and of one shape, with an axis at least (NumPy
            warns when a scalar wraps around).
        rounds: How often words are mixed.

    Returns:
        Two arrays of dtype ``uint32`` and of the counter's shape.

    >>> zero = np.zeros(1, np.uint32)
    >>> [hex(int(word[0])) for word in threefry2x32((zero, zero), (zero, zero))]
    ['0x6b200159', '0x99ba4efe']
    """
    schedule = (*key, key[0] ^ key[1] ^ PARITY)
    first, second = schedule[0] + counter[0], schedule[1] + counter[1]
    for i in range(rounds):
        first = first + second
        second = turned(second, ROTATIONS[i % 8]) ^ first
        if i % 4 == 3:
            group = i // 4 + 1
            first = first + schedule[group % 3]
            second = second + (schedule[(group + 1) % 3] + np.uint32(group))
    return first, second


def turned(word: Any, by: int) -> Any:
    """The bits of a word moved up by some places, those that fall out put in below."""
    return (word << np.uint32(by)) | (word >> np.uint32(32 - by))
