"""Views and assignment: random programs, run by NumPy and traced, must leave the same arrays."""

import copy
import inspect
import operator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.tracing import bottom
from tests.numpy.running import assert_same, replay, traced

MAKERS = ("index", "index", "advanced", "reshape", "transpose", "flip", "copy", "compute", "other")
WRITERS = ("assign", "assign", "in_place", "alias", "mask", "fill", "add_at", "out")
OPERATORS = (operator.iadd, operator.isub, operator.imul)


def shapes_of(size, draw):
    """A shape with that many elements, one length of which may be left open."""
    factors = [n for n in (2, 3) if size % n == 0]
    if not factors:
        return (size, 1) if draw(st.booleans()) else (size,)
    first = draw(st.sampled_from(factors))
    return draw(st.sampled_from([(first, size // first), (-1,), (size // first, -1, 1)]))


class Machine:
    """Draws the steps of a program by running them on NumPy; each step can then be run again."""

    def __init__(self, draw):
        self.draw = draw
        self.steps = []
        self.smooth = True
        shape = draw(arrays.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4))
        self.start = np.sqrt(2.0 + np.arange(int(np.prod(shape)))).reshape(shape)
        self.held = [self.start.copy()]

    def __repr__(self):
        lines = [f"start of shape {self.start.shape}"]
        for step in self.steps:
            drawn = dict(inspect.getclosurevars(step).nonlocals, self=None)
            lines.append(f"{inspect.getsource(step).strip()}  with {drawn}")
        return "\n".join(lines)

    def add(self, step):
        self.steps.append(step)
        step(np, self.held)

    def pick(self):
        return self.draw(st.integers(0, len(self.held) - 1))

    def index(self, shape):
        return self.draw(arrays.basic_indices(shape, allow_newaxis=True, max_dims=4))

    def positions(self, shape):
        return self.draw(arrays.integer_array_indices(shape))

    def make(self):
        kind, i = self.draw(st.sampled_from(MAKERS)), self.pick()
        x = self.held[i]
        if kind == "index" and x.ndim:
            index = self.index(x.shape)
            if isinstance(x[index], np.ndarray):
                self.add(lambda np, held: held.append(held[i][index]))
        elif kind == "advanced" and x.size and x.ndim:
            at = self.positions(x.shape)
            self.add(lambda np, held: held.append(held[i][at].copy()))
        elif kind == "reshape":
            shape, order = shapes_of(x.size, self.draw), self.draw(st.sampled_from("CF"))
            if x.size:
                self.add(lambda np, held: held.append(held[i].reshape(shape, order=order)))
        elif kind == "transpose":
            order = self.draw(st.permutations(range(x.ndim)))
            self.add(lambda np, held: held.append(held[i].transpose(order)))
        elif kind == "flip" and x.ndim:
            self.add(lambda np, held: held.append(np.flip(held[i])))
        elif kind == "copy":
            order = self.draw(st.sampled_from("CFK"))
            self.add(lambda np, held: held.append(held[i].copy(order)))
        elif kind == "compute" and x.ndim:
            self.add(lambda np, held: held.append(held[i] * 2 - held[i]))
        elif kind == "other":
            f = self.draw(
                st.sampled_from(["squeeze", "ravel", "expand_dims", "atleast_2d", "rot90"])
            )
            if f != "rot90" or x.ndim > 1:
                options = (0,) if f == "expand_dims" else ()
                self.add(lambda np, held: held.append(getattr(np, f)(held[i], *options)))

    def write(self):
        kind, i = self.draw(st.sampled_from(WRITERS)), self.pick()
        x = self.held[i]
        number = self.draw(st.integers(-3, 3)) / 2
        if not x.flags.writeable:
            return
        if kind == "assign" and x.ndim:
            index = self.index(x.shape)
            self.add(lambda np, held: operator.setitem(held[i], index, number))
        elif kind == "in_place":
            op = self.draw(st.sampled_from(OPERATORS))
            self.add(lambda np, held: op(held[i], number))
        elif kind == "alias" and x.ndim:
            index, j = self.index(x.shape), self.pick()
            other = self.held[j]
            if x[index].shape == other.shape:
                self.add(lambda np, held: operator.setitem(held[i], index, held[j] * 0.5))
            elif x.shape == other.shape:
                self.add(lambda np, held: operator.setitem(held[i], ..., held[j][::-1]))
        elif kind == "mask" and x.ndim:
            self.smooth = False
            self.add(lambda np, held: operator.setitem(held[i], held[i] > 1.5, number))
        elif kind == "fill":
            self.add(lambda np, held: held[i].fill(number))
        elif kind == "add_at" and x.size and x.ndim:
            at = self.positions(x.shape)
            self.add(lambda np, held: np.add.at(held[i], at, number))
        elif kind == "out":
            self.add(lambda np, held: np.multiply(held[i], number, out=held[i]))

    def program(self, namespace):
        """The steps as a function of the start, that returns all arrays that were held."""

        def program(x):
            held = [x.copy()]
            for step in self.steps:
                step(namespace, held)
            for i, part in enumerate(held):  # what is whose view shows now
                part += i
            return tuple(held)

        return program


@st.composite
def machines(draw):
    machine = Machine(draw)
    for _ in range(draw(st.integers(1, 10))):
        if draw(st.booleans()):
            machine.make()
        else:
            machine.write()
    return machine


@given(machines())
@settings(max_examples=250)
def test_random_programs(machine):
    theirs = machine.program(np)(machine.start)
    for namespace in (cnp, np):
        ours, _ = traced(machine.program(namespace), (machine.start,))
        assert_same(ours, theirs)
        for mine, other in zip(ours, theirs, strict=True):
            flags = np.asarray(bottom(mine)).flags
            assert flags.c_contiguous == other.flags.c_contiguous
            assert flags.f_contiguous == other.flags.f_contiguous


@given(machines())
@settings(max_examples=80)
def test_their_graphs_and_derivatives(machine):
    x, program = machine.start, machine.program(cnp)
    for mine, other in zip(replay(program, (x,)), machine.program(np)(x), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12, atol=1e-12)
    value, pull = cp.vjp(program, x)
    weights = tuple(np.cos(np.arange(float(part.size))).reshape(part.shape) for part in value)
    direction = np.sin(1.0 + np.arange(x.size)).reshape(x.shape)
    _, tangents = cp.jvp(program, (x,), (direction,))
    forward = sum(np.sum(w * t) for w, t in zip(weights, tangents, strict=True))
    np.testing.assert_allclose(np.sum(pull(weights)[0] * direction), forward, rtol=1e-9, atol=1e-9)
    step = 1e-6
    ahead, behind = program(x + step * direction), program(x - step * direction)
    parts = zip(weights, ahead, behind, strict=True)
    slope = sum(np.sum(w * (a - b)) for w, a, b in parts) / (2 * step)
    scale = sum(float(np.abs(part).sum()) for part in value)
    if machine.smooth:
        np.testing.assert_allclose(forward, slope, rtol=1e-5, atol=1e-6 * (1 + scale))


# Chosen programs ---------------------------------------------------------------------------------


def same(program, *args):
    """The program leaves the same values when it is traced."""
    theirs = program(*copy.deepcopy(args))
    assert_same(traced(program, args)[0], theirs)


A = np.arange(12.0).reshape(3, 4)


def test_a_view_of_a_view_writes_through():
    def program(x):
        y = x.copy()
        part = y[1:][:, ::-2]
        part[0] = 100.0
        part += 1
        corner = part.T[0]
        corner *= 2
        return y, part, corner

    same(program, A)


def test_views_see_later_writes_to_their_base():
    def program(x):
        y = x.copy()
        row, column, whole = y[1], y[:, 1], y.reshape(-1)
        y[1, 1] = 50.0
        before = row + 0
        whole[5] = 70.0
        return row, column, whole, before

    same(program, A)


def test_a_reshape_that_must_copy_is_no_view():
    def program(x):
        y = x.copy()
        copied = y.T.reshape(-1)
        copied[0] = 99.0
        shared = y.T.copy().T.reshape(-1)
        flat = y.reshape(-1)
        flat[1] = 77.0
        return y, copied, shared, flat

    same(program, A)


def test_the_layout_outlives_assignments():
    def program(x):
        y = x.copy()
        y[...] = x.T.reshape(3, 4) * 2  # content in another memory order
        y.T[...] = np.broadcast_to(x[0, 1], (4, 3))
        flat = y.reshape(-1)
        flat[3] = -1.0
        z = cnp.zeros((3, 4)).T if not isinstance(x, np.ndarray) else np.zeros((3, 4)).T
        copied = z.reshape(-1)
        copied[0] = 5.0
        return y, flat, z, copied

    same(program, A)


def test_scalars_are_bound_anew_arrays_are_written():
    def program(x):
        a = x[0, 1]
        b = a
        b += 1
        c = x[0].copy()
        d = c
        d += 1
        e = np.asarray(x[0, 1]).copy() if isinstance(x, np.ndarray) else cnp.array(x[0, 1])
        f = e
        f += 1
        return a, b, c, d, e, f

    same(program, A)


def test_zero_d_views():
    def program(x):
        y = x.copy()
        single = y[1, 2, ...]
        single += 5
        single[...] = single * 2
        single[()] = single - 1
        return y, single, y[..., 0], y[1, 2]

    same(program, A)


def test_overlapping_assignment_reads_first():
    def program(x):
        y = x.copy()
        y[1:] = y[:-1]
        y[:, ::-1] = y
        y[0] = y[0][::-1]
        return y

    same(program, A)


def test_swaps():
    def program(x):
        y = x.copy()
        y[[0, 2]] = y[[2, 0]]
        y[0, 0], y[1, 1] = y[1, 1], y[0, 0]
        return y

    same(program, A)


def test_broadcasts_see_later_writes():
    def program(x):
        y = x.copy()
        wide = np.broadcast_to(y[0], (2, 4))
        diagonal = np.diagonal(y, 1)
        y[0, 1] = 42.0
        return wide, diagonal

    same(program, A)


def test_loops_of_assignments():
    def f(x):
        table = cnp.zeros((5, 5))
        table[0, 0] = x
        for i in range(1, 5):
            table[i] = table[i - 1] * x
            table[i, i] += x
            table[:, i] += table[:, i - 1]
        return table.sum()

    assert cp.grad(f)(1.25) == pytest.approx((f(1.25 + 1e-6) - f(1.25 - 1e-6)) / 2e-6, rel=1e-7)


def test_values_taken_before_a_write_stay():
    def f(x):
        y = x.copy()
        before = y * 1
        kept = y.copy()
        y *= 10
        return np.sum(before + kept + y)

    assert cp.grad(f)(np.ones(2)).tolist() == [12, 12]


def test_copies_by_the_copy_module():
    def program(x):
        y = x.copy()
        a, b = copy.copy(y), copy.deepcopy([y, x[0, 0]])
        y += 1
        return a, b, y

    same(program, A)


def test_in_place_bits():
    def program(x):
        mask = x > 3
        alias = mask
        alias &= x < 8
        mask |= x == 11
        mask ^= x == 0
        counts = x.astype(int)
        other = counts
        counts <<= 1
        counts >>= 2
        return mask, alias, counts, other

    same(program, A)


@pytest.mark.parametrize(
    ("statement", "error", "words"),
    [
        (lambda y: operator.iadd(y, np.ones((2, 3, 4))), ValueError, "non-broadcastable output"),
        (lambda y: operator.iadd(y.astype(int), 0.5), TypeError, "Cannot cast ufunc 'add' output"),
        (lambda y: operator.itruediv(y.astype(int), 2), TypeError, "Cannot cast ufunc 'divide'"),
        (lambda y: operator.iadd(y.astype("float32"), y), None, ""),
    ],
)
def test_in_place_results_must_fit(statement, error, words):
    program = lambda x: statement(x.copy())  # noqa: E731
    if error is None:
        same(program, A)
        return
    for run in (lambda: program(A), lambda: traced(program, (A,))):
        with pytest.raises(error, match=words):
            run()


def test_nested_derivatives_of_a_program_with_writes():
    def f(x):
        y = cnp.zeros(3)
        y[0] = x
        y[1:] = y[0] * x
        y[:2] *= x
        return y.sum()  # x² + x³ + x²

    assert cp.grad(cp.grad(f))(2.0) == pytest.approx(2 + 6 * 2.0 + 2)
    assert cp.grad(cp.grad(cp.grad(f)))(2.0) == pytest.approx(6)
