"""Networks as functions: values, gradients, any wiring, and every misuse with its message."""

import numpy as np
import pytest

import clearprop as cp
from clearprop import nn
from clearprop.errors import ArgumentError, ClearpropError, DtypeError, ShapeError
from tests.nn.networks import numerical, tangled, tangled_data

X = np.random.Generator(np.random.Philox(7)).normal(size=(6, 4))
CLASSES = np.array([2, 0, 1, 1, 0, 2])


def one_layer(activation, units=3, loss="squared_error", **options):
    x = nn.Input(4)
    return nn.Network(x, nn.Dense(units, activation)(x), loss=loss, **options)


# --- values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("activation", "g"),
    [
        ("sigmoid", lambda z: 1 / (1 + np.exp(-z))),
        ("tanh", np.tanh),
        ("relu", lambda z: np.maximum(z, 0)),
        ("identity", lambda z: z),
        ("softmax", lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)),
    ],
)
def test_a_layer_is_its_formula(activation, g):
    net = one_layer(activation)
    params = net.init(seed=1)
    params["output"]["bias"] = np.array([0.3, -0.2, 0.1])
    z = X @ params["output"]["weight"].T + params["output"]["bias"]
    np.testing.assert_allclose(net(params, X), g(z), rtol=1e-14)


def test_wiring_is_what_was_written():
    net = tangled(regularization=0.3)
    params = net.init(seed=2)
    (left, right), (classes, sizes) = tangled_data()

    def dense(name, *incoming):
        x = np.concatenate(incoming, axis=1)
        return x @ params[name]["weight"].T + params[name]["bias"]

    first = np.tanh(dense("twice", left))
    second = np.tanh(dense("twice", np.maximum(dense("before", right), 0)))
    mixed = 1 / (1 + np.exp(-dense("mixed", first, left, second)))
    kind = np.exp(dense("kind", mixed + first, right))
    kind /= kind.sum(axis=1, keepdims=True)
    size = dense("size", mixed)
    outputs = net(params, [left, right])
    np.testing.assert_allclose(outputs[0], kind, rtol=1e-13)
    np.testing.assert_allclose(outputs[1], size, rtol=1e-13)

    losses = -np.log(kind[np.arange(6), classes]) + 0.5 * (sizes - size)[:, 0] ** 2
    targets = [classes, sizes]
    np.testing.assert_allclose(
        net.example_losses(params, [left, right], targets), losses, rtol=1e-13
    )
    squares = sum(np.sum(layer["weight"] ** 2) for layer in params.values())
    total = losses.mean() + 0.3 / 12 * squares
    assert net.loss(params, [left, right], targets) == pytest.approx(total, rel=1e-13)
    activations = net.activations(params, [left, right])
    assert list(activations) == ["twice", "before", "twice#2", "mixed", "kind", "size"]
    np.testing.assert_allclose(activations["twice#2"], second, rtol=1e-13)


def test_batches_average_to_the_whole():
    net = one_layer("softmax", loss="cross_entropy", regularization=2.0)
    params, Y = net.init(0), CLASSES
    halves = [net.loss(params, X[part], Y[part], 6) for part in (slice(3), slice(3, 6))]
    assert np.mean(halves) == pytest.approx(net.loss(params, X, Y), rel=1e-14)


def test_targets_in_every_form():
    net = one_layer("softmax", loss="cross_entropy")
    params, Y = net.init(0), np.array([0, 2, 1, 1, 0, 2])
    expected = net.loss(params, X, Y)
    for form in (np.eye(3)[Y], Y.tolist(), Y.astype(np.int8), np.eye(3, dtype=int)[Y]):
        assert net.loss(params, X, form) == expected
    single = one_layer("sigmoid", 1, "cross_entropy")
    binary = np.array([0, 1, 1, 0, 1, 0])
    params = single.init(0)
    assert single.loss(params, X, binary) == single.loss(params, X, binary[:, None] * 1.0)


# --- derivatives ---------------------------------------------------------------------------------


def test_gradient_of_any_wiring_is_the_numerical_one():
    net = tangled(regularization=0.7)
    params = net.init(seed=5)
    data = tangled_data()
    slopes = cp.grad(net.loss)(params, *data)
    expected = numerical(lambda moved: net.loss(moved, *data), params)
    for layer, entries in expected.items():
        for name, slope in entries.items():
            np.testing.assert_allclose(slopes[layer][name], slope, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_the_derivative_of_cross_entropy_is_output_minus_target(activation):
    net = one_layer(activation, loss="cross_entropy")
    params, Y = net.init(3), np.eye(3)[CLASSES]
    slopes = cp.grad(net.loss)(params, X, Y)
    difference = net(params, X) - Y
    np.testing.assert_allclose(slopes["output"]["weight"], difference.T @ X / 6, rtol=1e-12)
    np.testing.assert_allclose(slopes["output"]["bias"], difference.mean(axis=0), rtol=1e-12)


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
@pytest.mark.parametrize("size", [40.0, 1000.0])
def test_cross_entropy_is_stable_far_out(activation, size):
    net = one_layer(activation, loss="cross_entropy")
    params = {"output": {"weight": np.zeros((3, 4)), "bias": np.array([size, 0.0, -size])}}
    right, wrong = np.array([[1.0, 0, 0]]), np.array([[0.0, 0, 1]])
    losses = [net.loss(params, X[:1], Y) for Y in (right, wrong)]
    assert losses[1] - losses[0] == pytest.approx(2 * size, rel=1e-12)
    slopes = cp.grad(net.loss)(params, X[:1], wrong)["output"]["bias"]
    middle = 0.5 if activation == "sigmoid" else 0.0
    np.testing.assert_allclose(slopes, [1.0, middle, -1.0], atol=1e-15)


def test_second_derivatives_run_through_networks():
    net = one_layer("tanh")
    params, Y = net.init(0), np.zeros((6, 3))

    def of_bias(bias):
        return net.loss({"output": {**params["output"], "bias": bias}}, X, Y)

    hessian = cp.hessian(of_bias)(params["output"]["bias"])
    assert hessian.shape == (3, 3)
    np.testing.assert_allclose(hessian, np.diag(np.diag(hessian)), atol=1e-15)


# --- parameters ----------------------------------------------------------------------------------


def test_first_parameters_are_seeded_layer_by_layer():
    one, other = (nn.stack([4, width, 3]).init(seed=3) for width in (8, 8))
    for layer in one:
        np.testing.assert_array_equal(one[layer]["weight"], other[layer]["weight"])
    deeper = nn.stack([4, 8, 5, 3]).init(seed=3)
    np.testing.assert_array_equal(one["hidden"]["weight"], deeper["hidden"]["weight"])
    again = nn.stack([4, 8, 3]).init(seed=4)
    assert not np.array_equal(one["hidden"]["weight"], again["hidden"]["weight"])
    assert one["hidden"]["weight"][0, 0] == -0.7864223661043699, "the same on every machine"


def test_initializers_have_their_variance():
    weights = nn.stack([300, 400, 100], hidden="relu", output="tanh").init()
    assert weights["hidden"]["weight"].var() == pytest.approx(2 / 300, rel=0.02)
    assert weights["output"]["weight"].var() == pytest.approx(2 / 500, rel=0.02)
    assert not weights["hidden"]["bias"].any()
    x = nn.Input(2)
    own = nn.Dense(3, initializer=lambda generator, shape: np.ones(shape))
    assert nn.Network(x, own(x)).init()["output"]["weight"].tolist() == [[1.0, 1.0]] * 3


def test_biases():
    x = nn.Input(2)
    layers = [nn.Dense(3, bias=bias, name=str(bias)) for bias in ("unit", "shared", None)]
    net = nn.Network(x, [layer(x) for layer in layers])
    params = net.init()
    assert params["unit"]["bias"].shape == (3,)
    assert params["shared"]["bias"].shape == ()
    assert "bias" not in params["None"]
    assert net.parameter_counts == {"unit": 9, "shared": 7, "None": 6}


# --- how it shows itself -------------------------------------------------------------------------


def test_names_and_text():
    deep = nn.stack([4, 5, 6, 3], output="softmax", loss="cross_entropy")
    assert list(deep.layers) == ["hidden", "hidden2", "output"]
    assert deep.sizes == {"input": 4, "hidden": 5, "hidden2": 6, "output": 3}
    assert repr(deep).startswith("input (4) → hidden (5, relu) → hidden2 (6, relu) → ")
    text = repr(tangled())
    assert "→" not in text
    assert "cross_entropy + squared_error" in text


def test_thousands_of_layers():
    signal = x = nn.Input(2)
    for _ in range(3000):
        signal = nn.Dense(2, "tanh")(signal)
    net = nn.Network(x, signal)
    assert len(net.layers) == 3000
    assert net(net.init(), np.ones((1, 2))).shape == (1, 2)


def test_scopes_are_on_the_nodes():
    net = tangled()
    graph = cp.trace(net.loss)(net.init(), *tangled_data())
    scopes = {cp.graph.scope_of(node) for node in graph.nodes}
    assert {"twice.z", "twice.a", "twice#2.z", "kind.a", "cost.examples", "cost.total"} <= scopes


# --- misuse --------------------------------------------------------------------------------------

NET = one_layer("softmax", loss="cross_entropy")
PARAMS = NET.init()
LABELS = np.array([0, 1, 2, 0, 1, 2])


def wired(build):
    x, y = nn.Input(2), nn.Input(3, "y")
    return lambda: build(x, y)


def renamed(params, **changes):
    return {"output": {**params["output"], **changes}}


MISUSES = {
    "an unknown activation": (
        lambda: nn.Dense(3, "rellu"),
        ArgumentError,
        "there is no activation 'rellu'.*Did you mean 'relu'",
    ),
    "an unknown loss": (
        lambda: one_layer("softmax", loss="cross_entrpy"),
        ArgumentError,
        "there is no loss 'cross_entrpy'.*Did you mean 'cross_entropy'",
    ),
    "cross-entropy of no probabilities": (
        lambda: one_layer("tanh", loss="cross_entropy"),
        ArgumentError,
        "cross_entropy does not fit an output whose activation is tanh",
    ),
    "cross-entropy of a sum": (
        wired(lambda x, y: nn.Network(x, nn.add(nn.Dense(2)(x), x), loss="cross_entropy")),
        ArgumentError,
        "whose activation is none",
    ),
    "no units": (lambda: nn.Dense(0), ArgumentError, "the number of units is 0"),
    "half a unit": (lambda: nn.Dense(2.5), ArgumentError, "the number of units is 2.5"),
    "an input of no size": (lambda: nn.Input(-1), ArgumentError, "an Input's size is -1"),
    "an unknown bias": (lambda: nn.Dense(2, bias="each"), ArgumentError, "bias='each'.*shared"),
    "a name with a slash": (lambda: nn.Dense(2, name="a/b"), ArgumentError, "the name 'a/b'"),
    "a layer on an array": (
        lambda: nn.Dense(2)(np.ones((1, 2))),
        ArgumentError,
        "a Dense layer takes signals, not ndarray",
    ),
    "a layer on a layer": (
        lambda: nn.Dense(2)(nn.Dense(3)),
        ArgumentError,
        "takes signals, not Dense.*Call it first",
    ),
    "a layer on nothing": (lambda: nn.Dense(2)(), ArgumentError, "was given no signal"),
    "a sum of two sizes": (
        wired(lambda x, y: nn.add(x, y)),
        ShapeError,
        "add of signals of sizes 2, 3.*nn.concatenate",
    ),
    "a missing input": (
        wired(lambda x, y: nn.Network(x, nn.Dense(1)(x, y))),
        ArgumentError,
        r"depend on Input\(3, 'y'\), which is not among the inputs",
    ),
    "an unconnected input": (
        wired(lambda x, y: nn.Network([x, y], nn.Dense(1)(x))),
        ArgumentError,
        r"Input\(3, 'y'\) is not connected to any output",
    ),
    "an input twice": (
        wired(lambda x, y: nn.Network([x, x], nn.Dense(1)(x))),
        ArgumentError,
        r"Input\(2\) stands twice",
    ),
    "no layer": (wired(lambda x, y: nn.Network(x, x)), ArgumentError, "no Dense layer"),
    "no output": (wired(lambda x, y: nn.Network(x, [])), ArgumentError, "has no outputs"),
    "an output that is a layer": (
        wired(lambda x, y: nn.Network(x, [nn.Dense(2)])),
        ArgumentError,
        "outputs hold <Dense.*which is no Signal",
    ),
    "one name twice": (
        wired(lambda x, y: nn.Network(x, nn.Dense(1, name="a")(nn.Dense(1, name="a")(x)))),
        ArgumentError,
        "two layers are named 'a'.*call one layer twice",
    ),
    "a shared layer on two sizes": (
        wired(lambda x, y: nn.Network(x, (d := nn.Dense(3, name="d"))(d(x)))),
        ShapeError,
        "layer 'd' is used on 2 numbers and on 3",
    ),
    "too few losses": (
        wired(lambda x, y: nn.Network(x, [nn.Dense(1)(x)], loss=[])),
        ArgumentError,
        "0 losses for 1 outputs",
    ),
    "negative regularization": (
        lambda: nn.stack([2, 1], regularization=-1),
        ArgumentError,
        "regularization=-1",
    ),
    "a stack of one": (lambda: nn.stack([3]), ArgumentError, r"stack was given the sizes \[3\]"),
    "a single example": (
        lambda: NET(PARAMS, X[0]),
        ShapeError,
        r"'input' was given shape \(4,\), not \(examples, 4\).*X\[None, :\]",
    ),
    "no example": (lambda: NET(PARAMS, X[:0]), ShapeError, r"shape \(0, 4\)"),
    "too many columns": (lambda: NET(PARAMS, X[:, :3]), ShapeError, r"shape \(6, 3\)"),
    "text": (lambda: NET(PARAMS, np.array([["a"] * 4])), DtypeError, "was given dtype <U1"),
    "one array for two inputs": (
        lambda: tangled()(tangled().init(), X),
        ArgumentError,
        "X must be a list of 2, one per input or output, not ndarray",
    ),
    "different numbers of examples": (
        lambda: tangled()(tangled().init(), [np.ones((2, 3)), np.ones((3, 4))]),
        ShapeError,
        "'left' has 2 examples and 'right' 3",
    ),
    "a class out of range": (
        lambda: NET.loss(PARAMS, X, LABELS + 1),
        ShapeError,
        "the class index 3 of example 2 is out of range.*classes are 0 to 2",
    ),
    "a negative class": (
        lambda: NET.loss(PARAMS, X, LABELS - 1),
        ShapeError,
        "the class index -1 of example 0",
    ),
    "targets of another shape": (
        lambda: NET.loss(PARAMS, X, np.ones((6, 2))),
        ShapeError,
        r"targets of 'output' have shape \(6, 2\).*need shape \(6, 3\), or 6 class indices",
    ),
    "classes as floats": (
        lambda: NET.loss(PARAMS, X, LABELS * 1.0),
        ShapeError,
        "shape .6,. and dtype float64.*class indices as integers",
    ),
    "classes as text": (
        lambda: NET.loss(PARAMS, X, np.array(["a"] * 6)),
        DtypeError,
        "the targets of 'output' have dtype <U1",
    ),
    "targets above 1": (
        lambda: NET.loss(PARAMS, X, 2 * np.eye(3)[LABELS]),
        ShapeError,
        "the target 2.0 of example 0, output 0 of 'output', is out of range",
    ),
    "targets that are NaN": (
        lambda: NET.loss(PARAMS, X, np.full((6, 3), np.nan)),
        ShapeError,
        "the target nan of example 0",
    ),
    "targets that add up to 2": (
        lambda: NET.loss(PARAMS, X, np.ones((6, 3)) * 2 / 3),
        ShapeError,
        "the targets of example 0 of 'output' add up to 2, not 1",
    ),
    "no parameters": (lambda: NET({}, X), ArgumentError, "params has no 'output'"),
    "parameters of no kind": (lambda: NET(None, X), ArgumentError, "params is of type NoneType"),
    "a missing bias": (
        lambda: NET({"output": {"weight": PARAMS["output"]["weight"]}}, X),
        ArgumentError,
        r"params\['output'\] has no 'bias'",
    ),
    "a layer too many": (
        lambda: NET({**PARAMS, "outputs": {}}, X),
        ArgumentError,
        "params has the layer 'outputs', which the network has not.*Did you mean 'output'",
    ),
    "weights of another shape": (
        lambda: NET(renamed(PARAMS, weight=np.ones((4, 3))), X),
        ShapeError,
        r"params\['output'\]\['weight'\] has shape \(4, 3\), the network needs \(3, 4\)",
    ),
    "a target out of range under a trace": (
        lambda: cp.trace(NET.loss)(PARAMS, X, LABELS + 1),
        ShapeError,
        "the class index 3",
    ),
}


@pytest.mark.parametrize("name", MISUSES)
def test_misuse(name):
    misuse, kind, message = MISUSES[name]
    with pytest.raises(kind, match=f"(?s){message}") as caught:
        misuse()
    assert isinstance(caught.value, ClearpropError)
    assert "test_network.py" in str(caught.value), "the message names the user's line"


def test_looking_at_targets_leaves_no_guard():
    graph = cp.trace(NET.loss)(PARAMS, X, LABELS)
    assert graph.guards == ()
