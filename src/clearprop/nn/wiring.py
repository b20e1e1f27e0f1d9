"""From signals to a network: in what order all are computed, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import final

from clearprop.errors import ArgumentError, ShapeError
from clearprop.nn.layers import Activity, Dense, Input, Signal
from clearprop.tracing import user_line


@final
@dataclass(frozen=True, slots=True)
class Wiring:
    """The signals of a network.

    Attributes:
        order: All signals, each after its sources.
        names: Each input's and each activity's name; ``#2`` marks the second use of a layer.
        layers: The dense layers by name, in order.
        widths: How many numbers come into each layer, by name.
    """

    order: tuple[Signal, ...]
    names: dict[Signal, str]
    layers: dict[str, Dense]
    widths: dict[str, int]


def wire(inputs: Sequence[Input], outputs: Sequence[Signal]) -> Wiring:
    """Order, name and check the signals between inputs and outputs.

    Raises:
        ArgumentError: An input is missing or unused, or two layers have one name.
        ShapeError: A shared layer is used on different sizes.
    """
    order = tuple(_sorted(outputs))
    missing = [signal for signal in order if isinstance(signal, Input) and signal not in inputs]
    if missing:
        raise ArgumentError(
            f"the outputs depend on {_call(missing[0])}, which is not among the inputs",
            where=user_line(),
            remedy="Pass every Input that the outputs depend on: nn.Network([x1, x2], y).",
        )
    unused = [signal for signal in inputs if signal not in order]
    if unused or len(set(inputs)) < len(inputs):
        why = "is not connected to any output" if unused else "stands twice among the inputs"
        raise ArgumentError(
            f"{_call(unused[0] if unused else inputs[0])} {why}",
            where=user_line(),
            remedy="Wire it to an output, or leave it out.",
        )
    activities = [signal for signal in order if isinstance(signal, Activity)]
    if not activities:
        raise ArgumentError(
            "the network has no Dense layer", why="There is nothing to learn.", where=user_line()
        )
    layers = _named_layers(activities, outputs)
    names: dict[Signal, str] = dict(_input_names(inputs))
    names.update(_uses(activities, {layer: name for name, layer in layers.items()}))
    return Wiring(order, names, layers, _widths(activities, names))


def _sorted(outputs: Iterable[Signal]) -> Iterator[Signal]:
    """Sources first, without recursion: networks may be thousands of layers deep."""
    done: set[Signal] = set()
    pending = list(reversed(list(outputs)))
    while pending:
        signal = pending[-1]
        waiting = [source for source in signal.sources if source not in done]
        if signal in done or not waiting:
            pending.pop()
            if signal not in done:
                done.add(signal)
                yield signal
        else:
            pending.extend(reversed(waiting))


def _named_layers(activities: Sequence[Activity], outputs: Sequence[Signal]) -> dict[str, Dense]:
    """The layers by their own names, or by ``hidden``, ``hidden2``, …, ``output``, …, in order."""
    found: dict[str, Dense] = {}
    taken = {activity.layer.name for activity in activities}
    ends = {output.layer for output in outputs if isinstance(output, Activity)}
    for layer in dict.fromkeys(activity.layer for activity in activities):
        name = layer.name or _fresh("output" if layer in ends else "hidden", taken | {*found})
        if name in found:
            raise ArgumentError(
                f"two layers are named {name!r}",
                where=user_line(),
                why="Parameters are found by the layer's name.",
                remedy="Rename one; to share weights, call one layer twice.",
            )
        found[name] = layer
    return found


def _fresh(stem: str, taken: set[str]) -> str:
    """The stem, with the first number that makes it new.

    >>> _fresh("hidden", {"hidden", "hidden2"})
    'hidden3'
    """
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}{number}"
    return name


def _input_names(inputs: Sequence[Input]) -> Iterator[tuple[Input, str]]:
    taken = {signal.name for signal in inputs}
    for signal in inputs:
        name = signal.name or _fresh("input", taken)
        taken.add(name)
        yield signal, name


def _uses(
    activities: Iterable[Activity], names: dict[Dense, str]
) -> Iterator[tuple[Activity, str]]:
    """Each activity with its layer's name; from the second use on with its number."""
    count: dict[Dense, int] = {}
    for activity in activities:
        use = count[activity.layer] = count.get(activity.layer, 0) + 1
        name = names[activity.layer]
        yield activity, name if use == 1 else f"{name}#{use}"


def _widths(activities: Iterable[Activity], names: dict[Signal, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for activity in activities:
        name = names[activity].partition("#")[0]
        if found.setdefault(name, activity.inputs) != activity.inputs:
            raise ShapeError(
                f"layer {name!r} is used on {found[name]} numbers and on {activity.inputs}",
                where=user_line(),
                why="A layer that is used twice has one weight matrix.",
                remedy="Use two layers, or bring both to one size first.",
            )
    return found


def _call(signal: Input) -> str:
    return f"Input({signal.size}{f', {signal.name!r}' if signal.name else ''})"
