"""The counting rule, done: passes over the edges by hand, every operation counted as it is made."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from typing import Any

import pytest

import clearprop as cp
import clearprop.numpy as cnp
from clearprop import explain


class Counted(float):
    """A number that counts what is done with it."""

    done: dict[str, int]

    def __mul__(self, other: Any) -> Counted:
        Counted.done["multiplications"] += 1
        return Counted(float(self) * float(other))

    def __add__(self, other: Any) -> Counted:
        Counted.done["additions"] += 1
        return Counted(float(self) + float(other))


def add_up(terms: list[Counted]) -> Counted:
    return Counted(list(itertools.accumulate(terms, lambda a, b: a + b))[-1])


def one_way(edges: list[tuple[str, str, float]], order: list[str], start: str) -> dict[str, float]:
    """One pass: each edge once, each node the sum of what arrives; the seed is given."""
    arriving: dict[str, list[Counted]] = defaultdict(list)
    found = {}
    for name in order:
        known = add_up(arriving[name]) if arriving[name] else Counted(name == start)
        if name == start:
            known = Counted(1.0)
        found[name] = float(known)
        for tail, head, partial in edges:
            if tail == name:
                arriving[head].append(known * partial)
    return found


def worked(a: Any, b: Any) -> Any:
    c = a + b
    d = b + 1
    e = c * d
    return e


def knotted(a: Any, b: Any, c: Any) -> Any:
    p = a * b
    q = p * p
    r = cnp.sin(q) - 2.0 * p
    unused = r * c  # noqa: F841
    s = (r + q) * (c + 0.0)
    return s / (s + a)


@pytest.mark.parametrize(("f", "point"), [(worked, (2.0, 1.0)), (knotted, (0.7, 1.3, -0.4))])
def test_what_the_passes_do_is_what_is_counted(f: Any, point: tuple[float, ...]) -> None:
    explanation = explain.function(f, *point)
    edges = [(edge.source, edge.target, edge.partial) for edge in explanation.edges]
    order = [entry.name for entry in explanation.nodes]
    assert len(set(order)) == len(order)
    inputs = order[: len(point)]

    Counted.done = {"multiplications": 0, "additions": 0}
    for name, slope in zip(
        inputs, cp.grad(f, argnums=tuple(range(len(point))))(*point), strict=True
    ):
        effects = one_way(edges, order, name)
        assert effects[explanation.output] == pytest.approx(slope, rel=1e-12)
        for entry in explanation.nodes:
            assert effects[entry.name] == pytest.approx(entry.forward[name] or 0.0, rel=1e-12)
    assert Counted.done == explanation.cost.forward.to_dict()

    Counted.done = {"multiplications": 0, "additions": 0}
    turned = [(head, tail, partial) for tail, head, partial in edges]
    causes = one_way(turned, order[::-1], explanation.output)
    for entry in explanation.nodes:
        assert causes[entry.name] == pytest.approx(entry.reverse or 0.0, rel=1e-12)
    assert Counted.done == explanation.cost.reverse.to_dict()


def test_the_rule_by_hand() -> None:
    """q = p·p has two edges, r = sin(q) − 2p one by the constant less, s + a two; ±1 is counted."""
    explanation = explain.function(knotted, 0.7, 1.3, -0.4)
    edges = [(edge.source, edge.target) for edge in explanation.edges]
    assert edges.count(("p", "q")) == 2
    # a·b 2, p·p 2, sin 1, 2·p 1, − 2, r·c 2, r+q 2, c+0 1, · 2, s+a 2, / 2
    assert len(edges) == 19
    # per node one less than its edges: a·b, p·p, −, r·c, +, ·, + and / have two each
    assert explanation.cost.forward.to_dict() == {"multiplications": 57, "additions": 3 * 8}
    # leaving: a 2, b 1, p 3, q 2, sin 1, 2p 1, r 2, c 2, r+q 1, c+0 1, s 2, s+a 1
    assert explanation.cost.reverse.to_dict() == {"multiplications": 19, "additions": 7}
    partials = [edge.partial for edge in explanation.edges]
    assert partials.count(1.0) + partials.count(-1.0) == 7
    assert math.isfinite(explanation.gradient["c"])
