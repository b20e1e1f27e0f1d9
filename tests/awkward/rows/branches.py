"""A branch that was not taken, by ``where`` and by what else chooses."""

from tests.awkward.row import Group, Row

UNIT = "n = np.sqrt(np.sum(x * x)); np.sum(np.where(n > 0, x / n, 0.0))"

BRANCHES = Group(
    "A branch that was not taken",
    "What was not chosen has no path, so its slope cannot spoil the derivative, be it infinite or "
    "NaN. That holds through everything that works element by element, and through what moves or "
    "adds elements; a matrix product mixes elements, so behind it all of them count.",
    (
        Row(
            "np.where(x > 0, np.sqrt(x), 0.0)",
            0.0,
            0.0,
            "the constant was taken; the infinite slope of the root is not on the path",
            second=0.0,
        ),
        Row(
            "np.where(x > 0, np.sqrt(x), 0.0)", -1.0, 0.0, "the root is NaN, and was not taken", 0.0
        ),
        Row("np.sqrt(np.where(x > 0, x, 0.0))", -1.0, 0.0, "a constant enters the root", 0.0),
        Row("np.where(x > 0, x * np.log(x), 0.0)", 0.0, 0.0, "the constant was taken", 0.0),
        Row("np.where(x > 0, np.log(x), x)", 0.0, 1.0, "the slope of x, which was taken", 0.0),
        Row("np.where(x != 0, 1 / x, 0.0)", 0.0, 0.0, "the constant was taken", 0.0),
        Row(
            "np.where(x == 0, 1.0, np.sin(x) / x)",
            0.0,
            0.0,
            "the 1 that was taken has no slope, and no second one; np.sinc has the true −π²/3",
            second=0.0,
        ),
        Row(
            "np.sum(np.where(x > 0, np.log(x), 0.0))",
            [0.0, 2.0],
            [0.0, 0.5],
            "element by element",
            second=[[0.0, 0.0], [0.0, -0.25]],
        ),
        Row(
            UNIT,
            [0.0, 0.0],
            [0.0, 0.0],
            "back through the sum as well: where no element counts, the root does not",
            second=[[0.0, 0.0], [0.0, 0.0]],
        ),
        Row(
            "y = np.log(x); y[x == 0] = 0.0; np.sum(y)",
            [0.0, 2.0],
            [0.0, 0.5],
            "writing where a mask is true is a choice too",
        ),
        Row(
            "np.sum(np.log(x)[x > 0])",
            [0.0, 2.0],
            [0.0, 0.5],
            "elements that are not picked are not on a path",
        ),
        Row("np.maximum(np.log(x), -10.0)", 0.0, 0.0, "the smaller one has no path", 0.0),
        Row("np.sqrt(np.maximum(x, 0.0))", -1.0, 0.0, "a constant enters the root", 0.0),
        Row("np.clip(1 / x, -5.0, 5.0)", 0.0, 0.0, "outside of the bounds there is no path", 0.0),
        Row("np.max(np.log(x))", [0.0, 1.0], [0.0, 1.0], "only the largest element has a path"),
        Row(
            "np.where(x > 0, x, 0.0)",
            0.0,
            0.0,
            "the comparison is False, so the constant was taken; np.maximum(x, 0.0) has ½",
            second=0.0,
        ),
        Row(
            "np.sum(np.where(x > 0, np.eye(2) @ np.sqrt(x), 0.0))",
            [0.0, 4.0],
            [float("nan"), 0.25],
            "the product mixes elements: 0 · ∞. Choose before it, from the operands",
        ),
    ),
)
