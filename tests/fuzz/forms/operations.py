"""The library's loops and branches, ``checkpoint``, and derivatives given by hand."""

from __future__ import annotations

import numpy as np

from tests.fuzz.forms.flow import function, steady
from tests.fuzz.writer import Writer


def cond(w: Writer) -> None:
    name, a = w.any(), _strong(w)
    if not a or abs(float(np.sum(w[name])) - 0.5) < 0.05:
        return
    yes, on_true = _body(w, a)
    no, on_false = _body(w, a)
    target = w.new()
    call = f"{target} = cp.cond(np.sum({name}) > 0.5, {yes}, {no}, {a})"
    w.block([*on_true, *on_false, call], [target])


def scan(w: Writer) -> None:
    start, over = _strong(w), w.some(lambda v: _is_double(v) and np.ndim(v) and len(v))
    if not start or not over:
        return
    c, r = w.new("u"), w.new("u")
    child = w.child({c: w[start][()], r: w[over][0]}, abstract=True, captures=w.chance(60))
    child.continue_with(w.number(0, 2))
    last = [*child.values][-1]
    carry = f"np.tanh({steady(child, c)} + np.sum({last}))"
    name, target, outs = w.new("g"), w.new(), w.new()
    lines = w.define(name, [c, r], child, f"{carry}, {last}")
    given = w.pick(("", ", reverse=True"))
    call = f"{target}, {outs} = cp.scan({name}, {start}, {over}{given})"
    w.block([*lines, call], [target, outs])


def fori_loop(w: Writer) -> None:
    start = _strong(w)
    if start:
        u, i, name, target = w.new("u"), w.new("i"), w.new("g"), w.new()
        child = w.child({u: w[start][()]}, abstract=True, captures=w.chance(60))
        child.continue_with(w.number(0, 1))
        factor = w.pick((f" * {i}", f" / (1.0 + {i})", ""))
        result = f"np.sin({steady(child, u)}){factor} + 0.3 * np.sum({[*child.values][-1]})"
        lines = w.define(name, [i, u], child, result)
        call = f"{target} = cp.fori_loop({w.number(0, 1)}, {w.number(1, 3)}, {name}, {start})"
        w.block([*lines, call], [target])


def while_loop(w: Writer) -> None:
    start = _strong(w)
    if start:
        u, n, name, target = w.new("u"), w.new("n"), w.new("g"), w.new()
        child = w.child({u: w[start][()]}, abstract=True, captures=w.chance(60))
        child.continue_with(w.number(0, 1))
        result = f"{n} + 1, np.sin({steady(child, u)}) + 0.3 * np.sum({[*child.values][-1]})"
        lines = w.define(name, [f"{n}_{u}"], child, result)
        lines.insert(1, f"    {n}, {u} = {n}_{u}")
        more = w.pick((f"s[0] < {w.number(0, 3)}", "(s[0] < 4) & (np.sum(s[1]) > 0.1)"))
        call = f"_, {target} = cp.while_loop(lambda s: {more}, {name}, (0, {start}))"
        w.block([*lines, call], [target])


def checkpoint(w: Writer) -> None:
    a = w.any()
    if w.depth < 2:
        name, child, result = function(w, [a], abstract=True)
        target = w.new()
        lines = w.define(name, [*child.params], child, result)
        w.block([*lines, f"{target} = cp.checkpoint({name})({a})"], [target])


def custom(w: Writer) -> None:
    """A derivative by hand that is the true one, so that everything still has to agree."""
    a = w.any()
    if w.depth > 1:
        return
    name, child, result = function(w, [a], abstract=True, captures=False)
    own, target = w.new("c"), w.new()
    rules = (
        f"{own}.defjvp(lambda p, t: ({own}(*p), cp.jvp({name}, p, t)[1]))",
        f"{own}.defvjp(lambda *p: ({own}(*p), p), lambda p, c: cp.vjp({name}, *p)[1](c))",
    )
    lines = w.define(name, [*child.params], child, result)
    made = [f"{own} = cp.custom_derivative({name})", w.pick(rules)]
    w.block([*lines, *made, f"{target} = {own}({a})"], [target])


def _body(w: Writer, a: str) -> tuple[str, list[str]]:
    """A function that keeps shape and dtype, and its lines."""
    name, child, last = function(w, [a], abstract=True, scalars=True)
    (param,) = child.params
    result = f"{steady(child, param)} + np.sum({last})"
    return name, w.define(name, [param], child, result)


def _strong(w: Writer) -> str | None:
    return w.some(_is_double)


def _is_double(value: object) -> bool:
    return isinstance(value, (np.ndarray, np.floating)) and value.dtype == np.float64


FORMS = (cond, scan, scan, fori_loop, while_loop, checkpoint, custom)
