"""grad, value_and_grad, vjp, jvp, jacobian, hessian: values, structures, nesting, errors."""

import dataclasses

import numpy as np
import optree
import pytest

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.errors import ArgumentError, ClearpropError, DtypeError, ShapeError
from clearprop.tracing import Traced

# Nesting: the design's tests, and more -----------------------------------------------------------


def test_perturbations_are_not_confused():
    assert cp.grad(lambda x: cp.grad(lambda y: x * y)(x))(3.0) == 1.0
    assert cp.grad(lambda x: cp.grad(lambda y: x * y**2)(x))(3.0) == 12.0


@pytest.mark.parametrize("outer", ["grad", "jvp"])
@pytest.mark.parametrize("inner", ["grad", "jvp", "jacobian", "vjp"])
def test_every_mode_nests_in_every_other(outer, inner):
    def slope(f, x):
        return {
            "grad": lambda: cp.grad(f)(x),
            "jvp": lambda: cp.jvp(f, (x,), (1.0,))[1],
            "jacobian": lambda: cp.jacobian(f)(x),
            "vjp": lambda: cp.vjp(f, x)[1](1.0)[0],
        }

    def inner_slope(x):
        return x * slope(lambda y: x * np.sin(y), x)[inner]()

    x = 0.7
    expected = 2 * x * np.cos(x) - x**2 * np.sin(x)
    assert np.isclose(slope(inner_slope, x)[outer](), expected, rtol=1e-12)


def test_third_order_through_closures_and_arrays():
    def f(x):
        return np.sum(x**4)

    x = np.array([1.0, 2.0])
    third = cp.jacobian(cp.hessian(f))(x)
    expected = np.zeros((2, 2, 2))
    expected[0, 0, 0], expected[1, 1, 1] = 24 * x
    np.testing.assert_allclose(third, expected)


def test_an_inner_function_may_use_outer_arrays_and_guards():
    def outer(x):
        w = x * 2

        def inner(y):
            return np.sum(w * y**2) if y[0] > 0 else np.sum(y)

        return np.sum(cp.grad(inner)(x))

    np.testing.assert_allclose(cp.grad(outer)(np.array([1.0, 2.0])), [8.0, 16.0])


# Structures ---------------------------------------------------------------------------------------


def test_containers_go_in_and_out():
    def f(params, scale):
        return params["w"] @ params["w"] * scale + params["deep"][0][1] ** 2

    params = {"w": np.array([1.0, 2.0]), "deep": [(1.0, 3.0)], "label": "hello", "none": None}
    slopes = cp.grad(f)(params, 2.0)
    np.testing.assert_allclose(slopes["w"], [4.0, 8.0])
    assert slopes["deep"] == [(0.0, 6.0)]
    assert slopes["label"] is None
    both = cp.grad(f, argnums=(0, 1))(params, 2.0)
    assert both[1] == 5.0


def test_dataclasses_go_in_and_out():
    @optree.dataclasses.dataclass(namespace="")
    class Point:
        x: float
        y: float

    try:
        slopes = cp.grad(lambda p: p.x * p.y)(Point(2.0, 5.0))
    except ClearpropError:
        pytest.skip("dataclasses want a namespace of their own in this optree")
    assert dataclasses.astuple(slopes) == (5.0, 2.0)


def test_results_have_the_arguments_form():
    assert type(cp.grad(lambda x: x * x)(3.0)) is float
    assert type(cp.grad(lambda x: x * x)(np.float32(3))) is np.float32
    zero_d = cp.grad(lambda x: x * x)(np.array(3.0))
    assert isinstance(zero_d, np.ndarray)
    assert zero_d.shape == ()
    single = cp.grad(lambda x: np.sum(x * 2.0))(np.ones(2, np.float32))
    assert single.dtype == np.float32


def test_results_never_alias_arguments():
    x, y = np.ones(3), np.full(3, 2.0)
    slope = cp.grad(lambda x: np.sum(x * y))(x)
    slope[:] = 7.0
    np.testing.assert_array_equal(y, 2.0)
    value, _ = cp.vjp(lambda x: x, x)
    value[:] = 9.0
    np.testing.assert_array_equal(x, 1.0)
    broadcast = cp.grad(np.sum)(x)
    broadcast[0] = 5.0
    assert broadcast[1] == 1.0


def test_a_pullback_sees_the_values_of_its_time():
    x, scale = np.ones(2), np.full(2, 3.0)
    value, pull = cp.vjp(lambda x: x * x * scale, x)
    x[:] = 100.0
    scale[:] = 100.0
    np.testing.assert_array_equal(value, 3.0)
    np.testing.assert_array_equal(pull(np.ones(2))[0], 6.0)
    np.testing.assert_array_equal(pull(np.full(2, 2.0))[0], 12.0)


def test_captured_arrays_may_change_between_uses():
    buffer = np.ones(2)

    def f(x):
        first = x * buffer
        buffer[:] = 5.0
        second = x * buffer
        buffer[:] = 1.0
        return np.sum(first * second)

    np.testing.assert_allclose(cp.grad(f)(np.array([1.0, 2.0])), [10.0, 20.0])


def test_aux_results_pass_through():
    def f(x):
        y = np.sin(x)
        return np.sum(y), {"y": y, "note": "hello", "n": x.shape[0]}

    x = np.array([0.1, 0.2])
    slope, aux = cp.grad(f, has_aux=True)(x)
    np.testing.assert_allclose(slope, np.cos(x))
    np.testing.assert_allclose(aux["y"], np.sin(x))
    assert type(aux["y"]) is np.ndarray
    assert aux["note"] == "hello"
    (value, _), again = cp.value_and_grad(f, has_aux=True)(x)
    assert np.isclose(value, np.sum(np.sin(x)))
    np.testing.assert_array_equal(again, slope)


def test_keyword_arguments_are_passed_as_they_are():
    assert cp.grad(lambda x, *, power=1: x**power)(3.0, power=2) == 6.0


def test_vjp_and_jvp_of_several_outputs():
    def f(x, y):
        return {"product": x * y, "sum": x + y, "count": 3}

    value, pull = cp.vjp(f, 2.0, 5.0)
    assert value["product"] == 10.0
    assert pull({"product": 1.0, "sum": 10.0, "count": 0}) == (15.0, 12.0)
    value, tangent = cp.jvp(f, (2.0, 5.0), (1.0, 0.0))
    assert tangent["product"] == 5.0
    assert tangent["sum"] == 1.0


# Jacobians ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
@pytest.mark.parametrize("n", [0, 1, 3])
def test_jacobians_agree_in_every_mode(mode, n):
    matrix = np.arange(1.0, 1 + 2 * n).reshape(2, n)
    found = cp.jacobian(lambda x: np.sin(matrix @ x), mode=mode)(np.ones(n))
    expected = np.cos(matrix @ np.ones(n))[:, None] * matrix
    np.testing.assert_allclose(found, expected)
    assert found.shape == (2, n)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_jacobians_of_containers(mode):
    found = cp.jacobian(lambda p: {"q": p["a"] * p["b"]}, mode=mode)({"a": np.ones(2), "b": 3.0})
    np.testing.assert_allclose(found["q"]["a"], 3 * np.eye(2))
    np.testing.assert_allclose(found["q"]["b"], np.ones(2))


def test_several_arguments_give_a_tuple():
    by_x, by_y = cp.jacobian(lambda x, y: x * y, argnums=(0, 1))(np.ones(2), np.full(2, 4.0))
    np.testing.assert_allclose(by_x, 4 * np.eye(2))
    np.testing.assert_allclose(by_y, np.eye(2))


def test_hessian_of_two_arguments():
    found = cp.hessian(lambda x, y: x**2 * y, argnums=(0, 1))(3.0, 5.0)
    assert found == ((10.0, 6.0), (6.0, 0.0))


# Wrong use ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: cp.grad(3), ArgumentError, "grad wants a function, not int"),
        (lambda: cp.grad(lambda x: x)(np.ones(3)), ShapeError, r"shape \(3,\).*jacobian"),
        (lambda: cp.grad(lambda x: x)(3), DtypeError, r"argument x is of type int.*3\.0"),
        (lambda: cp.grad(lambda x: x)(True), ClearpropError, "True|bool"),
        (lambda: cp.grad(np.sum)(np.arange(3)), DtypeError, "int64"),
        (lambda: cp.grad(lambda x: x > 0)(1.0), DtypeError, "bool"),
        (lambda: cp.grad(lambda x: None)(1.0), ArgumentError, "NoneType"),
        (lambda: cp.grad(lambda x: "text")(1.0), DtypeError, "str"),
        (lambda: cp.grad(lambda x: (x, x))(1.0), ArgumentError, "tuple.*has_aux"),
        (lambda: cp.grad(lambda x: x, has_aux=True)(1.0), ArgumentError, "pair"),
        (lambda: cp.grad(lambda x: x, argnums=1)(1.0), ArgumentError, "argnums=1"),
        (lambda: cp.grad(lambda x: x)(x=1.0), ArgumentError, "by position"),
        (lambda: cp.grad(lambda x: x)("a"), ClearpropError, "x"),
        (lambda: cp.grad(lambda x: x)(np.array(["a"])), DtypeError, "argument x has dtype <U1"),
        (lambda: cp.grad(lambda x: x)(2j), DtypeError, "complex"),
        (lambda: cp.jvp(lambda x: x, 1.0, 1.0), ArgumentError, "as a tuple"),
        (lambda: cp.jvp(lambda x: x, (1.0,), ()), ArgumentError, "1 primals and 0 tangents"),
        (lambda: cp.jvp(lambda x: x, (np.ones(2),), (1.0,)), ShapeError, r"tangent has shape \(\)"),
        (lambda: cp.jvp(lambda x: x["a"], ({"a": 1.0},), ({"b": 1.0},)), ArgumentError, "struct"),
        (lambda: cp.vjp(lambda x: x, 1.0)[1](np.ones(2)), ShapeError, "cotangent"),
        (lambda: cp.vjp(lambda x: x, 1.0)[1]("a"), DtypeError, "cotangent"),
        (lambda: cp.vjp(lambda x: {}, 1.0), ArgumentError, "no number"),
        (lambda: cp.jacobian(lambda x: x, mode="sideways"), ArgumentError, "no mode 'sideways'"),
        (lambda: cp.jacobian(lambda x: x)(3), DtypeError, "int"),
        (lambda: cp.check_grads(lambda x: x, 3), ArgumentError, "no float argument"),
    ],
)
def test_wrong_use_says_what_and_what_to_do(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_outside_a_trace_the_namespace_is_numpy():
    assert type(cnp.sin(1.0)) is np.float64
    assert type(cnp.sum(np.ones(2))) is np.float64


@pytest.mark.parametrize("name", ["max", "min", "prod"])
def test_no_path_into_a_reduction_is_a_tangent_of_zero(name):
    x = np.array([1.5, 2.5])
    function = getattr(np, name)
    assert cp.jvp(lambda x: function(np.floor(x)), (x,), (np.ones(2),))[1] == 0
    assert cp.grad(lambda x: function(np.floor(x)) * 1.0)(x).tolist() == [0, 0]


def test_a_masked_tangent_is_refused():
    with pytest.raises(DtypeError, match="MaskedArray"):
        cp.jvp(np.sin, (np.ones(2),), (np.ma.array([1.0, 2.0], mask=[0, 1]),))


@pytest.mark.parametrize("derive", [cp.grad, cp.jacobian])
def test_a_derivative_that_depends_on_nothing_can_be_written_into(derive):
    def f(x):
        slope = derive(lambda u: np.sum(x))(x)
        slope[0] = x[1] ** 2
        slope += x
        return np.sum(slope)

    assert cp.grad(f)(np.array([1.0, 3.0])).tolist() == [1, 7]


FUNCTIONS = {
    "a product": lambda x: x * x,
    "twice": lambda x: 2.0 * x,
    "itself": lambda x: x,
    "a ufunc": np.sin,
    "a sum": lambda x: np.sum(np.sin(x)),
    "a view": np.transpose,
    "single precision": lambda x: x * np.float32(2),
    "an array": lambda x: np.where(x > 0, x, 1.0),
    "a float": lambda x: 1.0,
    "a scalar": lambda x: np.float64(3.0),
    "a 0-d array": lambda x: np.array(3.0),
    "several": lambda x: (x * 1.0, np.sin(x), np.sum(x)),
}

DERIVATIVES = {
    "vjp": lambda f, x: (cp.vjp(f, x)[0], cp.vjp(f, x)[1](f(x))),
    "jvp": lambda f, x: cp.jvp(f, (x,), (x,)),
    "value_and_grad": lambda f, x: cp.value_and_grad(lambda u: sum(optree.tree_leaves(f(u))))(x),
    "jacobian": lambda f, x: cp.jacobian(f)(x),
    "jacobian by rows": lambda f, x: cp.jacobian(f, mode="reverse")(x),
    "linearize": lambda f, x: cp.linearize(f, x)[1](x),
    "vmap": lambda f, x: cp.vmap(lambda y, x: f(x), (0, None), None)(np.ones(2), x),
}


@pytest.mark.parametrize("derive", DERIVATIVES)
@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    "x",
    [0.5, np.float64(0.5), np.float32(0.5), np.array(0.5), np.array(0.5, np.float32)],
    ids=["float", "float64", "float32", "0-d", "0-d float32"],
)
def test_derivatives_have_one_form_inside_a_trace_and_outside(x, name, derive):
    def forms(x):
        leaves = optree.tree_leaves(DERIVATIVES[derive](FUNCTIONS[name], x))
        return [_form(leaf) for leaf in leaves]

    inside = []
    cp.trace(lambda x: inside.append(forms(x)) or 0.0)(x)
    assert inside == [forms(x)]


def _form(value):
    """What kind of number it is, and its dtype."""
    if value.__class__ is Traced:
        kind = "array" if value.is_array else "Python's" if value.type.weak else "scalar"
        return kind, value.dtype
    kinds = {"array": np.ndarray, "scalar": np.generic, "Python's": object}
    kind = next(kind for kind, of in kinds.items() if isinstance(value, of))
    return kind, np.asarray(value).dtype


def test_a_jacobian_of_one_number_is_a_scalar_and_has_no_views():
    def f(x):
        slope = cp.jacobian(lambda u: u * u)(x)
        cnp.reshape(slope, (1,))[0] = 0.0
        return slope

    assert cp.grad(f)(np.array(3.0)) == 2.0
