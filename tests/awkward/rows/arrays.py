"""Empty arrays, other dtypes, positions that repeat, NaN, and memory that is shared."""

from math import nan

import numpy

from tests.awkward.row import Group, Row

EMPTY = Group(
    "Empty arrays and arrays without axes",
    "The gradient by an empty array is empty, whatever the value. Where NumPy has no value there "
    "is an error, as in NumPy.",
    (
        Row("np.sum(x)", [], [], "0 elements, 0 slopes"),
        Row("np.prod(x)", [], [], "0 elements, 0 slopes"),
        Row("np.mean(x)", [], [], "the value is NaN, and nothing depends on it"),
        Row("np.std(x)", [], [], "the value is NaN, and nothing depends on it"),
        Row("np.linalg.norm(x)", [], [], "0 elements, 0 slopes"),
        Row("np.max(x)", [], "ShapeError", "nothing is the largest of no elements"),
        Row("np.sum(x * x)", numpy.array(3.0), numpy.array(6.0), "an array without axes stays one"),
    ),
)

KINDS = Group(
    "Integers and booleans",
    "Integers do not move: to differentiate by one is an error, never a rounded derivative.",
    (
        Row("x * x", 3, "DtypeError", "write 3.0"),
        Row("x * 2.0", True, "DtypeError", "write 1.0"),
        Row("np.sum(x * x)", numpy.array([1, 2]), "DtypeError", "write x.astype(float)"),
        Row("x * np.round(x)", 2.0, 2.0, "a rounded number does not move either"),
    ),
)

POSITIONS = Group(
    "Positions that stand twice",
    "Reading twice adds up. Of several writes to one place the last one stays, as in NumPy, and "
    "has the whole derivative.",
    (
        Row("np.sum(x[np.array([0, 0, 1])])", [1.0, 2.0], [2.0, 1.0], "read twice, counted twice"),
        Row(
            "y = 0.0 * x[:1]; y[np.array([0, 0])] = x; y[0]",
            [1.0, 2.0],
            [0.0, 1.0],
            "the last one stays",
        ),
        Row(
            "y = 0.0 * x[:1]; y[np.array([0, 0])] += x; y[0]",
            [1.0, 2.0],
            [0.0, 1.0],
            "NumPy reads once before it writes, so only the last is added",
        ),
        Row(
            "y = 0.0 * x[:1]; np.add.at(y, np.array([0, 0]), x); y[0]",
            [1.0, 2.0],
            [1.0, 1.0],
            "this adds both",
        ),
    ),
)

NANS = Group(
    "NaN",
    "NaN spreads as it does in values: to the slopes that are computed from it, and no further.",
    (
        Row("np.sum(x)", [nan, 1.0], [1.0, 1.0], "a sum has the slope 1 whatever its terms are"),
        Row("np.sum(x * x)", [nan, 1.0], [nan, 2.0], "element by element"),
        Row("np.nansum(x * x)", [nan, 2.0], [0.0, 4.0], "NaN was left out"),
        Row(
            "np.max(x)",
            [nan, 1.0],
            [nan, nan],
            "NaN is the extreme, and who shares it is not known",
        ),
        Row("np.maximum(x, 1.0)", nan, nan, "NaN is the extreme"),
        Row("np.abs(x)", nan, nan, "the sign of NaN is NaN"),
        Row("np.where(np.isnan(x), 0.0, x * x)", nan, 0.0, "the constant was taken"),
    ),
)

MEMORY = Group(
    "Views, aliases and writes",
    "Memory behaves as in NumPy, and a derivative is that of the numbers that were used: what is "
    "written later changes nothing before. Arguments are read-only.",
    (
        Row(
            "y = x * 1.0; v = y[:2]; y[0] = 10.0 * x[1]; np.sum(v)",
            [1.0, 2.0, 3.0],
            [0.0, 11.0, 0.0],
            "the view sees what is written into its base",
        ),
        Row(
            "y = x * 1.0; v = y[1:]; v *= 3.0; np.sum(y)",
            [1.0, 2.0],
            [1.0, 3.0],
            "the base sees what is written into its view",
        ),
        Row(
            "y = x * 1.0; z = y; z += y; np.sum(y)", [1.0, 2.0], [2.0, 2.0], "two names, one array"
        ),
        Row(
            "c = np.array([2.0, 3.0]); y = np.sum(c * x); c[0] = 100.0; y",
            [1.0, 1.0],
            [2.0, 3.0],
            "the product used 2, and later writes do not reach it",
        ),
        Row("x[0] = 0.0; np.sum(x)", [1.0, 2.0], "ReadOnlyError", "write x = x.copy() first"),
    ),
)
