"""Reading and writing by index, against NumPy doing the same on the same numbers."""

import operator
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.errors import DetachmentError, EscapedError, ReadOnlyError, UnsupportedError
from clearprop.tracing import bottom
from tests.numpy.running import assert_same, outcome, replay, traced

SHAPES = arrays.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4)


def numbers(shape):
    """Distinct numbers that products and sums keep apart."""
    return np.sqrt(2.0 + np.arange(int(np.prod(shape)))).reshape(shape)


@st.composite
def indices(draw, shape):
    """An index of any sort: each axis by an integer, slice or array; masks, None and ``...``."""
    entries, axis = [], 0
    common = draw(arrays.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=3))
    stop = draw(st.integers(0, len(shape)))
    while axis < stop:
        length = shape[axis]
        kind = draw(st.sampled_from(["slice", "slice", "int", "array", "mask", "none"]))
        if kind == "none":
            entries.append(None)
            continue
        if kind == "mask":
            span = draw(st.integers(1, min(2, stop - axis)))
            entries.append(draw(masks(shape[axis : axis + span])))
            axis += span
            continue
        if kind == "slice" or length == 0:
            bounds = st.none() | st.integers(-length - 2, length + 2)
            step = draw(st.none() | st.integers(-3, 3).filter(bool))
            entries.append(slice(draw(bounds), draw(bounds), step))
        elif kind == "int":
            at = draw(st.integers(-length, length - 1))
            entries.append(draw(st.sampled_from([int, np.int64, np.int8, np.asarray]))(at))
        else:
            part = draw(st.sampled_from([common, common, (1,) * len(common), ()]))
            place = st.integers(-length, length - 1)
            entries.append(draw(arrays.arrays(np.int64, part, elements=place)))
        axis += 1
    if draw(st.booleans()):
        entries.insert(draw(st.integers(0, len(entries))), Ellipsis)
    plain = len(entries) == 1 and draw(st.booleans())
    return entries[0] if plain else tuple(entries)


def masks(shape):
    return arrays.arrays(bool, shape, elements=st.booleans())


@st.composite
def reads(draw):
    shape = draw(SHAPES)
    return numbers(shape), draw(indices(shape))


def is_view(result, base):
    """Whether writing into a result changes its base."""
    before = base.copy()
    result[...] = -1.0
    return bool((base != before).any())


@given(reads())
@settings(max_examples=300)
def test_getitem(case):
    x, index = case
    theirs = outcome(lambda: x[index])
    ours = outcome(lambda: traced(lambda y: y[index], (x,))[0])
    assert_same(ours, theirs, 0)
    if isinstance(theirs, np.ndarray) and theirs.size:
        seen = []

        def write(y):
            y = y.copy()
            part = y[index]
            part[...] = -1.0
            seen.append(bool((np.asarray(bottom(y)) != x).any()))
            return y

        changed, _ = traced(write, (x,))
        base = x.copy()
        assert seen == [is_view(base[index], base)]
        assert_same(changed, base, 0)


@st.composite
def writes(draw):
    shape = draw(SHAPES)
    x, index = numbers(shape), draw(indices(shape))
    target = outcome(lambda: x[index])
    room = np.shape(target) if not isinstance(target, Exception) else ()
    cut = draw(st.integers(0, len(room)))
    value_shape = tuple(draw(st.sampled_from([n, 1])) for n in room[cut:])
    if draw(st.integers(0, 9)) == 0:
        value_shape = (1, *value_shape)
    return x, index, -numbers(value_shape)


@given(writes())
@settings(max_examples=300)
def test_setitem(case):
    x, index, value = case

    def program(y, v):
        y = y.copy()
        y[index] = v
        return y

    theirs = outcome(lambda: program(x, value))
    ours = outcome(lambda: traced(program, (x, value))[0])
    if isinstance(theirs, Exception):
        assert isinstance(ours, (ValueError, IndexError)), ours
        return
    assert_same(ours, theirs, 0)
    np.testing.assert_array_equal(replay(program, (x, value))[0], theirs)
    # the derivative: what was written over comes from the value, the rest from x
    _, pull = cp.vjp(program, x, value)
    weights = 1.0 + np.arange(x.size, dtype=float).reshape(x.shape)
    _, tangent = cp.jvp(program, (x, value), (np.cos(x), np.sin(value)))
    by_x, by_value = pull(weights)
    np.testing.assert_allclose(
        np.sum(by_x * np.cos(x)) + np.sum(by_value * np.sin(value)), np.sum(weights * tangent)
    )
    marks = program(np.ones_like(x), np.zeros_like(value))
    np.testing.assert_array_equal(by_x, weights * marks)


@given(reads())
@settings(max_examples=150)
def test_derivative_of_getitem(case):
    x, index = case
    theirs = outcome(lambda: x[index])
    if isinstance(theirs, Exception):
        return
    weights = np.cos(np.arange(theirs.size, dtype=float)).reshape(theirs.shape)
    expected = np.zeros_like(x)
    np.add.at(expected, index, weights)
    found = cp.vjp(lambda y: y[index], x)[1](weights)[0]
    np.testing.assert_allclose(found, expected, atol=1e-12)


# Traced indices ----------------------------------------------------------------------------------


def test_a_traced_integer_array_is_an_operand():
    rows = np.array([2, 0, -1, 2])
    graph = cp.trace(lambda x, i: x[i] * 2)(np.arange(3.0), rows)
    assert graph.guards == ()
    other = np.array([0, 0, 1, -3])
    np.testing.assert_array_equal(cp.run(graph, np.arange(3.0), other)[0], [0, 0, 2, 0])


def test_a_traced_integer_gives_a_view():
    def f(a, i):
        a = a.copy()
        row = a[i]
        row[1] = 10.0
        row *= 2
        a[i, 0] += row[1]
        assert_same(row[0], np.float64(22.0))
        return a

    a = np.ones((3, 2))
    graph = cp.trace(f)(a, 1)
    assert graph.guards == ()
    for i in (0, 1, -1):
        expected = a.copy()
        expected[i] = [22, 20]
        np.testing.assert_array_equal(cp.run(graph, a, i)[0], expected)


def test_a_traced_mask_becomes_a_guard():
    graph = cp.trace(lambda x: x[x > 0])(np.array([1.0, -1.0, 2.0]))
    assert [guard.kind for guard in graph.guards] == ["mask"]
    assert cp.run(graph, np.array([5.0, -3.0, 7.0]))[0].tolist() == [5, 7]


def test_a_masked_assignment_of_one_number_needs_no_guard():
    def f(x):
        y = x.copy()
        y[y < 0] = 0.0
        return y

    graph = cp.trace(f)(np.array([1.0, -1.0]))
    assert graph.guards == ()
    assert cp.run(graph, np.array([-5.0, 6.0]))[0].tolist() == [0, 6]


def test_made_indices_are_plain_numbers_again():
    def f(x):
        return x[cnp.arange(3)] + x[cnp.array([True, True, True, False])] + x[cnp.array(2)]

    x = np.arange(4.0)
    graph = cp.trace(f)(x)
    assert graph.guards == ()
    assert {node.primitive.name for node in graph.nodes} <= {
        *("gather", "where", "add", "slice", "reshape", "broadcast")
    }
    np.testing.assert_array_equal(cp.run(graph, x)[0], x[:3] + x[:3] + 2)


def test_lists_of_traced_positions():
    x = np.arange(5.0)
    graph = cp.trace(lambda x, i: x[[i, 2, i + 1]])(x, 0)
    assert cp.run(graph, x, 3)[0].tolist() == [3, 2, 4]


def test_traced_bounds_of_slices_become_guards():
    graph = cp.trace(lambda x, n: x[:n].sum())(np.arange(5.0), 3)
    assert [(guard.kind, guard.outcome) for guard in graph.guards] == [("index", 3)]


def test_a_plain_array_at_traced_positions():
    mine = np.array([10.0, 20.0])
    assert cp.run(cp.trace(lambda i: cnp.take(mine, i))(0), 1) == [20]


def test_an_outer_array_at_an_inner_position():
    def f(a):
        inner = lambda b: (b[cnp.argmax(b)] * a)[0]  # noqa: E731
        return cp.grad(inner)(a)[1] * a[0]

    assert cp.grad(f)(np.array([2.0, 5.0])).tolist() == [4, 0]


# np.add.at ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("index", [[0, 0, 2], slice(1, 3), 1, ..., [True, False, True, True]])
@pytest.mark.parametrize("ufunc", [np.add, np.subtract])
def test_add_at(index, ufunc):
    def program(x, v):
        y = x.copy()
        ufunc.at(y, index, v)
        return y

    x, v = np.arange(4.0), np.float64(1.5)
    assert_same(traced(program, (x, v))[0], program(x, v))
    _, pull = cp.vjp(program, x, v)
    count = np.zeros(4)
    np.add.at(count, index, 1)
    np.testing.assert_array_equal(pull(np.ones(4))[0], np.ones(4))
    assert pull(np.ones(4))[1] == (count.sum() if ufunc is np.add else -count.sum())


def test_at_of_other_ufuncs_is_refused():
    with pytest.raises(UnsupportedError, match=r"multiply\.at"):
        cp.trace(lambda x: np.multiply.at(x.copy(), [0], 2.0))(np.ones(2))
    with pytest.raises(TypeError, match="Cannot cast ufunc 'add'"):
        cp.trace(lambda x: np.add.at(cnp.zeros(2, int), [0], x))(1.0)
    with pytest.raises(DetachmentError, match="plain array"):
        cp.trace(lambda x: np.add.at(np.zeros(2), [0], x))(1.0)


# Errors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "index",
    [
        3,
        -4,
        (0, 2),
        (0, 0, 0),
        [0, 3],
        ([0, 1], [0, 2]),
        ([0, 1, 2], [0, 1]),
        (..., ...),
        1.0,
        "a",
        [0.5],
        np.ones(3),
        np.array([True, False]),
        (slice(None), np.array([True, False, True])),
        slice(0, 2, 0),
        slice(0.5),
        None,
    ],
    ids=repr,
)
def test_wrong_indices_say_what_numpy_says(index):
    x = np.ones((3, 2))
    theirs = outcome(lambda: x[index])
    ours = outcome(lambda: traced(operator.itemgetter(index), (x,))[0])
    if isinstance(theirs, Exception):
        assert isinstance(ours, type(theirs))
        assert str(ours) == str(theirs)
    else:
        assert_same(ours, theirs)


def writes_to(statement, **arguments):
    def program(x):
        statement(x)
        return x

    with np.errstate(all="ignore"):
        return outcome(lambda: traced(program, (arguments.get("x", np.ones(3)),)))


def put(x, index, value):
    x[index] = value


@pytest.mark.parametrize(
    "statement",
    [
        lambda x: put(x, 0, 1.0),
        lambda x: put(x[1:], 0, 1.0),
        lambda x: put(x.reshape(3, 1).T, (0, 0), 1.0),
        lambda x: operator.iadd(x, 1.0),
        lambda x: x.fill(0),
        lambda x: np.copyto(x, 0),
        lambda x: np.add(x, 1, out=x),
        lambda x: np.add.at(x, 0, 1),
        lambda x: put(cnp.asarray(x), 0, 1.0),
        lambda x: put(x, x > 0, 1.0),
        lambda x: put(x, [0, 1], 1.0),
    ],
)
def test_arguments_are_read_only(statement):
    error = writes_to(statement)
    assert isinstance(error, ReadOnlyError)
    assert "argument x is written into" in str(error)
    assert "x = x.copy()" in str(error)
    assert "test_indexing.py" in str(error)


@pytest.mark.parametrize(
    ("view", "name"),
    [
        (lambda x: np.broadcast_to(x.copy(), (2, 3)), "np.broadcast_to"),
        (lambda x: np.broadcast_to(x.copy(), (2, 3))[0], "np.broadcast_to"),
        (lambda x: np.broadcast_arrays(x.copy(), np.ones((2, 3)))[0], "np.broadcast_to"),
        (lambda x: np.diagonal(cnp.zeros((3, 3))), "np.diagonal"),
        (lambda x: np.diag(cnp.zeros((3, 3)))[1:], "np.diagonal"),
    ],
)
def test_views_that_numpy_makes_read_only(view, name):
    error = writes_to(lambda x: put(view(x), 0, 1.0))
    assert isinstance(error, ReadOnlyError)
    assert name in str(error)
    assert "read-only view" in str(error)


def test_an_enclosing_trace_is_not_written_into():
    def f(x):
        y = x.copy()

        def inner(z):
            y[0] = z
            return z

        cp.grad(inner)(2.0)
        return y.sum()

    with pytest.raises(EscapedError, match="enclosing trace"):
        cp.grad(f)(np.ones(2))


def test_nor_through_in_place_operators_or_views():
    def f(x, statement):
        y = x.copy()
        cp.grad(lambda z: (statement(y, z), z)[1])(2.0)
        return y.sum()

    for statement in (operator.iadd, lambda y, z: put(y[:1], 0, z), lambda y, z: put(y, [0], z)):
        with pytest.raises(EscapedError):
            cp.grad(lambda x, s=statement: f(x, s))(np.ones(2))


def test_floats_are_not_stored_in_integers():
    with pytest.raises(DetachmentError, match="stored in an array of dtype int64"):
        cp.grad(lambda x: (put(y := cnp.zeros(2, int), 0, x), y.sum() * x)[1])(1.0)
    with pytest.raises(DetachmentError, match="stored in an array of dtype bool"):
        cp.grad(lambda x: (put(cnp.zeros(2, bool), slice(None), [x, 0]), x)[1])(1.0)


def test_plain_numbers_are_converted_as_numpy_does():
    def f(x):
        y = cnp.zeros(3, "int8")
        y[0] = 2.9
        y[1:] = [True, 7]
        z = cnp.zeros(2, "float32")
        z[:] = x
        return y, z

    (y, z), _ = traced(f, (0.1,))
    assert_same(y, np.array([2, 1, 7], "int8"))
    assert_same(z, np.full(2, 0.1, "float32"))
    with pytest.raises(OverflowError, match="300 out of bounds for int8"):
        cp.trace(lambda x: (put(cnp.zeros(2, "int8"), 0, 300), x)[1])(1.0)


def test_shapes_that_do_not_fit():
    for index in (slice(None), [0, 1], ...):
        with pytest.raises(ValueError, match=r"could not broadcast input array from shape \(4,\)"):
            cp.trace(lambda x, i=index: put(x.copy(), i, np.ones(4)))(np.ones(3))


def test_scalars_are_not_written_into():
    with pytest.raises(
        TypeError, match=r"'numpy\.float64' object does not support item assignment"
    ):
        cp.trace(lambda x: put(x[0], 0, 1.0))(np.ones(3))


# Memory ------------------------------------------------------------------------------------------


def test_a_copy_made_by_a_constant_position_nests():
    f = lambda x: np.sin(x)[np.array(1)].sum()  # noqa: E731
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert np.allclose(cp.grad(lambda x: cp.grad(f)(x)[1, 0])(x), [[0, 0], [-np.sin(3.0), 0]])


def test_many_assignments_do_not_hold_many_copies():
    count, size = 1000, 10_000  # 1,000 copies would be 80 MB

    def f(x):
        y = cnp.zeros(size)
        for i in range(count):
            y[i] = x * i
            y += 0.0
        return y.sum()

    tracemalloc.start()
    try:
        slope = cp.grad(f)(1.0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert slope == count * (count - 1) / 2
    assert peak < 20e6
