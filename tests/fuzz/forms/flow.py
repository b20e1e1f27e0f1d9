"""Python's own control flow, and functions inside the function."""

from __future__ import annotations

import numpy as np

from tests.fuzz.forms.elementwise import MARGIN
from tests.fuzz.writer import Writer


def steady(w: Writer, name: str) -> str:
    """An expression of the shape and dtype of a variable, bounded however often it is repeated."""
    value = w[name]
    shape, dtype = np.shape(value), np.asarray(value).dtype
    others = [
        other
        for other, held in w.values.items()
        if np.asarray(held).dtype == dtype and _spreads(np.shape(held), shape)
    ]
    texts = [
        *("np.sin({0}) + {1}", "0.5 * {0} + 0.3 * np.cos({0})", "np.tanh({0} * {2})"),
        *("{0} / (1.0 + {0} ** 2)", "0.5 * ({0} + np.sin({1}))", "np.exp(-({0} ** 2)) * {2}"),
    ]
    if shape:
        texts += [
            "np.cumsum({0}, axis=-1) * 0.3",
            "np.flip({0}) * 0.7",
            "np.roll({0}, 1) - {0} / 2",
        ]
    return w.pick(texts).format(name, w.pick(others[::-1]), w.constant())


def branch(w: Writer) -> None:
    """An ``if`` that this point does not pass by a hair."""
    name, bound = w.any(), w.pick((0.0, 0.5, 1.0, -1.0))
    total = float(np.sum(w[name]))
    if abs(total - bound) > MARGIN:
        sign = ">" if total > bound else "<"
        test = f"np.sum({name}) {sign} {bound}"
        opening = (
            [f"if {test}:"]
            if w.chance(60)
            else [f"if not {test}:", f"    {w.new()} = {name} * 2.0", "else:"]
        )
        body = w.apart(w.number(1, 2))
        if body:
            w.lines += [*opening, *(f"    {line}" for line in body)]


def bounded(w: Writer) -> None:
    """A ``while`` that looks at a value, and at a counter lest it never ends."""
    start, name, count = w.any(), w.new(), w.new("n")
    w.values[name] = w[start]
    step = steady(w, name)
    del w.values[name]
    lines = [
        f"{name}, {count} = {start} * 1.0, 0",
        f"while np.sum({name}) {w.pick(('<', '>'))} {w.constant()} and {count} < {w.number(1, 4)}:",
        f"    {name} = {step}",
        f"    {count} += 1",
    ]
    w.block(lines, [name])


def counted(w: Writer) -> None:
    """A ``for`` over a range."""
    start, name, i = w.any(), w.new(), w.new("i")
    w.values[name] = w[start]
    step = steady(w, name)
    del w.values[name]
    factor = w.pick((f" * {i}", f" + {i}", ""))
    lines = [
        f"{name} = {start}",
        f"for {i} in range({w.number(1, 3)}):",
        f"    {name} = ({step}){factor}",
    ]
    w.block(lines, [name])


def over_rows(w: Writer) -> None:
    """A ``for`` over an array's first axis; with no row, what it starts from is not plain."""
    start = w.some(lambda v: np.ndim(v) > 0)
    if start:
        name, row = w.new(), w.new("r")
        w.values[row] = w[start][0] if len(w[start]) else 0.0
        step = steady(w, row)
        del w.values[row]
        first = w.constant() if len(w[start]) else f"np.sum({start}) + {w.constant()}"
        over = w.pick((f"{row} in {start}", f"_, {row} in enumerate({start})"))
        lines = [f"{name} = {first}", f"for {over}:", f"    {name} = {name} * 0.5 + {step}"]
        w.block(lines, [name])


def collected(w: Writer) -> None:
    """A list made in a comprehension and stacked."""
    start, i = w.any(), w.new("i")
    texts = (
        "np.stack([np.sin({0} * {1}) for {1} in range(2)])",
        "np.asarray([np.sum({0}) ** {1} for {1} in range(3)])",
        "sum(np.cos({0} + {1}) for {1} in range(3))",
    )
    w.let(w.pick(texts).format(start, i))


def truncated(w: Writer) -> None:
    """An integer taken from a value."""
    name = w.some(lambda v: not np.ndim(v) and abs(float(v) - round(float(v))) > MARGIN)
    if name:
        whole = w.pick(("int({})", "int(np.floor({}))", "round({})")).format(name)
        if not (whole.startswith("round") and abs(float(w[name]) % 1 - 0.5) < MARGIN):
            w.let(f"{w.any()} * {whole}")


def inner(w: Writer) -> None:
    """A function inside the function, called once or twice."""
    if w.depth > 1:
        return
    a = w.any()
    name, child, result = function(w, [a], abstract=False, captures=True, writes=True)
    params = [*child.params]
    lines = w.define(name, params, child, result)
    again = w.some(lambda v: np.shape(v) == np.shape(w[a])) or a
    calls = [f"{name}({a})", f"{name}({a}) + {name}({again})"]
    if np.shape(child[result]) == np.shape(w[a]):  # its lines were drawn for that shape
        calls.append(f"{name}({name}({a}))")
    call, target = w.pick(calls), w.new()
    w.block([*lines, f"{target} = {call}"], [target])


def recursive(w: Writer) -> None:
    start, name, target = w.any(), w.new("g"), w.new()
    w.values["u"] = w[start]
    step = steady(w, "u")
    del w.values["u"]
    lines = [
        f"def {name}(u, n):",
        f"    return {step} if n == 0 else np.sin({name}(u, n - 1)) * {w.constant()}",
        f"{target} = {name}({start}, {w.number(0, 2)})",
    ]
    w.block(lines, [target])


def function(
    w: Writer,
    names: list[str],
    *,
    abstract: bool,
    captures: bool | None = None,
    writes=False,
    scalars=False,
) -> tuple[str, Writer, str]:
    """A function of values like those: its name, its writer and its result's variable.

    With ``scalars`` it takes numbers in the place of 0-d arrays.
    """
    params = {w.new("u"): w[name][()] if scalars else w[name] for name in names}
    captures = w.chance(60) if captures is None else captures
    child = w.child(params, abstract=abstract, captures=captures, writes=writes)
    child.continue_with(w.number(1, 2))
    return w.new("g"), child, [*child.values][-1]


def _spreads(shape: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, wanted) == wanted
    except ValueError:
        return False


FORMS = (counted, over_rows, collected, inner, inner, recursive)
DECIDING = (branch, branch, bounded, truncated)
"""Forms that look at values, which bodies of operations cannot."""
