"""What a derivative costs, counted exactly.

The rule. A pass does one multiplication per edge, 1 and −1 included, and at every node where n
edges meet n − 1 additions. Edges are operand slots; constants are neither nodes nor edges; local
partials are not counted; the graph is counted as it was written, before any rewriting. So, with
E edges, of which ``in(v)`` enter and ``out(v)`` leave the value v:

forward
    E multiplications and Σ (in(v) − 1) additions over all v that edges enter, for the whole graph;
    and this once per input, as a pass keeps the effect of one input.
reverse
    The same with the arrows turned, once for one output: E multiplications and Σ (out(v) − 1)
    additions over all v that edges leave. The 1 at the output is given and adds nothing.
paths unfactored
    Every path by itself: a path of n edges takes n − 1 multiplications, and the N paths from an
    input take N − 1 additions; summed over the inputs.
paths factored
    The same sum with common factors taken out, from the output on: parallel edges are added
    first, then each merged edge takes one multiplication, save those into the output itself, which
    have nothing behind them; where n merged edges leave a value, n − 1 additions. Only edges on
    some path from an input to the output count.

For α, β, γ from X to Y and δ, ε, ζ from Y to Z, the nine products αδ + αε + … take 9
multiplications and 8 additions, (α + β + γ)(δ + ε + ζ) takes 1 and 4. In e = (a + b)(b + 1) there
is nothing to take out: three paths, of which two from b are added.

All counts are Python integers, exact at any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from clearprop.explain.numbers.wiring import Wiring


@final
@dataclass(frozen=True, slots=True)
class Cost:
    """A number of multiplications and of additions."""

    multiplications: int
    additions: int

    def to_dict(self) -> dict[str, int]:
        """As plain data."""
        return {"multiplications": self.multiplications, "additions": self.additions}


@final
@dataclass(frozen=True, slots=True)
class Costs:
    """The four costs; the module says how they are counted."""

    forward: Cost
    reverse: Cost
    paths_unfactored: Cost
    paths_factored: Cost

    def to_dict(self) -> dict[str, dict[str, int]]:
        """As plain data."""
        return {
            "forward": self.forward.to_dict(),
            "reverse": self.reverse.to_dict(),
            "paths_unfactored": self.paths_unfactored.to_dict(),
            "paths_factored": self.paths_factored.to_dict(),
        }


def count_costs(wiring: Wiring, inputs: Sequence[int], output: int, passes: int = 0) -> Costs:
    """The costs of the derivative of one output by some inputs.

    Args:
        wiring: The edges.
        inputs: Places of the inputs.
        output: Place of the output.
        passes: How many forward passes there are; one per input if not given.
    """
    counts, _ = count_paths(wiring, output)
    return Costs(
        _forward(wiring, passes or len(inputs)),
        _reverse(wiring),
        _unfactored(wiring, inputs, output),
        _factored(wiring, inputs, output, counts),
    )


def count_paths(wiring: Wiring, output: int) -> tuple[list[int], list[int]]:
    """For each value the number of paths to the output, and the edges of all those together."""
    counts, lengths = [0] * len(wiring.values), [0] * len(wiring.values)
    counts[output] = 1
    for place in reversed(range(output)):
        for edge in wiring.leaving[place]:
            target = wiring.wires[edge].target
            counts[place] += counts[target]
            lengths[place] += lengths[target] + counts[target]
    return counts, lengths


def reached_from(wiring: Wiring, inputs: Sequence[int]) -> list[bool]:
    """For each value whether a path from one of the inputs leads to it."""
    reached = [False] * len(wiring.values)
    for place in inputs:
        reached[place] = True
    for edge in wiring.wires:
        reached[edge.target] |= reached[edge.source]
    return reached


def _forward(wiring: Wiring, passes: int) -> Cost:
    additions = sum(len(edges) - 1 for edges in wiring.entering if edges)
    return Cost(passes * len(wiring.wires), passes * additions)


def _reverse(wiring: Wiring) -> Cost:
    return Cost(len(wiring.wires), sum(len(edges) - 1 for edges in wiring.leaving if edges))


def _unfactored(wiring: Wiring, inputs: Sequence[int], output: int) -> Cost:
    counts, lengths = count_paths(wiring, output)
    reaching = [place for place in inputs if counts[place]]
    return Cost(
        sum(max(lengths[place] - counts[place], 0) for place in reaching),
        sum(counts[place] - 1 for place in reaching),
    )


def _factored(wiring: Wiring, inputs: Sequence[int], output: int, counts: Sequence[int]) -> Cost:
    reached = reached_from(wiring, inputs)
    multiplications = additions = 0
    for place, edges in enumerate(wiring.leaving[:output]):
        targets = [wiring.wires[edge].target for edge in edges if reached[place]]
        targets = [target for target in targets if counts[target]]
        if targets:
            multiplications += len(set(targets) - {output})
            additions += len(targets) - 1
    return Cost(multiplications, additions)
