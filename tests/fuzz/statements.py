"""Which kinds of statements there are, and how often each is drawn."""

from __future__ import annotations

import functools
from collections.abc import Callable

from tests.fuzz.forms import (
    derivatives,
    elementwise,
    flow,
    indexing,
    linalg,
    operations,
    products,
    reductions,
    shapes,
    sorting,
    writing,
)
from tests.fuzz.writer import Writer

Form = Callable[[Writer], None]
TRIES = 4


@functools.cache
def forms(abstract: bool, writes: bool, depth: int) -> tuple[tuple[Form, ...], ...]:
    """The families to draw from; one is drawn, then one of its forms."""
    families: list[tuple[Form, ...]] = [
        *(elementwise.FORMS, elementwise.FORMS, shapes.FORMS, reductions.FORMS, indexing.FORMS),
        *(products.FORMS, flow.FORMS, (*linalg.FORMS, *sorting.FORMS)),
    ]
    if writes:
        families += [writing.FORMS, writing.FORMS]
    if not abstract:
        families.append(flow.DECIDING)
    if depth < 2:
        families += [operations.FORMS, derivatives.FORMS]
    return tuple(families)


def continue_with(w: Writer, count: int) -> None:
    """Write that many statements more, each of the first form drawn that works out."""
    for _ in range(count):
        before = len(w.lines)
        for _ in range(TRIES):
            w.pick(w.pick(forms(w.abstract, w.writes, w.depth)))(w)
            if len(w.lines) > before:
                break
