"""A node as a formula: the way one would type it, and as LaTeX.

Operands are written by name, so a formula is one operation deep and needs hardly any parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from clearprop.explain.numbers.results import Result
from clearprop.graph import Node, Value

Naming = Callable[[Value], str]
"""What a value is called in a formula: its name, or its digits if it is a constant."""

_MOST_ELEMENTS: Final = 4  # of a constant array that is written out


def number_text(value: Any) -> str:
    """A constant as one would type it.

    >>> number_text(np.float64(1.0)), number_text(0.1), number_text(np.array([1, 2]))
    ('1', '0.1', '[1, 2]')
    >>> number_text(np.zeros((30, 4)))
    'float64[30,4]'
    """
    array = np.asarray(value)
    if array.ndim == 0:
        text = repr(array.item())
        return text.removesuffix(".0") if array.dtype.kind == "f" else text
    if array.ndim == 1 and array.size <= _MOST_ELEMENTS:
        return f"[{', '.join(map(number_text, array))}]"
    return f"{array.dtype.name}[{','.join(map(str, array.shape))}]"


def expression(node: Node, name: Naming) -> str:
    """The operation as Python: ``a + b``, ``sin(x)``, ``x[1:3]``.

    Args:
        node: The operation.
        name: What its operands are called.
    """
    words = [name(operand) for operand in node.operands]
    params = dict(node.params)
    if isinstance(node.primitive, Result):
        return f"{node.primitive.name}({', '.join(words)})[{node.primitive.index}]"
    special = _SPECIAL.get(node.primitive.name)
    if special is not None:
        text = special(node, words, params)
        if text:
            return text
    symbol = getattr(node.primitive, "symbol", "")
    if symbol and not symbol.isalpha() and not params:
        return _operator(symbol, words)
    options = [f"{key}={_literal(value)}" for key, value in params.items()]
    return f"{symbol or node.primitive.name}({', '.join([*words, *options])})"


def latex(node: Node, name: Naming) -> str:
    """The operation as LaTeX, after its primitive's own formula."""
    words = [latex_name(name(operand)) for operand in node.operands]
    words = [rf"\left({word}\right)" if word.startswith("-") else word for word in words]

    def operand(match: re.Match[str]) -> str:
        place = int(match[1])
        return words[place] if place < len(words) else ""

    return re.sub(r"@(\d+)", operand, node.primitive.formula)


def latex_name(name: str) -> str:
    r"""A name or number as LaTeX.

    >>> latex_name("x"), latex_name("alpha"), latex_name("h[0,1]"), latex_name("net_2")
    ('x', '\\alpha', 'h_{0,1}', '\\mathrm{net}_{2}')
    >>> latex_name("1e-05")
    '1 \\cdot 10^{-5}'
    """
    if name in ("inf", "-inf"):
        return name.replace("inf", r"\infty")
    power = re.fullmatch(r"(-?[\d.]+)e([+-]\d+)", name)
    if power:
        return rf"{power[1]} \cdot 10^{{{int(power[2])}}}"
    match = re.fullmatch(r"([^\W\d_]+)_?(\w*)(?:\[([\d,]+)\])?", name)
    if match is None:
        if re.fullmatch(r"-?[\d.]+|\[[\d., -]*\]", name):
            return name
        return rf"\mathtt{{{_escaped(name)}}}"
    stem, tail, index = match.groups()
    if stem in _GREEK:
        stem = f"\\{stem}"
    elif len(stem) > 1:
        stem = rf"\mathrm{{{stem}}}"
    below = ",".join(part for part in (_escaped(tail), index) if part)
    return f"{stem}_{{{below}}}" if below else stem


def _operator(symbol: str, words: Sequence[str]) -> str:
    if len(words) == 1:
        return f"{symbol}{_enclosed(words[0])}"
    left, right = words
    if symbol == "**":
        return f"{_enclosed(left)}**{right}"
    return f"{left} {symbol} {_enclosed(right)}"


def _enclosed(word: str) -> str:
    return f"({word})" if word.startswith("-") else word


def _literal(value: Any) -> str:
    return value.name if isinstance(value, np.dtype) else repr(value)


def _escaped(text: str) -> str:
    return re.sub(r"([_{}$%&#])", r"\\\1", text)


# Operations that Python writes in another way than as a call -----------------------------------

_Special = Callable[[Node, list[str], dict[str, Any]], str]


def _slice(node: Node, words: list[str], params: dict[str, Any]) -> str:
    return f"{words[0]}[{_region(node.operands[0].type.shape, params)}]"


def _assign(node: Node, words: list[str], params: dict[str, Any]) -> str:
    region = _region(node.operands[0].type.shape, params)
    return f"{words[0]} with [{region}] = {words[1]}"


def _region(shape: Sequence[int], params: dict[str, Any]) -> str:
    parts = []
    for length, i, j, k in zip(shape, params["start"], params["stop"], params["step"], strict=True):
        first = str(i) if i else ""
        last = str(j) if j + k <= length else ""  # else nothing more would be taken
        parts.append(f"{first}:{last}" + (f":{k}" if k > 1 else ""))
    return ", ".join(parts) or "()"


def _gather(node: Node, words: list[str], params: dict[str, Any]) -> str:
    return f"{words[0]}[{', '.join(words[1:])}]"


def _scatter(node: Node, words: list[str], params: dict[str, Any]) -> str:
    sign = "+=" if node.primitive.name == "scatter_add" else "="
    return f"{words[0]} with [{', '.join(words[2:])}] {sign} {words[1]}"


def _reduction(node: Node, words: list[str], params: dict[str, Any]) -> str:
    axes = params["axes"]
    name = node.primitive.name
    if len(axes) == node.operands[0].type.ndim:
        return f"{name}({words[0]})"
    return f"{name}({words[0]}, axis={axes[0] if len(axes) == 1 else axes})"


def _cast(node: Node, words: list[str], params: dict[str, Any]) -> str:
    return f"{params['dtype'].name}({words[0]})"


def _transpose(node: Node, words: list[str], params: dict[str, Any]) -> str:
    return f"{words[0]}.T" if params["axes"] == (1, 0) else ""


def _shaped(node: Node, words: list[str], params: dict[str, Any]) -> str:
    return f"{node.primitive.name}({words[0]}, {params['shape']})"


def _dot(node: Node, words: list[str], params: dict[str, Any]) -> str:
    """``a @ b`` where that is what the contraction means."""
    (left, right), (lead, lead_b) = params["contract"], params["batch"]
    a, b = (operand.type for operand in node.operands)
    count = len(lead)
    plain = lead == lead_b == tuple(range(count)) and len(left) == 1
    if not plain or left[0] != a.ndim - 1 or right[0] != max(b.ndim - 2, count):
        return ""
    return f"{words[0]} @ {_enclosed(words[1])}" if max(a.ndim, b.ndim) <= count + 2 else ""


_SPECIAL: Final[Mapping[str, _Special]] = MappingProxyType(
    {
        **dict.fromkeys(("sum", "prod", "max", "min", "any", "all"), _reduction),
        **dict.fromkeys(("reshape", "broadcast"), _shaped),
        **dict.fromkeys(("scatter", "scatter_add"), _scatter),
        **{"slice": _slice, "assign": _assign, "gather": _gather, "cast": _cast},
        **{"transpose": _transpose, "dot": _dot},
    }
)

_GREEK: Final = frozenset(
    (
        *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"),
        *("lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega"),
        *("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"),
    )
)
