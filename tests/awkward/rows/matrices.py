"""Matrices that are singular, and repeated eigenvalues and singular values."""

from tests.awkward.row import Group, Row

EYE = [[1.0, 0.0], [0.0, 1.0]]
ZEROS = [[0.0, 0.0], [0.0, 0.0]]
SINGULAR = [[1.0, 2.0], [2.0, 4.0]]

MATRICES = Group(
    "Matrices",
    "The determinant is a polynomial and has its derivative everywhere. Symmetric functions of "
    "repeated eigenvalues are smooth; the vectors that belong to them could be any.",
    (
        Row(
            "np.linalg.det(x)",
            SINGULAR,
            [[4.0, -2.0], [-2.0, 1.0]],
            "the cofactors, at rank n − 1",
        ),
        Row("np.linalg.det(x)", ZEROS, ZEROS, "all cofactors vanish"),
        Row("np.sum(np.linalg.eigvalsh(x))", EYE, EYE, "the trace"),
        Row("np.sum(np.linalg.eigvalsh(x) ** 2)", EYE, [[2.0, 0.0], [0.0, 2.0]], "the trace of x²"),
        Row(
            "np.linalg.eigh(x)[1][0, 0]",
            EYE,
            ZEROS,
            "no vector turns into another of the same value: the smallest possible derivative",
        ),
        Row("np.sum(np.linalg.svd(x)[1])", EYE, EYE, "the nuclear norm"),
        Row(
            "np.linalg.norm(x, 2)", EYE, [[0.5, 0.0], [0.0, 0.5]], "singular values that tie share"
        ),
        Row("np.linalg.norm(x, 'nuc')", ZEROS, ZEROS, "the tip of a cone"),
        Row(
            "np.linalg.norm(x, 'nuc')",
            [[2.0, 0.0], [0.0, 0.0]],
            [[1.0, 0.0], [0.0, 0.0]],
            "a singular value of 0 has the slope 0, like abs",
        ),
        Row(
            "np.linalg.slogdet(x)[1]",
            SINGULAR,
            "LinAlgError",
            "the slope would be the inverse, which there is none of",
        ),
        Row("np.linalg.inv(x)[0, 0]", SINGULAR, "LinAlgError", "there is no inverse"),
    ),
)
