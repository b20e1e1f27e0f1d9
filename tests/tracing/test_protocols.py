"""NumPy's protocols: what plain ``numpy`` code does with traced arrays."""

import numpy as np
import pytest

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.errors import DetachmentError, UnsupportedError
from clearprop.tracing import Traced
from tests.numpy.running import assert_same, traced

A = np.sqrt(2.0 + np.arange(12.0)).reshape(3, 4)
V = np.array([0.5, 1.5, -2.0, 0.25])


def same(program, *args):
    """The program gives the same when it is traced; its derivative is that of its graph."""
    theirs = program(*args)
    assert_same(traced(program, args)[0], theirs)


# __array_ufunc__ ---------------------------------------------------------------------------------

REDUCIBLE = ("add", "multiply", "maximum", "minimum", "logical_and", "logical_or")


@pytest.mark.parametrize("name", REDUCIBLE)
def test_reduce(name):
    ufunc = getattr(np, name)
    same(lambda x: ufunc.reduce(x), A)
    same(lambda x: ufunc.reduce(x, axis=1), A)
    same(lambda x: ufunc.reduce(x, axis=None), A)
    same(lambda x: ufunc.reduce(x, (0, 1), None, None, True), A)
    same(lambda x: ufunc.reduce(x, axis=-1, keepdims=True), A)
    same(lambda x: ufunc.reduce(x), A.astype("int8"))
    same(lambda x: ufunc.reduce(x), A > 2)
    options = {} if name.startswith("logical") else {"initial": 1}
    same(lambda x: ufunc.reduce(x, axis=1, where=x > 2, **options), A)


def test_reduce_to_a_dtype():
    same(lambda x: np.add.reduce(x, dtype="float32"), A)
    with pytest.raises(UnsupportedError, match=r"maximum\.reduce with dtype="):
        traced(lambda x: np.maximum.reduce(x, dtype="float32"), (A,))


def test_accumulate():
    same(lambda x: np.add.accumulate(x), A)
    same(lambda x: np.add.accumulate(x, 1), A)
    same(lambda x: np.multiply.accumulate(x, axis=1), A)
    same(lambda x: np.maximum.accumulate(x), A)
    same(lambda x: np.minimum.accumulate(x, axis=1), A.astype("int8"))
    same(lambda x: np.add.accumulate(x), A.astype("int8"))


@pytest.mark.parametrize("name", ["add", "multiply", "subtract", "maximum", "less", "arctan2"])
def test_outer(name):
    ufunc = getattr(np, name)
    same(lambda x, y: ufunc.outer(x, y), A, V)
    same(lambda x: ufunc.outer(V, x), A)
    same(lambda x: ufunc.outer(x, 2.0), V)
    same(lambda x: ufunc.outer([1, 2], x), V.astype("float32"))


@pytest.mark.parametrize(
    "program",
    [
        lambda x: np.subtract.reduce(x),
        lambda x: np.hypot.accumulate(x),
        lambda x: np.add.reduceat(x, [0, 1]),
        lambda x: np.gcd(x, 2),
        lambda x: np.nextafter(x, 0.0),
        lambda x: np.frexp(x),
        lambda x: np.add(x, x, where=[True, False, True, True]),
        lambda x: np.add(x, x, casting="unsafe"),
        lambda x: np.sin(x, dtype="float32"),
    ],
)
def test_what_ufuncs_do_that_is_not_traced(program):
    with pytest.raises((UnsupportedError, TypeError)) as caught:
        traced(program, (V,))
    if isinstance(caught.value, UnsupportedError):
        assert "test_protocols.py" in str(caught.value)


def test_results_of_ufuncs_are_strong_and_0_d_ones_scalars():
    graph = cp.trace(lambda x: (np.sin(x), np.add(x, 1), x + 1))(2.0)
    assert [str(value.type) for value in graph.outputs] == ["float64", "float64", "float"]
    same(lambda x: (np.sin(x), np.add(x, x)), np.array(2.0))


def test_several_results():
    same(lambda x: np.divmod(x, 0.75), V)
    same(lambda x: np.modf(x), V)

    def program(x):
        whole, part = x * 0, x * 0
        result = np.modf(x, out=(part, whole))
        assert result[0] is part
        return part, whole

    same(program, V)


def test_a_plain_operand_on_the_left():
    same(lambda x: (V + x, V - x, V * x, V / x, np.less(V, x), V @ x, np.float64(2) * x, 2 - x), V)
    same(lambda x: np.float32(2) ** x, V.astype("float32"))
    same(lambda x: np.add(V, [1, 2, 3, 4]) + x, V)


def test_a_plain_array_keeps_no_traced_value():
    def in_place(x):
        y = np.ones(4)
        y += x
        return y

    def element(x):
        y = np.ones(4)
        y[0] = x[0]
        return y

    def part(x):
        y = np.ones(4)
        y[:2] = x[:2]
        return y

    def listed(x):
        return np.array([x[0], x[1]])

    for program in (in_place, element, part, listed, lambda x: np.float64(x[0]), np.asarray):
        with pytest.raises(DetachmentError):
            cp.grad(lambda x, program=program: program(x))(V)


# out= --------------------------------------------------------------------------------------------


def test_out_in_the_array_itself():
    def program(x):
        y = x.copy()
        alias = y[1:]
        assert np.multiply(y, 2, out=y) is y
        np.add(y[:2], 1, out=y[:2])
        np.sqrt(np.abs(y), out=y)
        np.cumsum(y, out=y)
        return y, alias

    same(program, V)


def test_out_broadcasts_and_casts_as_numpy_does():
    def program(x):
        y = np.zeros_like(x, shape=(2, 4))
        z = np.zeros_like(x, dtype="float32")
        np.add(x, 1, out=y)
        np.add(x, 1, out=z)
        return y, z

    same(program, V)


def test_out_of_plain_operands_into_a_traced_array():
    def program(x):
        y = x.copy()
        np.add(V, V, out=y)
        np.sum(A, axis=0, out=y)
        return y * x

    same(program, V)


# __array_function__ ------------------------------------------------------------------------------


def test_functions_lead_to_ours():
    same(lambda x: np.concatenate([x, V, x[:1]]), V)
    same(lambda x: np.where(V > 0, x, 0), V)
    same(lambda x: np.linalg.norm(x), V)
    same(lambda x: np.einsum("ij,j", A, x), V)
    same(lambda x: np.copyto(y := x.copy(), V) or y, V)
    same(lambda x: np.stack((x, V), axis=1).sum(axis=0), V)
    same(lambda x: np.mean(x, keepdims=np._NoValue), V)


@pytest.mark.parametrize(
    ("program", "name"),
    [
        (lambda x: np.partition(x, 1), "np.partition"),
        (np.nanmedian, "np.nanmedian"),
        (np.unique, "np.unique"),
        (np.histogram, "np.histogram"),
        (lambda x: np.unwrap(x), "np.unwrap"),
        (lambda x: np.linalg.eig(np.outer(x, x)), "np.linalg.eig"),
        (lambda x: np.apply_along_axis(np.sum, 0, x), "np.apply_along_axis"),
    ],
)
def test_functions_that_are_not_traced(program, name):
    with pytest.raises(UnsupportedError) as caught:
        traced(lambda x: program(x), (V,))
    assert f"{name} is not traced" in str(caught.value)
    assert "cp.stop_gradient(x).value" in str(caught.value)


def test_the_machinery_is_no_function():
    def getitem(x):
        return x

    getitem.__module__ = "numpy"
    traced_value = []
    cp.grad(lambda x: (traced_value.append(x), x[0])[1])(V)
    with pytest.raises(UnsupportedError):
        traced_value[0].__array_function__(getitem, (), (traced_value[0],), {})


def test_hidden_errors_come_out():
    def program(x):
        y = np.zeros(2)
        y[0] = x  # NumPy says: setting an array element with a sequence
        return y

    with pytest.raises(DetachmentError, match="storing x in a plain NumPy array"):
        cp.grad(program)(1.0)


def test_printing_changes_nothing():
    def f(x):
        total = x.sum()
        assert (f"{x!r}", f"{x}", f"{total:.2f}") == (f"Traced({V!r})", f"{V}", "0.25")
        return total

    assert len(cp.trace(f)(V).nodes) == 1


def test_python_numbers_meet_as_in_python():
    def f(n, x):
        assert n < 3
        assert (n + 1) / 2 == 1.5
        return n * x, n / 2, n * np.float32(0.5), n**2

    graph = cp.trace(f)(2, 0.5)
    assert [str(value.type) for value in graph.outputs] == ["float", "float", "float32", "int"]


def test_integers_out_of_bounds():
    bytes_ = np.array([1, 2], "uint8")
    for program in (lambda x: x + 300, lambda x: x * -1, lambda x: np.maximum(x, 256)):
        with pytest.raises(OverflowError):
            program(bytes_)
        with pytest.raises(OverflowError):
            traced(program, (bytes_,))
    same(lambda x: (x < 300, x != -1, x >= 300), bytes_)


def test_the_same_in_nested_derivatives():
    f = lambda x: np.sum(np.sin(x) * np.cumsum(x))  # noqa: E731
    g = lambda x: cnp.sum(cnp.sin(x) * cnp.cumsum(x))  # noqa: E731
    np.testing.assert_array_equal(cp.hessian(f)(V), cp.hessian(g)(V))


def test_traced_is_never_left_in_a_plain_array():
    kept = traced(lambda x: np.multiply(x, V), (V,))[0]
    assert kept.__class__ is Traced
    with pytest.raises(DetachmentError):
        np.asarray(kept)
