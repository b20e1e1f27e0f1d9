"""The training cycle: propagate, measure the error, update along the gradient, until it is done.

Mini-batch stochastic gradient descent (L. Bottou, F. E. Curtis and J. Nocedal, *Optimization
methods for large-scale machine learning*, SIAM Review 60, 2018, section 3). The gradient of a batch
shape is derived once; a step is then one run of its plan and a few operations on one flat array.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, final

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import ArgumentError, DivergedError
from clearprop.nn import Network
from clearprop.nn.initializers import stream
from clearprop.train.epoch import WORTH, Runs, run_length, stacked
from clearprop.train.figures import Examples, Meter, examples_of
from clearprop.train.interrupts import interruptible
from clearprop.train.optimizers import Optimizer, named
from clearprop.train.options import refuse
from clearprop.train.parts import hold_out, share_held_out
from clearprop.train.progress import progress_for
from clearprop.train.record import EpochRecord
from clearprop.train.steps import Compiled, Flat, pieces, rows
from clearprop.train.threads import one_thread

Array = NDArray[Any]
Ending = Literal["epochs", "target", "patience", "interrupted", "diverged"]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What training gave.

    Attributes:
        params: The parameters kept, nested arrays.
        epochs: The figures before training (epoch 0) and after each finished epoch.
        seconds: Wall time.
        stopped: Why it ended: ``"epochs"`` (all are done), ``"target"`` (the requested error is
            met), ``"patience"`` (the validation loss no longer fell), ``"interrupted"`` or, in a
            :class:`~clearprop.errors.DivergedError`, ``"diverged"``.
        kept_epoch: The epoch whose parameters are kept: the last, or the best by validation.
    """

    params: Any = field(repr=False)
    epochs: tuple[EpochRecord, ...] = field(repr=False)
    seconds: float
    stopped: Ending
    kept_epoch: int

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended it."""
        return self.stopped == "interrupted"

    @property
    def kept(self) -> EpochRecord | None:
        """The figures of the parameters kept; None if not even epoch 0 was measured."""
        return next((entry for entry in self.epochs if entry.epoch == self.kept_epoch), None)

    @property
    def validation_loss(self) -> float | None:
        """That of the parameters kept; None without a validation part."""
        return None if self.kept is None else self.kept.validation_loss

    @property
    def validation_accuracy(self) -> float | None:
        """That of the parameters kept; None without a validation part, or without classes."""
        return None if self.kept is None else self.kept.validation_accuracy


def fit(
    net: Network,
    train_set: Any,
    test_set: Any = None,
    *,
    optimizer: str | Optimizer = "adam",
    learning_rate: float | None = None,
    batch_size: int = 32,
    epochs: int = 60,
    target_error: float | None = None,
    patience: int | None = None,
    validation_set: Any = None,
    validation_fraction: float | None = None,
    params: Any = None,
    first_epoch: int = 0,
    seed: int = 0,
    progress: bool | None = None,
    on_epoch: Callable[[EpochRecord], object] | None = None,
) -> Result:
    """Train a network; the same seed gives the same bits, however many cores there are.

    From some thousand updates on they run as machine code, many at a time.

    Args:
        net: The network, with its loss and regularization.
        train_set: A :class:`~clearprop.train.data.Dataset` or a pair (X, Y).
        test_set: The same, measured after each epoch; nothing is learned from it and nothing is
            chosen by it. None for none.
        optimizer: ``"adam"``, ``"momentum"``, ``"gradient_descent"`` or an :class:`Optimizer`.
        learning_rate: η; by default the optimizer's own.
        batch_size: Examples per update; the last batch of an epoch may be smaller.
        epochs: Passes over the training part at most.
        target_error: Stop once the mean loss over the training part is at most this.
        patience: Stop after so many epochs without a new smallest validation loss, and keep the
            parameters of the best.
        validation_set: Examples to choose by, measured after each epoch and never learned from.
        validation_fraction: Instead of a set: this share of the training part, held out with the
            classes' proportions kept. By default a tenth with patience, else none.
        params: Parameters to go on from, such as saved ones; by default ``net.init(seed)``. The
            optimizer's state starts anew.
        first_epoch: How many epochs those parameters have behind them; counting and shuffles go
            on from there.
        seed: Of the first parameters, the shuffles and what is held out.
        progress: Whether to show a bar; by default if the error stream is a terminal.
        on_epoch: Called after each epoch with its figures.

    Returns:
        What was learned. Ctrl-C ends training after the current batch; a second one at once.

    Raises:
        DivergedError: The loss became infinite or no number; the error has the last finite result.
        ArgumentError, ShapeError, DtypeError: The sets or options do not fit.

    >>> from clearprop import nn
    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> net = nn.stack([2, 8, 2], hidden="tanh", output="softmax", loss="cross_entropy")
    >>> result = fit(net, (X, np.array([0, 1, 1, 0])), learning_rate=0.1, target_error=0.01)
    >>> result.stopped, net(result.params, X).argmax(axis=1)
    ('target', array([0, 1, 1, 0]))
    """
    refuse(
        {
            "batch_size": batch_size,
            "epochs": epochs,
            "target_error": target_error,
            "patience": patience,
            "validation_fraction": validation_fraction,
            "first_epoch": first_epoch,
            "seed": seed,
        },
        optional=("target_error", "patience", "validation_fraction"),
    )
    train = examples_of(net, train_set)
    validation = None if validation_set is None else examples_of(net, validation_set)
    test = None if test_set is None else examples_of(net, test_set)
    fraction = _share(validation_set, validation_fraction, patience)
    if fraction is not None:
        train, validation = hold_out(train, fraction, seed)
    run = _Run(net, train, validation, test, named(optimizer, learning_rate), batch_size, seed)
    run.start(net.init(seed) if params is None else params)
    shown = progress_for(progress, epochs, run.batches)
    with np.errstate(all="ignore"), one_thread(), shown:
        stopped = run.learn(first_epoch, epochs, target_error, patience, shown, on_epoch)
    return run.result(stopped)


@final
class _Run:
    """One call of :func:`fit`: the parameters on their way, and the figures so far."""

    def __init__(
        self,
        net: Network,
        train: Examples,
        validation: Examples | None,
        test: Examples | None,
        optimizer: Optimizer,
        batch_size: int,
        seed: int,
    ) -> None:
        self.net = net
        self.train, self.validation, self.test = train, validation, test
        self.optimizer = optimizer
        self.batch_size = batch_size
        self.seed = seed
        self.records: list[EpochRecord] = []
        self.began = time.perf_counter()

    def start(self, params: Any) -> None:
        """Take first parameters and derive the gradient's function."""
        self.net.check(params)
        self.flat = Flat(params)
        self.before = self.flat.vector.copy()
        self.best: tuple[float, int, Array] | None = None
        self.state = self.optimizer.start(self.flat.vector)
        self.gradient = np.empty_like(self.flat.vector)
        self.meter = Meter(self.net, self.flat, self.train, self.validation, self.test)
        whole = len(self.train)

        def loss(params: Any, X: Any, Y: Any) -> Any:
            return self.net.loss(params, X, Y, whole)

        self.slopes = Compiled(loss, params, slopes=True)
        self.runs = Runs(loss, self.optimizer, self.flat) if self.optimizer.elementwise else None

    def learn(
        self,
        first: int,
        epochs: int,
        target: float | None,
        patience: int | None,
        shown: Any,
        on_epoch: Callable[[EpochRecord], object] | None,
    ) -> Ending:
        """The cycle, until one of the ways to end it."""
        self.first = first
        with interruptible() as asked:
            try:
                self._measure(first, shown, on_epoch)
                for epoch in range(first + 1, first + epochs + 1):
                    if target is not None and self.records[-1].train_loss <= target:
                        return "target"
                    for batch in self._updates(epoch, compiled=epochs * self.batches >= WORTH):
                        shown.batch((epoch - first - 1) * self.batches + batch)
                        if asked():
                            return "interrupted"
                    self._measure(epoch, shown, on_epoch)
                    if patience is not None and epoch - self._note_best(epoch) >= patience:
                        return "patience"
                    if asked():
                        return "interrupted"
            except KeyboardInterrupt:
                return "interrupted"
        reached = target is not None and self.records[-1].train_loss <= target
        return "target" if reached else "epochs"

    @property
    def batches(self) -> int:
        """Batches per epoch."""
        return -(-len(self.train) // self.batch_size)

    def _updates(self, epoch: int, *, compiled: bool) -> Iterator[int]:
        """An epoch's updates; after each, or a run of them, how many batches are done.

        The training part is shuffled, each epoch in an order of its own.
        """
        order = stream(self.seed, 1, epoch).permutation(len(self.train))
        mixed = self.train.pick(order)
        data, done = (mixed.X, mixed.Y), 0
        if compiled and self.runs is not None:
            whole = len(self.train) // self.batch_size
            length = run_length(whole)
            while length and done + length <= whole:
                self._many(epoch, done, stacked(data, done, length, self.batch_size))
                done += length
                yield done
        rest = rows(data, slice(done * self.batch_size, None))
        for _, (X, Y) in pieces(rest, self.batch_size):
            done += 1
            self._step(epoch, done, X, Y)
            yield done

    def _many(self, epoch: int, done: int, data: Any) -> None:
        """A run of updates by machine code; one by one if a loss is not finite, to find it."""
        assert self.runs is not None, "asked for where there are such"
        losses, vector, state = self.runs(self.state, *data)
        if np.isfinite(losses).all():
            np.copyto(self.before, self.flat.vector)
            np.copyto(self.flat.vector, vector)
            self.state = state
            return
        for i in range(len(losses)):
            self._step(epoch, done + i + 1, *rows(data, i))

    def _step(self, epoch: int, batch: int, X: Any, Y: Any) -> None:
        """One update, if the loss that it starts from is finite."""
        loss, *slopes = self.slopes(self.flat.views, X, Y)
        if not math.isfinite(loss):
            raise self._diverged(float(loss), epoch, f"batch {batch} of {self.batches}")
        self.flat.flatten(slopes, out=self.gradient)
        change, self.state = self.optimizer.step(self.gradient, self.state)
        np.copyto(self.before, self.flat.vector)
        self.flat.vector += change

    def _measure(self, epoch: int, shown: Any, on_epoch: Any) -> None:
        record = self.meter.record(epoch)
        if not math.isfinite(record.train_loss):
            raise self._diverged(record.train_loss, epoch, "its end")
        self.records.append(record)
        shown.epoch(record)
        if on_epoch is not None:
            on_epoch(record)

    def _note_best(self, epoch: int) -> int:
        """Remember the parameters with the smallest validation loss; the epoch that has them."""
        loss = self.records[-1].validation_loss
        assert loss is not None, "patience comes with a validation part"
        if self.best is None or loss < self.best[0]:
            finite = loss if math.isfinite(loss) else math.inf  # nothing is below what is no number
            self.best = (finite, epoch, self.flat.vector.copy())
        return self.best[1]

    def result(self, stopped: Ending) -> Result:
        """What was learned; with patience, the best of it."""
        kept = self.records[-1].epoch if self.records else self.first
        if self.best is not None:
            kept = self.best[1]
            np.copyto(self.flat.vector, self.best[2])
        seconds = time.perf_counter() - self.began
        return Result(self.flat.tree(), tuple(self.records), seconds, stopped, kept)

    def _diverged(self, loss: float, epoch: int, where: str) -> DivergedError:
        """The error, with the parameters before the update that spoiled them."""
        np.copyto(self.flat.vector, self.before)
        error = DivergedError(
            f"the loss became {loss} in epoch {epoch}, {where}",
            why=f"The updates of {self.optimizer.name} with learning rate "
            f"{self.optimizer.learning_rate:g} grew beyond what numbers hold.",
            remedy=f"Use a smaller learning rate, such as {self.optimizer.learning_rate / 10:g}, "
            "and standardized features.",
        )
        error.result = self.result("diverged")
        return error


def _share(given: Any, fraction: float | None, patience: int | None) -> float | None:
    """The share of the training part to hold out; None if a set is given, or none is needed."""
    if given is None:
        return share_held_out(fraction, patience)
    if fraction is not None:
        raise ArgumentError(
            "fit was given both a validation_set and a validation_fraction",
            remedy="Leave one of them out.",
        )
    return None
