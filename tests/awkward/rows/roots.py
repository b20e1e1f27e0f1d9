"""Roots, lengths and angles where they are 0."""

from math import inf, nan

from tests.awkward.row import Group, Row

ZEROS = [[0.0, 0.0], [0.0, 0.0]]

ROOTS = Group(
    "Lengths, roots and angles at 0",
    "At the tip of a cone the derivative is the subgradient of smallest norm, 0, and so are all "
    "derivatives after it: the tip counts as flat, whether the length is written as `abs`, "
    "`hypot`, `norm` or `std`. A root alone has no bounded slope at 0.",
    (
        Row("np.abs(x)", 0.0, 0.0, "the mean of the slopes on both sides", 0.0),
        Row("np.hypot(x, 0.0)", 0.0, 0.0, "the tip of a cone, as for abs", 0.0),
        Row("np.linalg.norm(x)", [0.0, 0.0], [0.0, 0.0], "the tip of a cone", ZEROS),
        Row("np.linalg.norm(x, 3)", [0.0, 0.0], [0.0, 0.0], "the tip of a cone", ZEROS),
        Row("np.linalg.norm(x, 1)", [0.0, 2.0], [0.0, 1.0], "a sum of absolute values", ZEROS),
        Row("np.linalg.norm(x, np.inf)", [2.0, -2.0], [0.5, -0.5], "ties share", ZEROS),
        Row("np.std(x)", [1.0, 1.0], [0.0, 0.0], "the tip of a cone", ZEROS),
        Row(
            "np.var(x)",
            [1.0, 1.0],
            [0.0, 0.0],
            "smooth, so nothing was to be decided",
            second=[[0.5, -0.5], [-0.5, 0.5]],
        ),
        Row("np.std(x)", [3.0], [0.0], "a single number does not spread", [[0.0]]),
        Row("np.sqrt(x)", 0.0, inf, "the slope grows without bound towards 0", -inf),
        Row("np.sqrt(x)", -1.0, nan, "no real root, so no slope", nan),
        Row("np.cbrt(x)", 0.0, inf, "the slope grows without bound from both sides"),
        Row(
            "np.sqrt(x * x)",
            0.0,
            nan,
            "the slope 0 of the square meets the infinite one of the root; write np.abs(x)",
        ),
        Row("np.arctan2(x, 0.0)", 0.0, nan, "the angle of the origin could be any"),
        Row("np.arctan2(x, -2.0)", 0.0, -0.5, "on the cut the angle jumps, its slope does not"),
    ),
)
