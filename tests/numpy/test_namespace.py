"""The namespace as a whole: what it exports, signatures, options, fallbacks."""

import inspect

import numpy
import pytest

import clearprop as cp
import clearprop.numpy
from clearprop.errors import DetachmentError, UnsupportedError
from clearprop.numpy import elementwise, linalg
from clearprop.numpy.namespace import MODULES, NAMESPACE
from tests.numpy.test_functions import CASES, outcome

FUNCTIONS = [
    (module, name, getattr(numpy.linalg if module is linalg else numpy, name))
    for module in (*MODULES, linalg)
    for name in module.__all__
]


class Spy:
    """A namespace that remembers which of its names were used."""

    def __init__(self, namespace, prefix=""):
        self.namespace, self.prefix, self.seen = namespace, prefix, set()

    def __getattr__(self, name):
        if name == "linalg":
            self.linalg = Spy(self.namespace.linalg)
            return self.linalg
        self.seen.add(name)
        return getattr(self.namespace, name)


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::DeprecationWarning")
def test_every_function_stands_in_the_table():
    spy = Spy(clearprop.numpy)
    for case in CASES:
        outcome(lambda case=case: case.program(spy, *case.args))
    untried = set(clearprop.numpy.__all__) - spy.seen - {"linalg"}
    elsewhere = {  # tried in this file, in test_creation.py, or other names of what is tried
        *("abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "pow", "mod"),
        *("bitwise_invert", "bitwise_left_shift", "bitwise_not", "bitwise_right_shift", "concat"),
        *("true_divide", "sigmoid", "erf", "isscalar", "zeros", "ones", "empty", "eye", "tri"),
        *("identity", "indices", "asanyarray", "ascontiguousarray"),
        *("TopKResult", "segment_sum", "top_k"),
    }
    assert untried == elsewhere - spy.seen
    assert set(linalg.__all__) <= spy.linalg.seen


@pytest.mark.parametrize(
    ("module", "name", "original"),
    FUNCTIONS,
    ids=[f"{m.__name__}.{name}" for m, name, _ in FUNCTIONS],
)
def test_parameters_are_those_of_numpy_in_its_order(module, name, original):
    try:
        theirs = list(inspect.signature(original).parameters.values())
    except ValueError:
        pytest.skip("this version of NumPy does not say")
    ours = list(inspect.signature(getattr(module, name)).parameters.values())
    by_position = [p.name for p in ours if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if not any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in (*theirs, *ours)):
        assert by_position == [p.name for p in theirs][: len(by_position)]
        assert {p.name for p in ours} <= {p.name for p in theirs}


@pytest.mark.parametrize("name", sorted(clearprop.numpy.__all__))
def test_public_names_are_documented(name):
    assert getattr(clearprop.numpy, name).__doc__


def test_dir_and_import():
    assert {"sin", "einsum", "float64", "pi"} <= set(dir(clearprop.numpy))
    from clearprop.numpy import pi, sin

    assert sin(pi / 2) == 1


def test_other_names_are_numpys():
    assert clearprop.numpy.float32 is numpy.float32
    assert clearprop.numpy.unique is numpy.unique
    assert clearprop.numpy.linalg.eig is numpy.linalg.eig
    assert clearprop.numpy.add.reduce([1, 2]) == 3
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        clearprop.numpy.nonsense  # noqa: B018


def test_ufuncs_keep_their_methods():
    x = numpy.arange(3.0)
    np = clearprop.numpy
    assert cp.grad(lambda x: np.add.reduce(x))(x).tolist() == [1, 1, 1]
    assert cp.grad(lambda x: np.multiply.outer(x, x)[1, 2])(x).tolist() == [0, 2, 1]
    assert (np.add.nin, np.divmod.nout) == (2, 2)


@pytest.mark.parametrize("name", sorted(elementwise.__all__))
def test_other_names_of_ufuncs(name):
    original = getattr(numpy, name, None)
    ours = getattr(clearprop.numpy, name)
    assert original is None or ours.__name__ == original.__name__


def test_sigmoid_and_erf():
    for x in (0.5, 2, numpy.float32(1), numpy.array([-800.0, 0.0, 800.0]), [1, 2]):
        for f in (clearprop.numpy.sigmoid, clearprop.numpy.erf):
            plain = f(x)
            value, _ = cp.vjp(lambda y, x=x, f=f: f(x) + y, 0.0)
            numpy.testing.assert_allclose(value, plain)
            assert plain.dtype == (numpy.float32 if isinstance(x, numpy.float32) else float)
    assert clearprop.numpy.sigmoid(numpy.array([-800.0, 0.0, 800.0])).tolist() == [0, 0.5, 1]
    assert cp.grad(clearprop.numpy.sigmoid)(0.0) == 0.25


def trace_of(program, *args):
    return cp.trace(lambda *xs: program(clearprop.numpy, *xs))(*args)


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (lambda np, x: np.unique(x), "np.unique"),
        (lambda np, x: np.linalg.eig(x), "np.linalg.eig"),
        (lambda np, x: np.linalg.svd(x[:1]), "full_matrices=False"),
        (lambda np, x: np.linalg.qr(x[:, :1], "complete"), "mode='reduced'"),
        (lambda np, x: np.linalg.qr(x, "raw"), "mode='raw'"),
        (lambda np, x: np.linalg.pinv(x, [[1e-9]]), "tolerance for each matrix"),
        (lambda np, x: np.quantile(x, 0.5, method="closest_observation"), "closest_observation"),
        (lambda np, x: np.add(x, x, where=x > 0), "where="),
        (lambda np, x: np.add(x, x, dtype="float32"), "dtype="),
        (lambda np, x: np.logaddexp.accumulate(x), "logaddexp.accumulate"),
        (lambda np, x: np.add.reduceat(x, [0, 1]), "add.reduceat"),
        (lambda np, x: np.pad(x, 1, "mean"), "mode='mean'"),
        (lambda np, x: np.gradient(x, [0.0, 1.0], axis=0), "array of places"),
        (lambda np, x: np.interp(x, [0, 1], [0, 1], period=2), "period="),
        (lambda np, x: np.meshgrid(x, copy=False), "copy=False"),
        (lambda np, x: np.nan_to_num(x, copy=False), "copy="),
        (lambda np, x: x.partition(1), "attribute .partition"),
        (lambda np, x: x.strides, "attribute .strides"),
    ],
)
def test_what_is_not_traced_is_an_error_that_says_so(program, words):
    with pytest.raises(UnsupportedError) as caught:
        trace_of(program, numpy.ones((2, 2)))
    assert words in str(caught.value)
    assert "test_namespace.py" in str(caught.value)


def test_the_error_names_what_is_near():
    with pytest.raises(UnsupportedError, match=r"Near it: .*median"):
        trace_of(lambda np, x: np.nanmedian(x), numpy.ones(3))


def test_options_that_say_the_default_do_no_harm():
    np, x = clearprop.numpy, numpy.arange(4.0)
    program = lambda x: (  # noqa: E731
        np.sum(x, None, None, None, False)
        + np.sum(x, where=np._NoValue)
        + np.mean(x, out=None)
        + np.add(x, x, order="K", casting="same_kind", subok=True, where=True).sum()
        + np.zeros_like(x, device=None).sum()
        + np.ravel(x, order="C").sum()
    )
    assert cp.grad(program)(x).tolist() == [5.25] * 4


def test_unknown_options_are_numpys_error():
    with pytest.raises(TypeError, match="unexpected keyword argument 'axes'"):
        trace_of(lambda np, x: np.sum(x, axes=0), numpy.ones(3))


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (lambda np, x, y: np.add(x, 1, out=y), [2, 3]),
        (lambda np, x, y: np.add(x, 1, y), [2, 3]),
        (lambda np, x, y: np.sum([x, x], axis=0, out=y), [2, 4]),
        (lambda np, x, y: np.cumsum(x, out=y), [1, 3]),
        (lambda np, x, y: np.clip(x, 0, 1.5, out=y), [1, 1.5]),
        (lambda np, x, y: np.concatenate([x[:1], x[:1]], out=y), [1, 1]),
        (lambda np, x, y: np.square(x, out=y), [1, 4]),
        (lambda np, x, y: np.square(x[0], out=y), [1, 1]),
        (lambda np, x, y: x.cumsum(out=y), [1, 3]),
        (lambda np, x, y: x.sum(keepdims=True, out=y[:1]), [3, 0]),
        (lambda np, x, y: np.add.reduce(np.stack([x, x]), out=y), [2, 4]),
        (lambda np, x, y: np.matmul(np.eye(2), x, out=y), [1, 2]),
    ],
)
@pytest.mark.parametrize("namespace", [numpy, clearprop.numpy], ids=["numpy", "clearprop"])
def test_out_into_a_traced_array(program, expected, namespace):
    def f(x):
        y = clearprop.numpy.zeros(2)
        result = program(namespace, x, y)
        assert result is y or result.parent is y
        return y

    assert cp.vjp(f, numpy.array([1.0, 2.0]))[0].tolist() == expected


@pytest.mark.parametrize(
    ("program", "error", "words"),
    [
        (lambda np, x, y: np.add(x, 1, out=y[:1]), ValueError, "non-broadcastable output operand"),
        (lambda np, x, y: np.add(x, 1, out=np.zeros(2, int)), TypeError, "Cannot cast ufunc 'add'"),
        (lambda np, x, y: np.sum(x, out=y), ValueError, "non-broadcastable output operand"),
        (lambda np, x, y: np.add(x, 1, out=numpy.zeros(2)), DetachmentError, "out="),
        (lambda np, x, y: np.cumsum(x, out=numpy.zeros(2)), DetachmentError, "out="),
        (lambda np, x, y: np.add(x, 1, out=x), ValueError, "argument x is written into"),
        (lambda np, x, y: np.add(x[0], 1, out=x[0]), TypeError, "return arrays must be"),
        (lambda np, x, y: np.copyto(numpy.zeros(2), x), DetachmentError, "np.copyto"),
        (lambda np, x, y: np.put(numpy.zeros(2), 0, x), DetachmentError, "np.put"),
    ],
)
def test_out_that_does_not_fit(program, error, words):
    with pytest.raises(error) as caught:
        trace_of(lambda np, x: program(np, x, np.zeros(2)), numpy.array([1.0, 2.0]))
    assert words in str(caught.value)


def test_the_namespace_is_read_only():
    with pytest.raises(TypeError):
        NAMESPACE["sin"] = None
