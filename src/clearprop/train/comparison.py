"""What a comparison of structures found: a ranking, told as text, as data and as a picture."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from clearprop.train.comparison_view import Point, page, piece
from clearprop.train.progress import brief

WIDTH: Final = 80
UNSURE: Final = 2.0  # standard errors: a smaller difference may be chance
GAP: Final = "  "
HEADS: Final = (
    *("hidden", "parameters", "epochs", "time"),
    *("training loss", "training accuracy", "validation loss", "validation accuracy"),
)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """How one structure fared.

    Attributes:
        hidden: Units of each hidden layer.
        parameters: How many there are.
        train_loss: Mean loss over what was learned from, with the parameters kept.
        validation_loss: Mean loss over the validation examples; infinite if training diverged.
        losses: Of each validation example, float64, shape (m,); empty if training diverged.
        epochs: Passes over the part learned from; with several folds their mean, rounded.
        seconds: Wall time of its training, in all folds.
        train_accuracy: Share of right classes, 0 to 1; None for quantities.
        validation_accuracy: The same on the validation examples.
    """

    hidden: tuple[int, ...]
    parameters: int
    train_loss: float
    validation_loss: float
    losses: NDArray[np.float64] = field(repr=False)
    epochs: int = 0
    seconds: float = 0.0
    train_accuracy: float | None = None
    validation_accuracy: float | None = None

    @property
    def name(self) -> str:
        """The hidden layers, as on the command line: ``128,64``, or ``none``."""
        return ",".join(map(str, self.hidden)) or "none"

    @property
    def diverged(self) -> bool:
        """Whether its loss became no finite number."""
        return not math.isfinite(self.validation_loss)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the single losses, as JSON's own types."""
        figures = ("train_loss", "validation_loss", "train_accuracy", "validation_accuracy")
        return {
            "hidden": list(self.hidden),
            "parameters": self.parameters,
            "epochs": self.epochs,
            "seconds": self.seconds,
            **{name: _finite(getattr(self, name)) for name in figures},
            "diverged": self.diverged,
        }


@final
@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Structures by their validation loss.

    Attributes:
        source: The data set.
        target: What is predicted.
        seed: Of the cuts, the first parameters and the shuffles.
        folds: How many validation parts there were, one after the other.
        learning_examples: All that are not test examples: to learn from and to validate.
        validation_examples: In all folds together.
        test_examples: Kept for the winner.
        asked: How many structures were to be compared.
        candidates: Those that were trained to their end, the smallest validation loss first.
        final: The winner trained once more on all learning examples, as the dictionary that
            :func:`clearprop.train.run` returns; None if it did not come to that.
        interrupted: Whether Ctrl-C ended the comparison.
        command: What repeats it.
        files: What was written, by what it is.
    """

    source: str
    target: str
    seed: int
    folds: int
    learning_examples: int
    validation_examples: int
    test_examples: int
    asked: int
    candidates: tuple[Candidate, ...]
    final: Mapping[str, Any] | None = field(repr=False)
    interrupted: bool
    command: str
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def best(self) -> Candidate | None:
        """The one with the smallest validation loss; None if none was trained to its end."""
        return self.candidates[0] if self.candidates and not self.candidates[0].diverged else None

    @property
    def margin(self) -> tuple[float, float] | None:
        """By how much the second has a larger loss than the best, and the standard error of that.

        Both were measured on the same examples, so it is the mean of the differences, example by
        example. None where there is no second.
        """
        if len(self.candidates) < 2 or self.candidates[1].diverged:
            return None
        first, second = self.candidates[:2]
        differences = second.losses - first.losses
        spread = float(differences.std(ddof=1)) if len(differences) > 1 else math.nan
        return float(differences.mean()), spread / math.sqrt(len(differences))

    def text(self) -> str:
        """A table of at most 80 columns, and what it comes to."""
        parts = [
            textwrap.fill(self._heading(), WIDTH),
            "\n".join(self._table()) if self.candidates else "",
            "\n".join(textwrap.fill(one, WIDTH) for one in self._sentences()),
        ]
        return "\n\n".join(part for part in parts if part) + "\n"

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON's own types; the test figures are of the best alone."""
        margin = None if self.margin is None else [_finite(value) for value in self.margin]
        found: dict[str, Any] = {
            name: getattr(self, name)
            for name in (
                *("source", "target", "seed", "folds", "asked", "interrupted"),
                *("learning_examples", "validation_examples", "test_examples"),
            )
        }
        found["candidates"] = [candidate.to_dict() for candidate in self.candidates]
        found["best"] = None if self.best is None else list(self.best.hidden)
        found["margin"] = margin
        final = self.final or {}
        tests = ("test_loss", "test_accuracy", "rmse", "r_squared")
        found |= {name: final[name] for name in tests if name in final}
        return found | dict(self.files)

    def page(self) -> str:
        """An HTML page that needs no other file: the picture, the table, what it comes to."""
        return page(f"{self.source}: structures compared", *self._pieces(), self.command)

    def _repr_html_(self) -> str:
        return piece(*self._pieces())

    def _pieces(self) -> tuple[list[Point], list[list[str]], list[str]]:
        """What pictures and pages are made of: points, the rows of a table, sentences."""
        points = [
            Point(one.name, one.parameters, one.validation_loss, one is self.best)
            for one in self.candidates
        ]
        return points, self._rows(), [self._heading() + ".", *self._sentences()]

    def _heading(self) -> str:
        done = len(self.candidates)
        count = f"{done} of {self.asked}" if done < self.asked else str(done)
        noun = "structure" if self.asked == 1 else "structures"
        ended = ", ended by Ctrl-C" if self.interrupted else ""
        by = f"by their loss on {self.validation_examples:,} validation examples"
        folds = f" in {self.folds} folds" if self.folds > 1 else ""
        return f"{self.source}: {count} {noun}{ended}, {by}{folds}"

    def _rows(self) -> list[list[str]]:
        """The heads, and the cells of each candidate; without classes there is no accuracy."""
        rows = [list(HEADS), *map(_cells, self.candidates)]
        if any(one.validation_accuracy is not None for one in self.candidates):
            return rows
        return [[row[place] for place in range(7) if place != 5] for row in rows]

    def _table(self) -> Iterator[str]:
        """The rows, aligned; what heads share stands above them."""
        heads, *rows = self._rows()
        shared, own = zip(*(head.rpartition(" ")[::2] for head in heads), strict=True)
        alone = [top if shared.count(top) == 1 else "" for top in shared]
        widths = [max(map(len, column)) for column in zip(own, alone, *rows, strict=True)]
        widths[0] = min(widths[0], WIDTH - sum(widths[1:]) - len(GAP) * (len(widths) - 1))
        tops = []
        for top, places in groupby(range(len(heads)), shared.__getitem__):
            taken = [widths[place] for place in places]
            tops.append(top.center(sum(taken) + len(GAP) * (len(taken) - 1)))
        yield GAP.join(tops).rstrip()
        for first, *others in (own, *rows):
            cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
            yield GAP.join([_shortened(first, widths[0]), *cells])

    def _sentences(self) -> Iterator[str]:
        """What the ranking comes to, and the test of the best."""
        best, margin = self.best, self.margin
        if best is None:
            return
        if margin is not None:
            difference, error = margin
            yield (
                f"Best: {best.name}. Its validation loss is {brief(difference)} ± {brief(error)} "
                f"below that of {self.candidates[1].name}"
                + ("." if difference > UNSURE * error else ", a difference that may be chance.")
            )
        if self.final is not None:
            yield (
                f"Test: {best.name}, trained again on all {self.learning_examples:,} learning "
                f"examples, {_tested(self.final)} {self.test_examples:,} test examples, which "
                "took no part in the choice."
            )


def ranked(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The smallest validation loss first; of equals, the fewest parameters."""
    return tuple(sorted(candidates, key=lambda one: (one.validation_loss, one.parameters)))


def _tested(final: Mapping[str, Any]) -> str:
    """What the test says, up to "of the … test examples".

    >>> _tested({"test_accuracy": 0.975}), _tested({"test_accuracy": None, "r_squared": 0.5})
    ('is right on 97.50% of the', 'explains 50.0% of the variance (R²) of the')
    """
    if final["test_accuracy"] is not None:
        return f"is right on {100 * final['test_accuracy']:.2f}% of the"
    share = final.get("r_squared")
    if share is None or share < 0:
        return "is worse than the mean on the"
    return f"explains {100 * share:.1f}% of the variance (R²) of the"


def _cells(one: Candidate) -> list[str]:
    seconds = f"{one.seconds:.1f} s" if one.seconds < 1000 else f"{one.seconds:,.0f} s"
    return [
        *(one.name, f"{one.parameters:,}", f"{one.epochs:,}", seconds),
        *(_loss(one.train_loss), _share(one.train_accuracy)),
        *(_loss(one.validation_loss), _share(one.validation_accuracy)),
    ]


def _loss(loss: float) -> str:
    return brief(loss) if math.isfinite(loss) else "diverged"


def _share(share: float | None) -> str:
    """A share in per cent; a dash where there is none, as after divergence.

    >>> _share(0.97777), _share(None)
    ('97.8%', '–')
    """
    return "–" if share is None else f"{100 * share:.1f}%"


def _shortened(name: str, width: int) -> str:
    """A name in exactly that many columns."""
    return name.ljust(width) if len(name) <= width else f"{name[: width - 1]}…"


def _finite(value: float | None) -> float | None:
    """JSON has no NaN and no infinity."""
    return None if value is None or not math.isfinite(value) else value
