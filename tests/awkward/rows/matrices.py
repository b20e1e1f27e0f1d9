"""Matrices that are singular, and repeated eigenvalues and singular values."""

from tests.awkward.row import Group, Row

EYE = [[1.0, 0.0], [0.0, 1.0]]

MATRICES = Group(
    "Matrices",
    "The determinant is a polynomial and has its derivative everywhere. Symmetric functions of "
    "repeated eigenvalues are smooth; the vectors that belong to them could be any.",
    (
        Row(
            "np.linalg.det(x)",
            [[1.0, 2.0], [2.0, 4.0]],
            [[4.0, -2.0], [-2.0, 1.0]],
            "the cofactors, at rank n − 1",
        ),
        Row("np.linalg.det(x)", [[0.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]], "all vanish"),
        Row("np.sum(np.linalg.eigvalsh(x))", EYE, EYE, "the trace"),
        Row("np.sum(np.linalg.eigvalsh(x) ** 2)", EYE, [[2.0, 0.0], [0.0, 2.0]], "the trace of x²"),
        Row(
            "np.linalg.eigh(x)[1][0, 0]",
            EYE,
            [[0.0, 0.0], [0.0, 0.0]],
            "no vector turns into another of the same value: the smallest possible derivative",
        ),
        Row("np.sum(np.linalg.svd(x)[1])", EYE, EYE, "the nuclear norm"),
    ),
)
