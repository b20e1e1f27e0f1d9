"""Ties, jumps and products with zeros."""

from math import inf

from tests.awkward.row import Group, Row

TIES = Group(
    "Ties",
    "Where several elements are the extreme they share its derivative equally: the subgradient of "
    "smallest norm. A bound counts as one more element.",
    (
        Row("np.maximum(x, 0.0)", 0.0, 0.5, "the mean of the slopes on both sides: relu", 0.0),
        Row("np.minimum(x, 0.0)", 0.0, 0.5, "the mean of the slopes on both sides", 0.0),
        Row("np.maximum(x, x)", 1.0, 1.0, "two halves of the same", 0.0),
        Row("np.max(x)", [1.0, 1.0, 0.0], [0.5, 0.5, 0.0], "ties share"),
        Row("np.min(x)", [0.0, 0.0, 0.0, 1.0], [1 / 3, 1 / 3, 1 / 3, 0.0], "ties share"),
        Row("np.ptp(x)", [1.0, 1.0], [0.0, 0.0], "the shares of both extremes cancel"),
        Row("np.clip(x, 0.0, 1.0)", 0.0, 0.5, "the mean of the slopes on both sides", 0.0),
        Row("np.clip(x, 0.0, 1.0)", 1.0, 0.5, "the mean of the slopes on both sides", 0.0),
        Row("np.clip(x, 0.0, 0.0)", 0.0, 0.0, "bounds that meet leave a constant", 0.0),
        Row("np.max(x)", [inf, inf], [0.5, 0.5], "infinities tie as well"),
        Row("np.sort(x)[0]", [1.0, 1.0, 2.0], [0.5, 0.5, 0.0], "the smallest, as for np.min"),
        Row("np.median(x)", [1.0, 1.0, 2.0], [0.5, 0.5, 0.0], "either could stand in the middle"),
        Row("np.argmax(x) * x[0]", [1.0, 1.0], [0.0, 0.0], "the position, 0 here, has no path"),
    ),
)

STEPS = Group(
    "Jumps",
    "A step is flat on both sides of its jump and has no path; the jump itself is not part of a "
    "derivative. Of a remainder the slopes are those towards a larger dividend.",
    (
        Row("np.sign(x)", 0.0, 0.0, "a step", 0.0),
        Row("x * np.sign(x)", 0.0, 0.0, "the value of the step at 0 is 0"),
        Row("np.floor(x)", 1.0, 0.0, "a step", 0.0),
        Row("np.ceil(x)", 1.0, 0.0, "a step", 0.0),
        Row("np.round(x)", 0.5, 0.0, "a step", 0.0),
        Row("np.trunc(x)", 1.0, 0.0, "a step", 0.0),
        Row("x // 1.0", 1.0, 0.0, "a step", 0.0),
        Row("np.heaviside(x, 0.5)", 0.0, 0.0, "a step", 0.0),
        Row("x % 1.0", 1.0, 1.0, "1 on both sides", 0.0),
        Row("np.mod(5.0, x)", 2.5, -2.0, "minus the quotient rounded down, 2", 0.0),
        Row("(x > 0) * x", 0.0, 0.0, "the comparison is False and has no path"),
    ),
)

PRODUCTS = Group(
    "Products with zeros",
    "A product is a polynomial and so are its derivatives; nothing is divided by an element.",
    (
        Row(
            "np.prod(x)",
            [0.0, 2.0, 3.0],
            [6.0, 0.0, 0.0],
            "the product of the others",
            second=[[0.0, 3.0, 2.0], [3.0, 0.0, 0.0], [2.0, 0.0, 0.0]],
        ),
        Row(
            "np.prod(x)",
            [0.0, 0.0, 3.0],
            [0.0, 0.0, 0.0],
            "the product of the others",
            second=[[0.0, 3.0, 0.0], [3.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
        ),
        Row(
            "np.sum(np.cumprod(x))",
            [0.0, 2.0],
            [3.0, 0.0],
            "x₀ + x₀ x₁",
            second=[[0.0, 1.0], [1.0, 0.0]],
        ),
    ),
)
