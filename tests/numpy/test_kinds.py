"""What a function makes of a number of Python's, of a scalar of NumPy's and of a 0-d array."""

import numpy
import pytest

import clearprop as cp
import clearprop.numpy
from clearprop.tracing import Traced, bottom
from tests.numpy.running import assert_same, traced

POINTS = {
    "a float": 0.548,
    "a complex": 0.5 + 0.2j,
    "an int": 3,
    "a float64": numpy.float64(0.548),
    "a float32": numpy.float32(0.548),
    "a 0-d array": numpy.array(0.548),
    "a 0-d float32": numpy.array(0.548, numpy.float32),
}

OF_ANY = """\
np.transpose(x)
np.permute_dims(x)
np.squeeze(x)
np.reshape(x, ())
np.reshape(x, (1,))[0]
np.swapaxes(np.reshape(x, (1, 1)), 0, 1)
np.moveaxis(x, (), ())
np.expand_dims(x, ())
np.expand_dims(x, 0)
np.atleast_1d(x)
np.ravel(x)
np.broadcast_to(x, ())
np.broadcast_arrays(x, 1.0)
np.pad(x, 0)
np.pad(x, 0, constant_values=1)
np.flip(x)
np.copy(x)
np.positive(x)
np.conj(x)
np.real(x)
np.imag(x)
np.real(x) * np.float32(2)
np.real_if_close(x)
np.sum(x)
np.mean(x)
np.where(x == 0, x, 1.0)
np.select([x == x], [x])
np.take(x, 0)
np.tile(x, ())
np.tensordot(x, x, 0)
np.dot(x, x)
np.kron(x, x)
np.linspace(x, 1.0, 3)
np.logspace(0, x, 3)
np.add(x, x) * np.float32(2)
np.transpose(x) * np.float32(2)
x * np.float32(2)
-x + 1
x * np.array(2.0, np.float32)""".splitlines()

OF_REALS = """\
np.divmod(x, 1.7)
divmod(x, 1.7)
np.modf(x)
np.fmax(0.5, x)
np.fmin(x, 0.5)
np.heaviside(0.5, x)
np.logaddexp2(0.5, x)
np.copysign(0.5, x)
np.float_power(2, x)
np.fabs(x)
np.clip(x, -1.0, 1.0)
np.round(x)
np.median(x)
np.linspace(x, [1, 2], 3)""".splitlines()

CASES = [
    *[(name, text) for name in POINTS for text in OF_ANY],
    *[(name, text) for name in POINTS for text in OF_REALS if name != "a complex"],
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("namespace", [numpy, clearprop.numpy], ids=["numpy", "clearprop.numpy"])
@pytest.mark.parametrize(("name", "text"), CASES)
def test_the_result_is_of_the_kind_that_numpy_gives(name, text, namespace):
    def program(np, x):
        return eval(text, {"np": np, "x": x})

    assert_kind(
        traced(lambda x: program(namespace, x), (POINTS[name],))[0], program(numpy, POINTS[name])
    )


def assert_kind(ours, theirs):
    """As :func:`assert_same`; a number of Python's is weak while it is traced."""
    if isinstance(theirs, tuple):
        for mine, other in zip(ours, theirs, strict=True):
            assert_kind(mine, other)
    elif isinstance(theirs, (numpy.ndarray, numpy.generic)):
        assert_same(ours, theirs)
    elif ours.__class__ is Traced:
        assert ours.type.weak
        assert not ours.is_array
        assert abs(bottom(ours) - theirs) < 1e-12
    else:
        assert (type(ours), ours) == (type(theirs), theirs)


def test_an_array_made_of_a_number_can_be_written_into():
    def f(x):
        y = numpy.transpose(x)
        z = numpy.squeeze(y)
        z[...] = x * x
        return y

    assert cp.grad(f)(3.0) == 6.0
    with pytest.raises(TypeError, match="does not support item assignment"):
        cp.grad(f)(numpy.float64(3.0))
