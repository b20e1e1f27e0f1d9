"""vmap: what a loop over the elements gives, for every kind of program, alone and nested."""

import numpy as np
import optree
import pytest

import clearprop as cp
import clearprop.numpy as cnp

RNG = np.random.default_rng(0)
B = 4
V = RNG.normal(size=(B, 3))
U = RNG.normal(size=(B, 3))
M = RNG.normal(size=(B, 3, 3)) + 3 * np.eye(3)
S = RNG.uniform(0.5, 2.0, size=B)
W = RNG.normal(size=(2, 3))
N = np.array([2, 0, 1, 2])
PLACES = np.array([[0, 2], [1, 1], [-1, 0], [2, -3]])


def looped(f, in_axes, *args):
    """The definition: one call for each element, and the results stacked."""
    calls = []
    for k in range(B):
        taken = [
            a if axis is None else np.take(a, k, axis)
            for a, axis in zip(args, in_axes, strict=True)
        ]
        calls.append(f(*taken))
    return optree.tree_map(lambda *rows: np.stack([np.asarray(r) for r in rows]), *calls)


def same(found, expected, rtol=1e-11):
    optree.tree_map(
        lambda a, b: np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-11), found, expected
    )


# Programs -----------------------------------------------------------------------------------------


def assignments(x, y):
    z = np.zeros_like(x)
    z[0] = x[1] * y[0]
    z[1:] += y[:2]
    z[::-1][0] *= 3.0
    return z


def writes_through_views(x, y):
    z = cnp.zeros((2, 3))
    row, column = z[1], z[:, 2]
    row[:] = x
    column += y[:2]
    z.T[0] = y[1]
    return z.reshape(-1) * 2


def loop_over_elements(x, y):
    total = 0.0
    for a, b in zip(x, y, strict=True):
        total = total + a * np.exp(-b)
    return total


def reductions(x, y):
    return {
        "sum": x.sum(),
        "mean": np.mean(x * y),
        "max": np.max(x),
        "prod": np.prod(x + 3),
        "var": np.var(y, ddof=1),
        "cumsum": np.cumsum(x),
        "norm": np.linalg.norm(x - y),
        "logaddexp": np.logaddexp(x, y),
    }


def shapes(x, y):
    both = np.concatenate([x, y[1:]])
    grid = np.outer(x, y)
    return (
        both[::-1],
        np.stack([x, y], axis=1),
        grid.T.reshape(9)[2:7],
        np.pad(x, (1, 2)),
        np.broadcast_to(x, (2, 3)),
        np.roll(grid, 1, axis=0),
        np.tril(grid),
        np.repeat(x, 2),
    )


def choices(x, y):
    positive = np.where(x > y, x, -y)
    clipped = np.clip(x, -0.5, 0.5)
    return positive + clipped + np.abs(y) + np.maximum(x, 0.0) + np.sign(x) * y


def einsums(x, y):
    return np.einsum("i,j,k->kij", x, y, x), np.einsum("i,i", x, y), np.einsum("ij,j->i", W, x)


def products(x, y):
    A = np.outer(x, x) + np.eye(3)
    return (
        x @ y,
        W @ x,
        x @ W.T,
        A @ y,
        y @ A,
        A @ A,
        W @ A,
        A @ W.T,
        np.dot(A, x),
        np.inner(x, y),
    )


def positions(x, y):
    largest = np.argmax(x)
    order = np.array([2, 0])
    return x[largest] * y, np.take(y, order), x[order] + y[largest], np.take_along_axis(x, order, 0)


def linear_algebra(x, y):
    A = np.outer(x, y) + 4 * np.eye(3)
    S = A @ A.T
    return (
        np.linalg.solve(A, y),
        np.linalg.inv(A),
        np.linalg.det(A),
        np.linalg.cholesky(S),
        np.linalg.eigvalsh(S),
        np.linalg.slogdet(S)[1],
    )


VECTORS = [
    assignments,
    writes_through_views,
    loop_over_elements,
    reductions,
    shapes,
    choices,
    einsums,
    products,
    positions,
    linear_algebra,
]
AXES = [(0, 0), (0, None), (None, 0)]

each_program = pytest.mark.parametrize("f", VECTORS, ids=lambda f: f.__name__)
each_axes = pytest.mark.parametrize("axes", AXES, ids=str)


def vectors(axes):
    return [V[0] if axis is None else V for axis in axes[:1]] + [
        U[0] if axis is None else U for axis in axes[1:]
    ]


def scalar(f):
    """A number made of all that a program returns."""
    return lambda *args: sum(np.sum(np.sin(leaf)) for leaf in optree.tree_leaves(f(*args)))


@each_axes
@each_program
def test_it_is_the_loop(f, axes):
    args = vectors(axes)
    same(cp.vmap(f, axes)(*args), looped(f, axes, *args))


@each_axes
@each_program
def test_gradients_inside(f, axes):
    args = vectors(axes)
    slope = cp.grad(scalar(f), argnums=(0, 1))
    same(cp.vmap(slope, axes)(*args), looped(slope, axes, *args))


@each_axes
@each_program
def test_gradients_outside(f, axes):
    args = vectors(axes)

    def all_at_once(x, y):
        return np.sum(cp.vmap(scalar(f), axes)(x, y))

    def one_by_one(x, y):
        return sum(
            scalar(f)(*(a if axis is None else a[k] for a, axis in zip((x, y), axes, strict=True)))
            for k in range(B)
        )

    by_both = {"argnums": (0, 1)}
    same(cp.grad(all_at_once, **by_both)(*args), cp.grad(one_by_one, **by_both)(*args))
    directions = tuple(np.cos(np.arange(a.size).reshape(a.shape)) for a in args)
    same(cp.jvp(all_at_once, tuple(args), directions), cp.jvp(one_by_one, tuple(args), directions))


@each_program
def test_jvp_and_vjp_inside(f):
    def pushed(x, y):
        return cp.jvp(f, (x, y), (y, x))[1]

    def pulled(x, y):
        value, pull = cp.vjp(f, x, y)
        return pull(optree.tree_map(np.cos, value))

    for g in (pushed, pulled):
        same(cp.vmap(g)(V, U), looped(g, (0, 0), V, U))


@pytest.mark.parametrize("f", [assignments, choices, products, positions], ids=lambda f: f.__name__)
def test_second_orders(f):
    """Hessian by vmap of jvp of grad; vmap inside grad inside vmap; hessians inside and outside."""
    g = scalar(f)

    def by_columns(x, y):
        slope = cp.grad(lambda z: g(z, y))
        return cp.vmap(lambda unit: cp.jvp(slope, (x,), (unit,))[1])(np.eye(3))

    expected = looped(cp.hessian(g), (0, 0), V, U)
    same(np.stack([by_columns(x, y) for x, y in zip(V, U, strict=True)]), expected)
    same(cp.vmap(by_columns)(V, U), expected)
    same(cp.vmap(cp.hessian(g))(V, U), expected)
    whole = cp.hessian(lambda X: np.sum(cp.vmap(g)(X, U)))(V)
    same(np.einsum("aiaj->aij", whole), expected)
    assert np.count_nonzero(whole) <= expected.size

    def outer(x, y):  # the inner vmap goes over the elements of x, with the whole of x as well
        return np.sum(cp.vmap(lambda a: g(a * x, y))(x) ** 2)

    def outer_loop(x, y):
        return sum(g(x[k] * x, y) ** 2 for k in range(3))

    same(cp.vmap(cp.grad(outer))(V, U), looped(cp.grad(outer_loop), (0, 0), V, U))


def test_a_higher_order_mixture():
    """d/dx of a sum over a batch of gradients of a batch."""

    def f(x):
        inner = cp.vmap(cp.grad(lambda a, b: np.sin(a * b) * x[0], argnums=1), (0, None))
        return np.sum(cp.vmap(lambda b: np.sum(inner(x, b)))(x**2))

    def loop(x):
        return sum(a * np.cos(a * b) * x[0] for a in x for b in x**2)

    same(cp.grad(f)(V[0]), cp.grad(loop)(V[0]))
    same(cp.hessian(f)(V[0]), cp.hessian(loop)(V[0]), rtol=1e-9)
    same(cp.vmap(cp.grad(f))(V), np.stack([cp.grad(loop)(x) for x in V]))


# Products, indexing, scalars ----------------------------------------------------------------------

RANKS = [(3,), (2, 3), (5, 2, 3)]


@pytest.mark.parametrize("axes", AXES, ids=str)
@pytest.mark.parametrize("left", RANKS, ids=str)
@pytest.mark.parametrize("right", [(3,), (3, 2), (5, 3, 2)], ids=str)
def test_matmul_of_all_ranks(left, right, axes):
    shapes = [s if axis is None else (B, *s) for s, axis in zip((left, right), axes, strict=True)]
    a, b = (np.random.default_rng(i).normal(size=shape) for i, shape in enumerate(shapes))
    same(cp.vmap(np.matmul, axes)(a, b), looped(np.matmul, axes, a, b))
    slope = cp.grad(lambda a, b: np.sum(np.cos(a @ b)), argnums=(0, 1))
    same(cp.vmap(slope, axes)(a, b), looped(slope, axes, a, b))


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda x, i: x[i] * 2, (V, N)),
        (lambda x, i: x[i], (V, PLACES)),
        (lambda x, i: x[i, i[::-1]], (M, PLACES)),
        (lambda x, i: x[:, i].sum(0), (M, PLACES)),
        (lambda x, i: x[i, 1:], (M, N)),
        (lambda x, i: np.take(x, i, axis=1), (M, N)),
        (lambda x, i: cnp.take(W, i, axis=1) * x[0], (V, PLACES)),
    ],
)
def test_reading_at_batched_positions(f, args):
    same(cp.vmap(f)(*args), looped(f, (0, 0), *args))
    slope = cp.grad(lambda x, i: np.sum(f(x, i) ** 2))
    same(cp.vmap(slope)(*args), looped(slope, (0, 0), *args))


@pytest.mark.parametrize("at", [(0, None), (None, 0), (0, 0)], ids=str)
@pytest.mark.parametrize("how", ["set", "add", "row"])
def test_writing_at_positions(how, at):
    x, i = (V if at[0] == 0 else V[0]), (PLACES if at[1] == 0 else PLACES[3])

    def f(x, i):
        y = cnp.zeros((3, 3)) + x
        if how == "set":
            y[i, 1] = x[:2] ** 2
        elif how == "add":
            np.add.at(y, (i, i), x[1:] * 2)
        else:
            y[i] = x[0]
        return y * x[2]

    same(cp.vmap(f, at)(x, i), looped(f, at, x, i))
    slope = cp.grad(lambda x, i: np.sum(f(x, i) ** 2))
    same(cp.vmap(slope, at)(x, i), looped(slope, at, x, i))


@pytest.mark.parametrize("first", [0, 1, 2, 3])
def test_positions_out_of_bounds_are_errors_wherever_they_stand(first):
    for wrong in (3, -4):
        places = np.zeros(4, int)
        places[first] = wrong
        for f in (lambda x, i: x[i], lambda x, i: np.take(x, i)):
            with pytest.raises(IndexError):
                cp.vmap(f)(V, places)


def test_scalars_are_scalars_inside():
    seen = []

    def f(s, n):
        seen.extend([s.shape, n.shape, s.dtype, len(V)])
        s += n  # bound anew: a scalar is no array
        return s * 2.0 + n // 2

    same(cp.vmap(f)(S, N), looped(f, (0, 0), S, N))
    assert seen[:3] == [(), (), np.float64]


def test_dtypes_stay():
    single = V.astype(np.float32)
    assert cp.vmap(lambda x: x * 2.0 + 1)(single).dtype == np.float32
    assert cp.vmap(cp.grad(lambda x: np.sum(x**2)))(single).dtype == np.float32
    assert cp.vmap(lambda n: n * 2)(N).dtype == N.dtype
    assert cp.vmap(lambda x: x > 0)(V).dtype == bool
    assert cp.vmap(lambda x: 1)(V).dtype == np.int64


def test_ufuncs_and_numpy_functions_themselves():
    same(cp.vmap(np.sin)(V), np.sin(V))
    same(cp.vmap(np.cumsum)(V), np.cumsum(V, 1))
    same(cp.vmap(np.linalg.norm)(V), np.linalg.norm(V, axis=1))


# Axes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
@pytest.mark.parametrize("out", [0, 1, 2, -1, -2])
def test_any_axis_in_and_out(axis, out):
    T = RNG.normal(size=(2, 3, 4))
    rows = [np.take(T, k, axis) for k in range(T.shape[axis])]
    expected = np.stack([row.T * 2 for row in rows], axis=out)
    found = cp.vmap(lambda x: x.T * 2, in_axes=axis, out_axes=out)(T)
    same(found, expected)
    assert found.flags.c_contiguous

    def total(T):
        return np.sum(cp.vmap(lambda x: x.T**2, axis, out)(T) * np.exp(expected))

    def loop(T):
        moved = np.moveaxis(T, axis, 0)
        return np.sum(np.stack([row.T**2 for row in moved], axis=out) * np.exp(expected))

    same(cp.grad(total)(T), cp.grad(loop)(T))


def test_containers_of_axes():
    params = {"w": W, "deep": [V, (S, 2.0)], "label": "hello", "none": None}
    axes = {"w": None, "deep": [0, (0, None)], "label": None, "none": None}

    def f(p, x):
        v, (s, two) = p["deep"]
        assert p["label"] == "hello"
        assert p["none"] is None
        return {"a": (p["w"] @ v) * s, "b": [x * two, None, p["w"]]}

    out_axes = {"a": 1, "b": [0, 0, None]}
    found = cp.vmap(f, in_axes=(axes, -1), out_axes=out_axes)(params, U.T)
    same(found["a"], (V @ W.T * S[:, None]).T)
    same(found["b"][0], U * 2)
    assert found["b"][1] is None
    same(found["b"][2], W)
    outer = cp.vmap(lambda p, x: x * p["a"] + p["b"][0], in_axes=({"a": 0, "b": None}, None))
    same(outer({"a": V, "b": [1.0]}, 2.0), 2 * V + 1)


def test_a_container_s_axis_counts_for_all_within():
    found = cp.vmap(lambda p: p["a"] * p["b"], in_axes=1)({"a": V, "b": U})
    same(found, (V * U).T)
    found = cp.vmap(lambda p, q: (p["a"] * q, [q]), in_axes=[{"a": 0}, None], out_axes=(1, None))
    product, (q,) = found({"a": V}, U[0])
    same(product, (V * U[0]).T)
    same(q, U[0])


def test_keyword_arguments_are_mapped_over_axis_0():
    same(cp.vmap(lambda x, *, s: x * s)(V, s=S), V * S[:, None])
    same(cp.vmap(lambda x, s: x * s, in_axes=(None,))(V[0], s=S), np.outer(S, V[0]))


def test_results_without_the_axis():
    same(cp.vmap(lambda x: 3.0)(V), np.full(B, 3.0))
    same(cp.vmap(lambda x: W, out_axes=1)(V), np.stack([W] * B, 1))
    found = cp.vmap(lambda x: (x, 3.0, W, np.float32(2)), out_axes=(0, None, None, None))(V)
    assert type(found[1]) is float
    assert type(found[3]) is np.float32
    assert found[2] is not W
    same(found[2], W)


def test_nested_maps_with_different_axes():
    A, C = RNG.normal(size=(3, 5, 2)), RNG.normal(size=(2, 3))
    inner = cp.vmap(lambda a, c: np.sin(a) * c, in_axes=(1, None), out_axes=0)
    found = cp.vmap(inner, in_axes=(2, 0), out_axes=-1)(A, C)
    expected = np.einsum("ijk,ki->jik", np.sin(A), C)
    same(found, expected)
    pairs = cp.vmap(cp.vmap(lambda x, y: x @ y, (None, 0)), (0, None))(V, U)
    same(pairs, V @ U.T)


@pytest.mark.parametrize("n", [0, 1])
def test_batches_of_none_and_of_one(n):
    X = V[:n]

    def f(x):
        y = x.copy()
        y[0] = np.log(x @ x)
        return y, np.max(x), 1 / x.sum(), 5.0

    found = cp.vmap(f)(X)
    assert [np.shape(leaf) for leaf in found] == [(n, 3), (n,), (n,), (n,)]
    slope = cp.vmap(cp.grad(lambda x: f(x)[0].sum()))(X)
    assert slope.shape == (n, 3)
    total = cp.grad(lambda X: np.sum(cp.vmap(lambda x: f(x)[0])(X)))(X)
    assert total.shape == (n, 3)
    nested = cp.vmap(cp.vmap(lambda a: a * 2))(X)
    assert nested.shape == (n, 3)


# Closures and enclosing traces --------------------------------------------------------------------


def test_values_of_enclosing_traces_are_the_same_for_all_elements():
    def f(w, X):
        scale = np.exp(w[0])
        inside = cp.vmap(lambda x: np.sum(w * x) * scale + np.sum(scale * w))(X)
        return np.sum(inside**2)

    def loop(w, X):
        scale = np.exp(w[0])
        return sum((np.sum(w * x) * scale + np.sum(scale * w)) ** 2 for x in X)

    by_both = {"argnums": (0, 1)}
    same(cp.grad(f, **by_both)(W[0], V), cp.grad(loop, **by_both)(W[0], V))
    same(cp.hessian(f)(W[0], V), cp.hessian(loop)(W[0], V))


def test_outer_batches_are_seen_from_inner_ones():
    """The positions and the data of an outer map, used by an inner one."""

    def f(x, i, m):
        return cp.vmap(lambda row: row[i] * np.sum(x) + np.take(x, i))(m)

    def loop(x, i, m):
        return np.stack([row[i] * np.sum(x) + np.take(x, i) for row in m])

    same(cp.vmap(f)(V, N, M), looped(loop, (0, 0, 0), V, N, M))
    same(cp.vmap(f)(V, PLACES, M), looped(loop, (0, 0, 0), V, PLACES, M))


def test_outer_arrays_written_into_meanwhile():
    def f(w):
        y = w * 1.0
        first = cp.vmap(lambda x: x @ y)(V)
        y[0] = 5.0
        second = cp.vmap(lambda x: x @ y)(V)
        return np.sum(first * second)

    def loop(w):
        y = w * 1.0
        first = cnp.stack([x @ y for x in V])
        y[0] = 5.0
        return np.sum(first * cnp.stack([x @ y for x in V]))

    same(cp.grad(f)(W[0]), cp.grad(loop)(W[0]))


def test_results_may_be_written_into_and_alias_nothing():
    x = V.copy()
    a, b = cp.vmap(lambda x: (x, x))(x)
    a[:] = 0
    same(x, V)
    same(b, V)

    def f(X):
        Y = cp.vmap(lambda x: x * 2, out_axes=1)(X)
        Y.reshape(-1)[0] = 7.0  # a view, as the result is in C order
        return np.sum(Y**2)

    slope = 8 * V
    slope[0, 0] = 0
    same(cp.grad(f)(V), slope)


def test_the_function_is_called_once_and_shows_the_first_element(capsys):
    calls = []

    def f(x):
        calls.append(1)
        print(x)
        return x * 2

    cp.vmap(f)(V)
    assert calls == [1]
    assert capsys.readouterr().out == f"{V[0]}\n"


def test_custom_tensors_and_higher_ranks():
    T = RNG.normal(size=(B, 2, 3, 2))

    def f(t):
        return np.tensordot(t, t, axes=([0, 2], [2, 0])), np.swapaxes(t, 0, 2)[:, ::-1].max(axis=1)

    same(cp.vmap(f)(T), looped(f, (0,), T))


def test_lines_of_the_function_stand_on_the_nodes():
    def f(x):
        y = np.sin(x)
        return y * x

    graph = cp.trace(lambda X: cp.vmap(f)(X))(V)
    names = [cp.graph.name_of(node) for node in graph.nodes]
    assert names[0] == "y"
    sources = [cp.graph.location_of(node).source for node in graph.nodes]
    assert sources[:2] == ["y = np.sin(x)", "return y * x"]


def test_equal_structures_are_batched_once(monkeypatch):
    from clearprop.api import batches

    made = []
    whole = batches.batch
    monkeypatch.setattr(
        batches, "batch", lambda *args, **kwargs: made.append(1) or whole(*args, **kwargs)
    )
    for k in range(3):
        f = cp.vmap(lambda x: np.sin(x) * np.array([1.0, 2.0, 12.5]))
        f(V + k)
    assert made == [1]
