"""Points at which a derivative of a composed function is a decision, or is easily got wrong."""

import numpy
import pytest

import clearprop as cp
import clearprop.numpy as np

ZEROS = numpy.zeros(3)


@pytest.mark.parametrize(
    "f",
    [
        np.linalg.norm,
        lambda x: np.linalg.norm(x, 3),
        lambda x: np.linalg.norm(x, 1),
        lambda x: np.linalg.norm(np.outer(x, x)),
        lambda x: np.linalg.norm(np.stack([x, x]), axis=1).sum(),
        np.linalg.vector_norm,
        np.std,
        lambda x: np.std(x, ddof=1),
        np.nanstd,
    ],
)
def test_the_smallest_subgradient_at_the_tip_of_a_cone(f):
    assert cp.grad(f)(ZEROS).tolist() == [0, 0, 0]
    assert not numpy.isnan(cp.hessian(f)(ZEROS)).any()


def test_norms_away_from_0_are_untouched_by_that():
    x = numpy.array([3.0, 0.0, -4.0])
    numpy.testing.assert_allclose(cp.grad(np.linalg.norm)(x), x / 5)
    numpy.testing.assert_allclose(
        cp.hessian(np.linalg.norm)(x), (numpy.eye(3) - numpy.outer(x, x) / 25) / 5
    )


def test_maxima_share_ties():
    x = numpy.array([1.0, 2.0, 2.0])
    for f in (np.max, np.ptp, lambda x: np.linalg.norm(x, np.inf), np.nanmax):
        assert cp.grad(f)(x)[1:].tolist() == [0.5, 0.5]
    assert cp.grad(lambda x: np.linalg.norm(np.diag(x), 1))(x).tolist() == [0, 0.5, 0.5]


def test_sinc_has_derivatives_of_every_order_at_0():
    assert np.sinc(0.0) == 1
    value, first = cp.value_and_grad(np.sinc)(0.0)
    assert (value, first) == (1, 0)
    second = cp.grad(cp.grad(np.sinc))
    fourth = cp.grad(cp.grad(second))
    assert second(0.0) == pytest.approx(-(numpy.pi**2) / 3)
    assert fourth(0.0) == pytest.approx(numpy.pi**4 / 5)
    edge = 1 / numpy.pi  # where the series ends
    below, above = second(edge - 1e-9), second(edge + 1e-9)
    assert below == pytest.approx(above, rel=1e-6)


@pytest.mark.parametrize("f", [np.prod, lambda x: np.cumprod(x)[-1]])
def test_products_with_zeros(f):
    assert cp.grad(f)(numpy.array([2.0, 0.0, 5.0])).tolist() == [0, 10, 0]
    assert cp.grad(f)(numpy.array([2.0, 0.0, 0.0])).tolist() == [0, 0, 0]
    second = cp.hessian(f)(numpy.array([2.0, 0.0, 0.0]))
    assert second.tolist() == [[0, 0, 0], [0, 0, 2], [0, 2, 0]]


def test_a_branch_that_is_not_taken_leaves_no_nan():
    x = numpy.array([numpy.nan, 1.0, -numpy.inf])
    assert cp.grad(lambda x: np.nansum(x * 2))(x).tolist() == [0, 2, 2]
    assert cp.grad(lambda x: np.sum(np.nan_to_num(x)))(x).tolist() == [0, 1, 0]
    assert cp.grad(lambda x: np.sum(x, where=np.isfinite(x)))(x).tolist() == [0, 1, 0]
    assert cp.grad(lambda x: np.nanmean(x[:2]))(x).tolist() == [0, 1, 0]
    slopes = cp.grad(lambda fp: np.sum(np.interp(x[1:], [0, 1, 2], fp)))(numpy.array([1.0, 2, 3]))
    assert slopes.tolist() == [1, 1, 0]


def test_clip_at_its_ends():
    assert cp.grad(lambda x: np.sum(np.clip(x, 0, 1)))(
        numpy.array([-1.0, 0.0, 0.5, 1.0])
    ).tolist() == [*(0, 0.5, 1, 0.5)]


def test_steps_have_no_derivative():
    x = numpy.array([0.25, -1.5])
    for f in (np.round, np.fix, np.floor, np.sign, lambda x: np.heaviside(x, 0.5)):
        assert cp.grad(lambda x, f=f: np.sum(f(x) + 0 * x))(x).tolist() == [0, 0]
    fraction = lambda x: np.sum(np.modf(x)[0])  # noqa: E731
    assert cp.grad(fraction)(numpy.array([2.0, -2.0, 0.5])).tolist() == [1, 1, 1]


def test_polynomials_at_0():
    assert cp.grad(lambda x: np.polyval([1.0, 2.0, 3.0], x))(0.0) == 2
    assert cp.grad(lambda x: np.sum(np.vander(x, 3)))(ZEROS).tolist() == [1, 1, 1]
    assert cp.grad(lambda x: np.sum(x ** numpy.arange(3)))(ZEROS).tolist() == [0, 1, 0]


def test_interpolation_at_a_point_takes_the_next_segment():
    f = lambda x: np.interp(x, [0, 1, 2], [0, 1, 5])  # noqa: E731
    assert [cp.grad(f)(x) for x in (-1.0, 0.0, 0.5, 1.0, 2.0, 3.0)] == [0, 1, 1, 4, 4, 0]


def test_questions_become_guards():
    def f(x):
        if np.allclose(x, 1) or np.array_equal(x, ZEROS) or np.array_equiv(x, 2.0):
            return x.sum()
        return x.prod()

    graph = cp.trace(f)(numpy.array([1.0, 2.0]))
    assert [(guard.kind, guard.outcome) for guard in graph.guards] == [("bool", False)] * 2
