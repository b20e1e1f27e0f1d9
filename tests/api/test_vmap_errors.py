"""vmap's errors: what was wrong, with the argument's name, the user's line and what to do."""

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import (
    ArgumentError,
    DetachmentError,
    DtypeError,
    EscapedError,
    GuardError,
    ReadOnlyError,
    ShapeError,
    TraceError,
)

V = np.array([[1.0, 2.0, 3.0], [1.0, -2.0, 3.0], [-1.0, -2.0, 3.0], [1.0, 2.0, 0.0]])
W = np.ones((2, 3))
N = np.arange(4)


def identity(x):
    return x


def branching(x):
    if x[1] > 0:
        return x.sum()
    return -x.sum()


def masked(x):
    return x[x > 0].sum()


def counted(x, n):
    total = 0.0
    for _ in range(n):
        total = total + x[0]
    return total


WRONG = {
    "no function": (lambda: cp.vmap(3.0), ArgumentError, "vmap wants a function, not float"),
    "lengths": (
        lambda: cp.vmap(lambda x, w: x @ w)(V, W),
        ShapeError,
        r"x has 4 \(axis 0 of \(4, 3\)\), w has 2 \(axis 0 of \(2, 3\)\).*in_axes=None",
    ),
    "lengths in containers": (
        lambda: cp.vmap(lambda p: p["a"], in_axes=({"a": 0, "b": 1},))({"a": V, "b": W}),
        ShapeError,
        r"p\['a'\] has 4 .* p\['b'\] has 3",
    ),
    "lengths of keywords": (
        lambda: cp.vmap(lambda x, k: x * k)(V, k=np.ones(3)),
        ShapeError,
        r"x has 4 .* k has 3",
    ),
    "no such axis": (
        lambda: cp.vmap(identity, in_axes=2)(V),
        ArgumentError,
        "in_axes=2 names axis 2 of argument x, which has 2 axes.*from -2 to 1",
    ),
    "no such negative axis": (
        lambda: cp.vmap(identity, in_axes=-3)(V),
        ArgumentError,
        "in_axes=-3 names axis -3 of argument x",
    ),
    "a scalar": (
        lambda: cp.vmap(identity)(np.float64(2)),
        ArgumentError,
        "argument x, which has no axes.*in_axes=None",
    ),
    "a number": (
        lambda: cp.vmap(lambda x, s: x * s)(V, 2.0),
        DtypeError,
        r"argument s is of type float, which has no axis.*in_axes=None",
    ),
    "a list": (
        lambda: cp.vmap(identity)([1.0, 2.0]),
        DtypeError,
        r"argument x\[0\] is of type float.*np\.array",
    ),
    "text": (
        lambda: cp.vmap(lambda p: p["a"])({"a": V, "label": "text"}),
        DtypeError,
        r"argument p\['label'\] is of type str",
    ),
    "an array of text": (
        lambda: cp.vmap(identity)(np.array(["a"])),
        DtypeError,
        "argument x .*<U1",
    ),
    "nothing mapped": (
        lambda: cp.vmap(identity, in_axes=None)(V),
        ArgumentError,
        "nothing is mapped by in_axes=None.*Name the axis",
    ),
    "no arguments": (lambda: cp.vmap(lambda: 1.0)(), ArgumentError, "nothing is mapped"),
    "too few axes": (
        lambda: cp.vmap(lambda x, y: x, in_axes=(0,))(V, V),
        ArgumentError,
        r"in_axes=\(0,\) has 1 entries; the call has 2 positional",
    ),
    "other keys": (
        lambda: cp.vmap(lambda p: p["a"], in_axes=({"b": 0},))({"a": V}),
        ArgumentError,
        r"in_axes=\(\{'b': 0\},\) does not fit the arguments.*key.*same containers",
    ),
    "a container for an array": (
        lambda: cp.vmap(identity, in_axes=((0, 1),))(V),
        ArgumentError,
        "does not fit the arguments",
    ),
    "no axis": (lambda: cp.vmap(identity, in_axes="a"), ArgumentError, "in_axes='a' holds 'a'"),
    "a bool": (lambda: cp.vmap(identity, in_axes=(True,)), ArgumentError, "holds True"),
    "a float": (
        lambda: cp.vmap(identity, out_axes=1.0),
        ArgumentError,
        r"out_axes=1\.0 holds 1\.0",
    ),
    "out of the result": (
        lambda: cp.vmap(identity, out_axes=2)(V),
        ArgumentError,
        "out_axes=2 names axis 2 of the result, which has 2 axes",
    ),
    "out of a part": (
        lambda: cp.vmap(lambda x: {"a": [x[0]]}, out_axes=1)(V),
        ArgumentError,
        r"axis 1 of the result\['a'\]\[0\], which has 1 axes",
    ),
    "other results": (
        lambda: cp.vmap(identity, out_axes=(0, 1))(V),
        ArgumentError,
        r"out_axes=\(0, 1\) does not fit the result",
    ),
    "results that differ": (
        lambda: cp.vmap(lambda x: (x, 1.0), out_axes=None)(V),
        ArgumentError,
        r"out_axes is None for the result\[0\], but its elements differ",
    ),
    "a result of text": (
        lambda: cp.vmap(lambda x: "a")(V),
        DtypeError,
        "the result is of type str",
    ),
    "a result of a part": (
        lambda: cp.vmap(lambda x: [x, "a"])(V),
        DtypeError,
        r"the result\[1\] is of type str",
    ),
    "writing into an argument": (
        lambda: cp.vmap(lambda x: x.fill(0.0))(V),
        ReadOnlyError,
        r"argument x .*x = x\.copy\(\)",
    ),
    "writing into what is shared": (
        lambda: cp.vmap(lambda w, x: w.fill(0.0), in_axes=(None, 0))(W, V),
        ReadOnlyError,
        "argument w",
    ),
    "the numbers of one element": (
        lambda: cp.vmap(lambda x: x * cp.stop_gradient(x).value)(V),
        DetachmentError,
        "one element of a batch",
    ),
    "the numbers inside a derivative": (
        lambda: cp.vmap(cp.grad(lambda x: x.sum() * cp.stop_gradient(x).value[0]))(V),
        DetachmentError,
        "one element of a batch",
    ),
    "a float of an element": (lambda: cp.vmap(lambda x: float(x[0]))(V), DetachmentError, "float"),
    "global random numbers": (
        lambda: cp.vmap(lambda x: x * np.random.rand())(V),  # noqa: NPY002
        TraceError,
        "random",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), WRONG.values(), ids=WRONG)
def test_wrong_use_says_what_and_what_to_do(call, error, message):
    with pytest.raises(error, match=message) as caught:
        call()
    assert "test_vmap_errors.py" in str(caught.value) or error is TraceError


# Elements that disagree --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "seen", "line"),
    [
        (lambda: cp.vmap(branching)(V), r"a bool that is True for element 0 .* element 1", "if x"),
        (lambda: cp.vmap(masked)(V[[0, 0, 1, 2]]), "a mask for element 0 .* element 2", "x > 0"),
        (lambda: cp.vmap(counted)(V, N), "an index that is 0 for element 0 .* element 1", "range"),
        (
            lambda: cp.vmap(lambda x: int(x[2]))(V),
            "an int that is 3 for element 0 .* element 3",
            "int",
        ),
        (lambda: cp.vmap(cp.grad(branching))(V), "element 1 of 4", "if x"),
        (lambda: cp.grad(lambda X: cp.vmap(branching)(X).sum())(V), "element 1 of 4", "if x"),
        (lambda: cp.vmap(cp.vmap(branching))(V[[[0, 3], [3, 1]]]), "element 1 of 2", "if x"),
    ],
)
def test_elements_that_disagree(call, seen, line):
    with pytest.raises(GuardError, match=f"under vmap.*{seen}.*{line}.*np.where.*cp.cond"):
        call()


def test_elements_that_agree():
    agreeing = V[[0, 3, 0]]
    np.testing.assert_array_equal(cp.vmap(branching)(agreeing), [6.0, 3.0, 6.0])
    np.testing.assert_array_equal(cp.vmap(counted, (0, None))(V, 2), 2 * V[:, 0])
    np.testing.assert_array_equal(cp.vmap(cp.grad(branching))(agreeing), np.ones((3, 3)))
    np.testing.assert_array_equal(cp.vmap(masked)(V[[0, 0]]), [6.0, 6.0])


def test_guards_of_elements_stand_in_enclosing_graphs():
    graph = cp.trace(lambda X: cp.vmap(branching)(X))(V[[0, 3]])
    (guard,) = graph.guards
    assert (guard.kind, guard.outcome) == ("bool", True)
    assert cp.run(graph, V[[3, 0]])[0].tolist() == [3.0, 6.0]
    with pytest.raises(GuardError, match="if x"):
        cp.run(graph, V[:2])


def test_guards_on_shared_values_are_guards_as_ever():
    def f(w, X):
        return np.sum(cp.vmap(lambda x: x * w if w > 0 else -x)(X))

    assert cp.grad(f)(2.0, V) == V.sum()
    graph = cp.trace(lambda w: f(w, V))(2.0)
    assert [guard.outcome for guard in graph.guards] == [True]
    with pytest.raises(GuardError, match="w > 0"):
        cp.run(graph, -2.0)


def test_branches_on_shapes_are_not_guards():
    graph = cp.trace(lambda X: cp.vmap(lambda x: x if x.shape == (3,) else -x)(X))(V)
    assert not graph.guards


# Values outside their trace ----------------------------------------------------------------------


def test_elements_do_not_leave():
    kept = []
    cp.vmap(lambda x: kept.append(x) or x)(V)
    with pytest.raises(EscapedError, match="after its trace closed"):
        kept[0] + 1


def test_arrays_of_enclosing_traces_are_not_written_into():
    def f(w):
        y = w * 1.0

        def inner(x):
            y[0] = x[0]
            return x

        return cp.vmap(inner)(V).sum()

    with pytest.raises(EscapedError, match="enclosing trace"):
        cp.grad(f)(np.ones(3))


def test_an_error_leaves_no_trace_open():
    with pytest.raises(ZeroDivisionError):
        cp.vmap(lambda x: 1 / 0)(V)
    assert type(cp.numpy.zeros(2)) is np.ndarray
