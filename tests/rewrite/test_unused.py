"""What loops and branches give and nothing takes is not computed."""

from __future__ import annotations

from typing import Any

import numpy as np

import clearprop as cp
from clearprop.derive import reverse
from clearprop.graph import Graph, Node, check
from clearprop.rewrite import simplify


def only(graph: Graph, name: str) -> Node:
    (node,) = [node for node in graph.nodes if node.primitive.name == name]
    return node


def loop(h: Any, xs: Any) -> Any:
    """A scan of which the last carry and one of two stacked results are wanted."""

    def step(h: Any, x: Any) -> Any:
        h = np.tanh(h + x)
        return h, (h * 2.0, np.exp(x))

    last, (twice, _) = cp.scan(step, h, xs)
    return last * twice.sum()


H, XS = np.array([0.3, -0.1]), np.linspace(-1, 1, 10).reshape(5, 2)


def test_a_loop_stacks_what_is_taken_alone() -> None:
    graph = cp.trace(loop)(H, XS)
    found = check(simplify(graph))
    assert len(only(graph, "scan").type.parts) == 4  # the carry and its history, two results
    assert len(only(found, "scan").type.parts) == 2
    body = dict(only(found, "scan").params)["body"]
    assert "exp" not in [node.primitive.name for node in body.nodes]
    np.testing.assert_allclose(cp.run(found, H, XS), cp.run(graph, H, XS))


def test_it_may_still_be_derived() -> None:
    graph, ct = cp.trace(loop)(H, XS), np.array([1.0, 2.0])
    for mine, right in zip(
        cp.run(check(simplify(reverse(simplify(graph)))), H, XS, ct),
        cp.run(reverse(graph), H, XS, ct),
        strict=True,
    ):
        np.testing.assert_allclose(mine, right, rtol=1e-14)


def test_branches() -> None:
    def f(x: Any) -> Any:
        first, _ = cp.cond(
            x[0] > 0,
            lambda x: (np.sin(x), np.exp(x)),
            lambda x: (np.cos(x), np.log(np.abs(x))),
            x,
        )
        return first

    graph = cp.trace(f)(H)
    found = check(simplify(graph))
    assert len(only(found, "cond").type.parts) == 1
    names = [node.primitive.name for node in dict(only(found, "cond").params)["on_true"].nodes]
    assert names == ["sin"]
    for x in (H, -H):
        np.testing.assert_array_equal(cp.run(found, x), [f(x)])


def test_loops_in_loops() -> None:
    def f(h: Any, xs: Any) -> Any:
        return cp.scan(lambda h, x: (h + loop(h, xs), x), h, xs)[0]

    graph = cp.trace(f)(H, XS)
    found = check(simplify(graph))
    inner = dict(only(found, "scan").params)["body"]
    assert len(only(found, "scan").type.parts) == 1
    assert len(only(inner, "scan").type.parts) == 2
    np.testing.assert_allclose(cp.run(found, H, XS), cp.run(graph, H, XS))


def test_the_carry_of_a_compiled_loop_lies_in_two_places() -> None:
    p = np.ones((50, 40))
    f = cp.compile(lambda p: cp.scan(lambda p, _: (p * 0.9 + 0.1, None), p, None, length=100)[0])
    np.testing.assert_allclose(f(p * 2.0), 1.0 + 0.9**100, rtol=1e-12)
    assert f.explain_plan().arena_bytes < 4 * p.nbytes


def test_it_changes_nothing_the_second_time() -> None:
    found = simplify(cp.trace(loop)(H, XS))
    assert simplify(found) is found or simplify(found) == found


def test_what_is_carried_for_itself_alone_is_left_out() -> None:
    def f(x: Any, xs: Any) -> Any:
        def step(c: Any, z: Any) -> Any:
            a, b, d = c
            return (a * x + z[0], np.cos(b) * z[1], d * a), (d, b)

        (a, _, _), _ = cp.scan(step, (x, x, x), (xs, xs + 1.0))
        return a

    graph = cp.trace(f)(H, XS)
    loop = only(check(simplify(graph)), "scan")
    assert [len(loop.operands), len(loop.type.parts)] == [3, 1]
    assert [dict(loop.params)[name] for name in ("consts", "carries")] == [1, 1]
    np.testing.assert_array_equal(cp.run(simplify(graph), H, XS), cp.run(graph, H, XS))


def test_a_linear_loop_keeps_no_history_for_its_derivative() -> None:
    def f(x: Any) -> Any:
        return cp.scan(lambda c, _: (0.5 * c[::-1] + 1.0, None), x, None, length=9)[0]

    graph, ct = reverse(cp.trace(f)(H)), np.array([1.0, -2.0])
    found = check(simplify(graph))
    assert all(len(n.type.parts) == 1 for n in found.nodes if n.primitive.name == "scan")
    np.testing.assert_allclose(cp.run(found, H, ct), cp.run(graph, H, ct), rtol=1e-14)


def test_a_while_loop_carries_what_its_condition_looks_at() -> None:
    def f(x: Any, y: Any) -> Any:
        def trip(c: Any) -> Any:
            i, x, y, z = c
            return i + 1, x * y, y, np.exp(z)

        return cp.while_loop(lambda c: c[0] < 4, trip, (0, x, y, x))[1]

    graph = cp.trace(f)(H, H)
    loop = only(check(simplify(graph)), "while_loop")
    assert [len(loop.operands), len(loop.type.parts)] == [3, 3]
    np.testing.assert_array_equal(cp.run(simplify(graph), H, H), cp.run(graph, H, H))
    again, ct = reverse(graph), np.array([1.0, 2.0])
    for mine, right in zip(
        cp.run(check(simplify(again)), H, H, ct), cp.run(again, H, H, ct), strict=True
    ):
        np.testing.assert_allclose(mine, right, rtol=1e-14)


def test_a_branch_is_handed_what_it_uses() -> None:
    def f(x: Any, y: Any, z: Any) -> Any:
        branches = (lambda x, y, z: (x * z, y), lambda x, y, z: (x + 1.0, np.exp(y)))
        return cp.cond(np.sum(x) > 0.0, *branches, x, y, z)[0]

    graph = cp.trace(f)(H, H, H + 1.0)
    branch = only(check(simplify(graph)), "cond")
    assert len(branch.operands) == 3
    np.testing.assert_array_equal(cp.run(simplify(graph), H, H, H), cp.run(graph, H, H, H))
