"""Elementwise functions, each where it is smooth at the values at hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.fuzz.writer import Writer

MARGIN = 0.05
"""How far from a kink or a jump: several steps of the numerical differences."""

DOMAINS: dict[str, tuple[Callable[..., object], str]] = {
    "real": (lambda v: True, "{}"),
    "small": (lambda v: np.all(np.abs(v) < 2.5), "np.tanh({})"),
    "positive": (lambda v: np.all(v > 0.2), "(1.5 + np.tanh({}))"),
    "unit": (lambda v: np.all(np.abs(v) < 0.85), "(0.8 * np.sin({}))"),
    "nonzero": (lambda v: np.all(np.abs(v) > 0.2), "(2.0 + np.cos({}))"),
    "above one": (lambda v: np.all(v > 1.2), "(1.3 + {} ** 2)"),
    "off integers": (lambda v: np.all(np.abs(v - np.rint(v)) > MARGIN), "(0.4 + 0.2 * np.sin({}))"),
    "off halves": (
        lambda v: np.all(np.abs(v - np.floor(v) - 0.5) > MARGIN),
        "(0.8 + 0.2 * np.sin({}))",
    ),
}
"""What must hold of the values, and how to bring others there."""

UNARY = {
    "real": (
        *("np.sin({})", "np.cos({})", "-{}", "np.tanh({})", "np.arctan({})", "np.square({})"),
        *("{} ** 2", "np.arcsinh({})", "np.deg2rad({})", "np.degrees({}) * 0.01", "+{}"),
        *("np.negative({})", "np.positive({})", "np.nan_to_num({})", "np.real({})"),
        *("np.sigmoid({})", "np.erf({})", "np.sinc({})", "np.asarray({})", "np.float64(0.5) * {}"),
    ),
    "small": (
        *("np.exp({})", "np.sinh({})", "np.cosh({})", "np.expm1({})", "np.exp2({})", "{} ** 3"),
        *("np.power({}, 3)", "np.float_power({}, 2)", "1.5 ** {}", "np.power(2.0, {})"),
    ),
    "positive": (
        *("np.log({})", "np.sqrt({})", "np.log1p({})", "np.log2({})", "np.log10({})", "{} ** 1.5"),
        *("np.power({}, -0.5)", "np.cbrt({})", "{} ** 0.5", "{} ** -1"),
    ),
    "unit": ("np.arcsin({})", "np.arccos({})", "np.arctanh({})", "np.tan({})"),
    "nonzero": (
        *("1 / {}", "np.reciprocal({})", "np.abs({})", "np.sign({})", "np.fabs({})"),
        *("np.heaviside({}, 0.5)", "np.copysign(1.5, {})", "abs({})", "{} ** -2", "np.cbrt({})"),
        *("np.divide(2, {})", "np.absolute({})"),
    ),
    "above one": ("np.arccosh({})", "np.log(np.log({} + 1.0))", "np.sqrt({} - 1.0)"),
    "off integers": ("np.floor({})", "np.ceil({})", "np.trunc({})", "{} % 1.0", "{} // 1.0"),
    "off halves": ("np.round({})", "np.rint({})", "np.around({})"),
}
BINARY = (
    *("{} + {}", "{} * {}", "{} - {}", "np.add({}, {})", "np.multiply({}, {})"),
    *("np.subtract({}, {})", "np.logaddexp({}, {})", "np.logaddexp2({}, {})", "{} * {} + 1"),
)
BINARY_NONZERO = (
    *("{} / {}", "np.divide({}, {})", "np.arctan2({}, {})", "np.hypot({}, {})"),
    *("np.true_divide({}, {})", "np.copysign({}, {})"),
)
BINARY_APART = (
    *("np.maximum({}, {})", "np.minimum({}, {})", "np.fmax({}, {})", "np.fmin({}, {})"),
    "np.where({0} > {1}, {0}, {1} * 2)",
)


def within(w: Writer, name: str, domain: str) -> str:
    """The variable, or an expression of it that lies in the domain."""
    fits, bring = DOMAINS[domain]
    return name if fits(np.asarray(w[name])) else bring.format(name)


def unary(w: Writer) -> None:
    domain = w.pick([*UNARY])
    text = w.pick(UNARY[domain])
    w.let(text.format(within(w, w.any(), domain)))


def with_constant(w: Writer) -> None:
    name, constant = w.any(), w.constant()
    w.let(w.pick(("{} * {}", "{} + {}", "{1} - {0}", "{} / {}")).format(name, f"({constant})"))


def binary(w: Writer) -> None:
    a = w.any()
    b = _partner(w, a)
    w.let(w.pick(BINARY).format(a, b))


def binary_nonzero(w: Writer) -> None:
    a, b = w.any(), w.any()
    w.let(w.pick(BINARY_NONZERO).format(a, within(w, b, "nonzero")))


def powers(w: Writer) -> None:
    a, b = w.any(), w.any()
    text = w.pick(("{} ** {}", "np.power({}, {})", "np.float_power({}, {})"))
    w.let(text.format(within(w, a, "positive"), within(w, b, "small")))


def apart(w: Writer) -> None:
    a = w.any()
    b = _partner(w, a) if w.chance(70) else w.constant()
    if _far(w, a, b):
        w.let(w.pick(BINARY_APART).format(a, b))


def masked(w: Writer) -> None:
    """``np.where`` by a comparison that no small step turns."""
    name, bound = w.any(), w.pick(("0.0", "0.5", "1.0", "-1.0"))
    if np.all(np.abs(np.asarray(w[name]) - float(bound)) > MARGIN):
        mask = f"{name} {w.pick(('>', '<', '>=', '<='))} {bound}"
        if w.chance(30):
            inverse = "np.logical_not({})" if isinstance(w[name], float) else "~({})"  # ~True is -2
            mask = w.pick((inverse, "({0}) & ({0})", "np.logical_not({})")).format(mask)
        w.let(f"np.where({mask}, {w.any()}, {w.pick((w.any(), w.constant()))})")


def clipped(w: Writer) -> None:
    name = w.any()
    value = np.asarray(w[name])
    if np.all(np.abs(np.abs(value) - 1.0) > MARGIN):
        w.let(w.pick(("np.clip({}, -1.0, 1.0)", "{}.clip(-1.0, 1.0)")).format(name))


def selected(w: Writer) -> None:
    a, b, c = w.any(), w.any(), w.any()
    if np.all(np.abs(np.asarray(w[a])) > MARGIN):
        w.let(f"np.select([{a} > 0.0, {a} < -1e9], [{b}, {c}], default=0.5)")


def mixed(w: Writer) -> None:
    """Operands of other dtypes."""
    name = w.any()
    kind = w.pick(("int", "bool", "float", "float32")) if w.chance(15) else "int"
    other = w.array(np.shape(w[name]), kind)
    text = "{} + {}" if kind == "bool" else w.pick(("{} * {}", "{} + {}", "{1} - {0}"))
    w.let(text.format(name, other))


def modulo(w: Writer) -> None:
    a = w.any()
    value = np.asarray(w[a]) / 1.7
    if np.all(np.abs(value - np.rint(value)) > MARGIN):
        text = ("{} % 1.7", "np.mod({}, 1.7)", "np.fmod({}, 1.7)", "np.divmod({}, 1.7)[1]")
        w.let(w.pick(text).format(a))


def _partner(w: Writer, name: str) -> str:
    """A variable or a constant that broadcasts with that one."""
    if w.chance(15):
        return w.array(np.shape(w[name])[-1:])
    return w.any()


def _far(w: Writer, a: str, b: str) -> bool:
    """Whether no element of a is near its partner in b."""
    other = w.values.get(b)
    if other is None:
        return "np." not in b and bool(np.all(np.abs(np.asarray(w[a]) - float(b)) > MARGIN))
    try:
        return bool(np.all(np.abs(np.subtract(w[a], other)) > MARGIN))
    except ValueError:
        return False


FORMS = (
    *(unary, with_constant, binary, unary, binary, binary_nonzero, powers, apart, masked),
    *(clipped, selected, mixed, modulo),
)
