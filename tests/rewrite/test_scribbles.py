"""Every rule on random graphs: legal, of the same types and bits, and done after one sweep."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from clearprop.graph import Graph, check
from clearprop.primitives import Plan
from clearprop.rewrite.identities import IDENTITIES
from clearprop.rewrite.simplify import RULES, simplified, simplify
from tests.rewrite.comparing import assert_same, awkward
from tests.rewrite.scribbles import Scribble

ROUNDS = {rule.name for rule in RULES if rule.rounds}
MANY = 250
SINGLE = ("float32", "complex64")


@pytest.mark.parametrize("part", range(8))
def test_random_graphs_keep_their_values(part: int) -> None:
    for seed in range(part * MANY, (part + 1) * MANY):
        hold(Scribble(seed).graph, seed)


def test_every_rule_is_tried() -> None:
    """Those on whole branches, and on functions such as exp, have tests of their own."""
    fired: Counter[str] = Counter()
    for seed in range(5 * MANY):
        fired += simplified(Scribble(seed).graph).fired
    alone = {identity.name for identity in IDENTITIES} | {"a branch that is decided"}
    seldom = {rule.name for rule in RULES if fired[rule.name] < 2}
    assert {name for name in seldom - alone if not name.endswith("of a function")} == set()


def hold(graph: Graph, seed: int) -> None:
    """Awkward values for rules that keep every bit, plain ones for those that round."""
    made = simplified(graph)
    check(made.graph)
    assert made.graph.inputs == graph.inputs
    assert [x.type for x in made.graph.outputs] == [x.type for x in graph.outputs]
    assert simplify(made.graph) is made.graph
    rounds = not ROUNDS.isdisjoint(made.fired)
    generator = np.random.default_rng(seed)
    values = [drawn(x.type, generator, plain=rounds) for x in graph.inputs]
    is_single = any(x.type.dtype.name in SINGLE for x in (*graph.inputs, *graph.nodes))
    rough = 1e-4 if is_single else 1e-12
    with np.errstate(all="ignore"):
        for mine, other in zip(Plan(made.graph).run(values), Plan(graph).run(values), strict=True):
            if rounds and mine.dtype.kind in "fc":
                np.testing.assert_allclose(mine, other, rtol=rough, atol=rough, err_msg=str(seed))
            else:
                assert_same(mine, other)


def drawn(type_: Any, generator: np.random.Generator, plain: bool) -> Any:
    if plain and type_.dtype.kind in "fc":
        values = generator.normal(size=type_.shape).astype(type_.dtype)
    else:
        values = generator.choice(awkward(type_.dtype), type_.shape)
    return np.asarray(values, type_.dtype)[()]
