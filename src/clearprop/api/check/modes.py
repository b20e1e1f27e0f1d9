"""The modes of a check, and for higher orders their compositions."""

from __future__ import annotations

from itertools import product
from typing import Any, Final

from clearprop.errors import ArgumentError

MODES: Final = ("reverse", "forward")
OVER: Final = "-over-"

Composition = tuple[str, ...]
"""Modes in the order in which they are applied, so the innermost first."""


def compositions(modes: Any, order: Any) -> list[Composition]:
    """Every way to derive ``order`` times.

    Args:
        modes: ``"forward"``, ``"reverse"``, of which all compositions are made, or compositions by
            name, such as ``"forward-over-reverse"``.
        order: How often to derive.

    Raises:
        ArgumentError: If there is no such mode, or none at all.

    >>> [name(modes) for modes in compositions(["forward", "reverse"], 2)]
    ['forward-over-forward', 'reverse-over-forward', 'forward-over-reverse', 'reverse-over-reverse']
    >>> compositions("forward-over-reverse", 2)
    [('reverse', 'forward')]
    """
    if isinstance(order, bool) or not isinstance(order, int) or order < 1:
        raise ArgumentError(
            f"check_grads has no order {order!r}", remedy="Use 1 for gradients, 2 for Hessians, …"
        )
    asked: list[Any] = [modes] if isinstance(modes, str) else list(modes)
    if not asked:
        raise ArgumentError('check_grads was given no mode: use "reverse", "forward" or both')
    simple = [mode for mode in asked if mode in MODES]
    found = list(product(dict.fromkeys(simple), repeat=order))
    for mode in asked:
        if mode not in MODES:
            found.append(_composition(mode, order))
    return list(dict.fromkeys(found))


def name(composition: Composition) -> str:
    """How a composition is called, the outermost mode first.

    >>> name(("reverse", "forward"))
    'forward-over-reverse'
    """
    return OVER.join(reversed(composition))


def _composition(mode: Any, order: int) -> Composition:
    parts = tuple(reversed(mode.split(OVER))) if isinstance(mode, str) else ()
    if not parts or not set(parts) <= set(MODES):
        raise ArgumentError(
            f'check_grads has no mode {mode!r}: use "reverse", "forward"',
            remedy='For order 2 there are also "forward-over-reverse" and its like.',
        )
    if len(parts) != order:
        raise ArgumentError(
            f"the mode {mode!r} is of order {len(parts)}, and the check of order {order}",
            remedy=f"Pass order={len(parts)}.",
        )
    return parts
