"""Powers, logarithms, quotients and inverse functions at the ends of their domains."""

from math import inf, nan, pi

from tests.awkward.row import Group, Row

POWERS = Group(
    "Powers",
    "A constant exponent keeps its closed form. Where the exponent moves, 0ᵇ is flat for b > 0; at "
    "b = 0 it jumps from 1 to 0, where no slope is sensible.",
    (
        Row("x**0", 0.0, 0.0, "1 whatever x is", 0.0),
        Row("x**1", 0.0, 1.0, "x itself", 0.0),
        Row("x**2", 0.0, 0.0, "2x, and then 2", 2.0),
        Row("x**1.5", 0.0, 0.0, "1.5 √x, whose slope is infinite", inf),
        Row("x**0.5", 0.0, inf, "the root", -inf),
        Row("x**-1", 0.0, -inf, "the limit from the right, as the value ∞ is"),
        Row("np.sum(x ** np.arange(3))", [0.0, 0.0, 0.0], [0.0, 1.0, 0.0], "x⁰, x¹, x²"),
        Row("np.power(0.0, x)", 2.0, 0.0, "0ᵇ = 0 all around b = 2", 0.0),
        Row("np.power(0.0, x)", 0.0, nan, "0ᵇ jumps from 1 to 0 as b leaves 0"),
        Row("np.power(-2.0, x)", 2.0, nan, "not real at exponents between the integers"),
        Row("x**x", 0.0, nan, "0ᵇ jumps there; from the right the slope tends to −∞"),
    ),
)

ENDS = Group(
    "Ends of a domain, and beyond",
    "At the end of its domain a function keeps the limit of its slope, infinite if it is. Beyond, "
    "where finite numbers have no value, there is no slope either: NaN, even where the formula of "
    "the slope would give a number.",
    (
        Row("np.log(x)", 0.0, inf, "the slope grows without bound towards 0", -inf),
        Row("np.log(x)", -2.0, nan, "no value, so no slope; 1/x would be −½", nan),
        Row("np.log2(x)", -2.0, nan, "no value, so no slope"),
        Row("np.log10(x)", -2.0, nan, "no value, so no slope"),
        Row("np.log1p(x)", -1.0, inf, "as log at 0"),
        Row("np.log1p(x)", -2.0, nan, "no value, so no slope"),
        Row("x * np.log(x)", 0.0, nan, "0 · ∞ in the value and in the slope; choose with where"),
        Row("1 / x", 0.0, -inf, "the limit from the right, as the value ∞ is"),
        Row("x / x", 0.0, nan, "no value, so no slope"),
        Row("np.arcsin(x)", 1.0, inf, "the slope grows without bound towards 1"),
        Row("np.arccos(x)", -1.0, -inf, "the slope grows without bound towards −1"),
        Row("np.arccos(x)", 2.0, nan, "no value, so no slope"),
        Row("np.arctanh(x)", 1.0, inf, "the slope grows without bound towards 1"),
        Row("np.arctanh(x)", 2.0, nan, "no value, so no slope; the formula would give −⅓"),
        Row("np.arccosh(x)", 1.0, inf, "the slope grows without bound towards 1"),
        Row("np.arccosh(x)", 0.5, nan, "no value, so no slope"),
        Row("np.sinc(x)", 0.0, 0.0, "the hole at 0 is filled, at every order", -(pi**2) / 3),
    ),
)

EXPONENTIALS = Group(
    "Exponentials of infinities",
    "Two equal infinities have no difference, yet as the two sides of `logaddexp` they share like "
    "any two equal numbers.",
    (
        Row("np.logaddexp(x, -np.inf)", -inf, 0.5, "both sides are equal: half a share"),
        Row("np.logaddexp(x, np.inf)", inf, 0.5, "both sides are equal: half a share"),
        Row("np.logaddexp(x, 0.0)", -inf, 0.0, "the other side takes all"),
        Row("np.logaddexp(x, 0.0)", 0.0, 0.5, "smooth, so nothing was to be decided", 0.25),
        Row("np.log(np.sum(np.exp(x)))", [0.0, -inf], [1.0, 0.0], "e^−∞ = 0 has no share"),
        Row(
            "m = np.max(x); m + np.log(np.sum(np.exp(x - m)))",
            [0.0, -inf],
            [1.0, 0.0],
            "the same, without overflow",
        ),
        Row(
            "m = np.max(x); m + np.log(np.sum(np.exp(x - m)))",
            [-inf, -inf],
            [nan, nan],
            "∞ − ∞: written out like this it has no value",
        ),
        Row(
            "e = np.exp(x - np.max(x)); (e / np.sum(e))[0]",
            [0.0, -inf],
            [0.0, 0.0],
            "softmax: the first takes all",
        ),
    ),
)
