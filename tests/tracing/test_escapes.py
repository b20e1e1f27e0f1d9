"""An error about a lost derivative speaks of what the user's code was doing."""

import math
from math import sin

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import DetachmentError

V = np.array([1.0, 2.0, 3.0])


def stored(x):
    y = np.zeros(3)
    y[0] = x[0]


def stored_as_a_slice(x):
    y = np.zeros(3)
    y[:] = x


def stored_at(x):
    y = np.zeros(3, int)
    y[np.argsort(x)] = 1


def loaded(x):
    return V[np.argsort(x)]


def loaded_with_more(x):
    return np.ones((3, 3))[0, np.argsort(x)]


def over_several_lines(x):
    return math.sin(
        x[0],
    )


@pytest.mark.parametrize(
    ("f", "said"),
    [
        (stored, "storing x in a plain NumPy array would detach a traced float64 "),
        (stored_as_a_slice, "storing x in a plain NumPy array would detach a traced float64.3. "),
        (stored_at, "storing x, or at x, in a plain NumPy array would make plain numbers"),
        (loaded, r"indexing a plain NumPy array by x .* clearprop.numpy.array\(a\)\[x\]"),
        (loaded_with_more, "indexing a plain NumPy array by x"),
        (lambda x: float(x[0]), r"^float\(x\) would .* Leave x as it is"),
        (lambda x: math.exp(x[0]), r"^math.exp\(x\) would .* Write np.exp\(x\);"),
        (lambda x: math.erf(x[0]), r"^math.erf\(x\) would .* Write it with the functions of NumPy"),
        (lambda x: sin(x[0]), r"^asking x for a plain float .* np.sin\(x\) for math.sin\(x\)"),
        (over_several_lines, r"^asking x for a plain float .* np.sin\(x\) for math.sin\(x\)"),
        (lambda x: np.array([x, x]), "^turning x into a plain NumPy array"),
        (lambda x: np.asarray(x[0]), "^turning x into a plain NumPy array"),
    ],
)
def test_what_would_detach_is_named(f, said):
    with pytest.raises(DetachmentError, match=said) as caught:
        cp.grad(lambda x: np.sum(f(x)))(V)
    assert "use cp.stop_gradient(x).value." in str(caught.value)


def test_a_body_is_offered_no_way_out_that_it_does_not_have():
    with pytest.raises(DetachmentError, match=r"Write np.sin\(x\)\.$"):
        cp.scan(lambda c, x: (c + math.sin(x), c), 0.0, V)


def test_code_without_a_source_gets_the_general_words():
    space = {"np": np}
    exec("f = lambda x: float(x)", space)
    with pytest.raises(DetachmentError, match="asking x for a plain float"):
        cp.grad(space["f"])(1.0)
