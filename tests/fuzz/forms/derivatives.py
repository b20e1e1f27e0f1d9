"""Derivatives taken inside the program."""

from __future__ import annotations

import numpy as np

from tests.fuzz.forms.flow import function
from tests.fuzz.writer import Writer


def gradient(w: Writer) -> None:
    a = w.any()
    name, child, last = function(w, [a], abstract=False)
    result = w.pick((f"np.sum({last})", f"np.sum({last} * {last})", f"np.sum(np.sin({last}))"))
    lines, target = w.define(name, [*child.params], child, result), w.new()
    texts = ("cp.grad({})({})", "cp.value_and_grad({})({})[1]", "cp.jacobian({})({})")
    w.block([*lines, f"{target} = {w.pick(texts).format(name, a)}"], [target])


def forward(w: Writer) -> None:
    a = w.any()
    like = w.some(lambda v: _kind(v) == _kind(w[a])) or a
    name, child, last = function(w, [a], abstract=False)
    lines, target = w.define(name, [*child.params], child, last), w.new()
    w.block([*lines, f"{target} = cp.jvp({name}, ({a},), ({like},))[1]"], [target])


def backward(w: Writer) -> None:
    a = w.any()
    name, child, last = function(w, [a], abstract=False)
    like = w.some(lambda v: _kind(v) == _kind(child[last]))
    lines, target = w.define(name, [*child.params], child, last), w.new()
    given = like or f"np.cos({name}({a}))"
    w.block([*lines, f"{target} = cp.vjp({name}, {a})[1]({given})[0]"], [target])


def matrix(w: Writer) -> None:
    a = w.some(lambda v: np.size(v) <= 3)
    if a:
        name, child, last = function(w, [a], abstract=False)
        lines, target = w.define(name, [*child.params], child, last), w.new()
        mode = w.pick(("", ', mode="forward"', ', mode="reverse"'))
        w.block([*lines, f"{target} = cp.jacobian({name}{mode})({a})"], [target])


def _kind(value: object) -> tuple[object, ...]:
    return np.shape(value), np.asarray(value).dtype


FORMS = (gradient, forward, backward, matrix)
