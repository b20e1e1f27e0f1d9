"""Targets as users have them, turned into what losses take: arrays of shape (m, K)."""

from __future__ import annotations

from typing import Any

import numpy

import clearprop.numpy as np
from clearprop.errors import DtypeError, ShapeError
from clearprop.tracing import Traced, bottom, user_line

SLACK = 1e-6
"""By how much a distribution's sum may miss 1."""


def as_targets(given: Any, examples: int, size: int, kind: str, output: str) -> Any:
    """Targets of shape (m, K).

    Args:
        given: Class indices, integers of shape (m,); or numbers of shape (m, K); for K = 1 also
            of shape (m,).
        examples: m.
        size: K, the number of outputs.
        kind: What the loss wants: ``"any"``, ``"shares"`` or ``"distribution"``.
        output: The output's name, for messages.

    Raises:
        ShapeError, DtypeError: Naming what does not fit; a ShapeError is a ValueError too.

    >>> as_targets([2, 0], 2, 3, "distribution", "output")
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    targets = given if given.__class__ is Traced else numpy.asarray(given)
    if targets.dtype.kind not in "biuf":
        raise DtypeError(
            f"the targets of {output!r} have dtype {targets.dtype}",
            where=user_line(),
            remedy="Give class indices (integers from 0) or numbers.",
        )
    if targets.shape == (examples,) and size > 1 and targets.dtype.kind in "iu":
        return _one_hot(targets, size, output)
    if targets.shape == (examples,) and size == 1:
        targets = np.reshape(targets, (examples, 1))
    if targets.shape != (examples, size):
        classes = f", or {examples} class indices as integers" if size > 1 else ""
        raise ShapeError(
            f"the targets of {output!r} have shape {targets.shape} and dtype {targets.dtype}",
            where=user_line(),
            why=f"{examples} examples with {size} output{'s' * (size > 1)} each need shape "
            f"({examples}, {size}){classes}.",
        )
    if kind != "any" and _is_known(targets):
        _refuse_improbable(bottom(targets), kind, output)
    return targets if targets.dtype.kind == "f" else targets * 1.0


def _one_hot(classes: Any, size: int, output: str) -> Any:
    """1.0 at each example's class; the numbers under a traced array are looked at, not guarded."""
    plain = bottom(classes)
    outside = numpy.flatnonzero((plain < 0) | (plain >= size))
    if outside.size and _is_known(classes):
        place = int(outside[0])
        raise ShapeError(
            f"the class index {plain[place]} of example {place} is out of range",
            where=user_line(),
            why=f"{output!r} has {size} outputs, so classes are 0 to {size - 1}.",
        )
    return np.equal(np.reshape(classes, (-1, 1)), numpy.arange(size)) * 1.0


def _is_known(value: Any) -> bool:
    """Whether there are numbers to look at; in the body of a loop there are none."""
    return not (value.__class__ is Traced and (value.owner.abstract or value.owner.hollow))


def _refuse_improbable(targets: Any, kind: str, output: str) -> None:
    """Cross-entropy is one only for targets that are probabilities."""
    outside = numpy.argwhere(~((targets >= 0) & (targets <= 1)))
    if outside.size:
        row, column = outside[0].tolist()
        raise ShapeError(
            f"the target {targets[row, column]} of example {row}, output {column} of {output!r}, "
            "is out of range",
            where=user_line(),
            why="Cross-entropy takes targets between 0 and 1.",
            remedy='Give class indices or probabilities, or use loss="squared_error".',
        )
    if kind == "distribution":
        total = targets.sum(axis=1)
        wrong = numpy.flatnonzero(abs(total - 1) > SLACK)
        if wrong.size:
            raise ShapeError(
                f"the targets of example {int(wrong[0])} of {output!r} add up to "
                f"{total[wrong[0]]:g}, not 1",
                where=user_line(),
                why="A softmax output is compared with a distribution over the classes.",
                remedy="Give class indices, or use sigmoid outputs for labels that may be joined.",
            )
