"""Programs that must fail: each with what its message has to say.

``scripts/failing_page.py`` makes the documentation page from this table, and
``tests/tracing/test_failing_programs.py`` holds both to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy
import numpy as np

import clearprop as cp
import clearprop.numpy as cnp
from clearprop import errors


@dataclass(frozen=True)
class Failing:
    """A program, the error it must raise, and words that its message must hold."""

    title: str
    program: Callable[[], object]
    error: type[Exception]
    words: tuple[str, ...]


PROGRAMS: list[Failing] = []


def failing(title: str, error: type[Exception], *words: str):
    """Enter a program into the table."""

    def enter(program: Callable[[], object]) -> Callable[[], object]:
        PROGRAMS.append(Failing(title, program, error, words))
        return program

    return enter


V = np.array([1.0, 2.0, 3.0])

# No silent detachment ----------------------------------------------------------------------------


@failing("float(x)", errors.DetachmentError, "float(x)", "Leave x", "stop_gradient(x).value")
def float_of_a_traced_value():
    def f(x):
        return float(x) ** 2

    cp.grad(f)(3.0)


@failing("Python's math module", errors.DetachmentError, "math.sin(x) would", "Write np.sin(x)")
def function_of_the_math_module():
    def f(x):
        return math.sin(x)

    cp.grad(f)(3.0)


@failing("complex(x)", errors.DetachmentError, "complex(x)", "x.astype(complex)")
def complex_of_a_traced_value():
    def f(x):
        return complex(x).real

    cp.grad(f)(3.0)


@failing("x.item()", errors.DetachmentError, "item", "stop_gradient(x).value")
def item_of_a_traced_value():
    def f(x):
        return x.sum().item()

    cp.grad(f)(V)


@failing("x.tolist()", errors.DetachmentError, "tolist", "stop_gradient(x).value")
def tolist_of_a_traced_value():
    def f(x):
        return sum(x.tolist())

    cp.grad(f)(V)


@failing("np.array of traced values", errors.DetachmentError, "clearprop.numpy.array")
def plain_array_of_traced_values():
    def f(x):
        return numpy.array([x, 2 * x]).sum()

    cp.grad(f)(3.0)


@failing("np.asarray(x)", errors.DetachmentError, "clearprop.numpy.array")
def asarray_of_a_traced_value():
    def f(x):
        return numpy.asarray(x).sum()

    cp.grad(f)(V)


@failing("Storing in a plain array", errors.DetachmentError, "storing x", "clearprop.numpy (zeros")
def store_in_a_plain_array():
    def f(x):
        y = numpy.zeros(3)
        y[0] = x
        return y.sum()

    cp.grad(f)(3.0)


@failing("A traced row into a plain array", errors.DetachmentError, "storing x", "clearprop.numpy")
def store_a_row_in_a_plain_array():
    def f(x):
        y = numpy.zeros((2, 3))
        y[0] = x
        return y.sum()

    cp.grad(f)(V)


@failing(
    "A plain array at traced indices", errors.DetachmentError, "indexing a plain", "array(a)[x]"
)
def plain_array_at_traced_indices():
    def f(x):
        return (V[np.argsort(x)] * x).sum()

    cp.grad(f)(V)


@failing("out= into a plain array", errors.DetachmentError, "out=", "plain array")
def out_into_a_plain_array():
    def f(x):
        y = numpy.zeros(3)
        numpy.add(x, 1.0, out=y)
        return y.sum()

    cp.grad(f)(V)


@failing("+= on a plain array", errors.DetachmentError, "plain array", "y = y + x")
def add_in_place_to_a_plain_array():
    def f(x):
        y = numpy.zeros(3)
        y += x
        return y.sum()

    cp.grad(f)(V)


@failing("A float into an integer array", errors.DetachmentError, "truncated", "float dtype")
def float_into_an_integer_array():
    def f(x):
        y = cnp.zeros(3, dtype=int)
        y[0] = x
        return y.sum() * x

    cp.grad(f)(3.0)


@failing(".value without stop_gradient", errors.DetachmentError, "cp.stop_gradient(x).value")
def value_without_stop_gradient():
    def f(x):
        return x * x.value

    cp.grad(f)(3.0)


# Arguments and outer arrays are not written into -------------------------------------------------


@failing("Writing into an argument", errors.ReadOnlyError, "argument x", "x = x.copy()")
def write_into_an_argument():
    def f(x):
        x[0] = 0.0
        return x.sum()

    cp.grad(f)(V)


@failing("+= on an array argument", errors.ReadOnlyError, "argument x", "x = x.copy()")
def add_in_place_to_an_argument():
    def f(x):
        x += 1.0
        return x.sum()

    cp.grad(f)(V)


@failing("Writing through a view of an argument", errors.ReadOnlyError, "argument x")
def write_through_a_view_of_an_argument():
    def f(x):
        x.reshape(3, 1)[1:] = 0.0
        return x.sum()

    cp.grad(f)(V)


@failing("Writing into an enclosing trace's array", errors.EscapedError, "enclosing trace")
def write_into_an_enclosing_array():
    def outer(x):
        w = x * 2

        def inner(y):
            w[0] = y[0]
            return y.sum()

        return cp.grad(inner)(x).sum()

    cp.grad(outer)(V)


@failing("A traced value that escaped", errors.EscapedError, "after its trace closed", "has_aux")
def use_after_the_trace_closed():
    kept = []

    def f(x):
        kept.append(x)
        return x * x

    cp.grad(f)(3.0)
    kept[0] + 1.0


@failing("NumPy's global random state", errors.TraceError, "random", "default_rng")
def draw_from_the_global_random_state():
    def f(x):
        return x * numpy.random.rand()  # noqa: NPY002

    cp.grad(f)(3.0)


# Shapes, dtypes, names ---------------------------------------------------------------------------


@failing("Shapes that do not broadcast", errors.ShapeError, "add of shapes (3,) and (2,)", "x + ")
def shapes_that_do_not_broadcast():
    def f(x):
        return (x + numpy.ones(2)).sum()

    cp.grad(f)(V)


@failing("Shapes that do not multiply", errors.ShapeError, "matmul of shapes (3,) and (2, 2)", "@")
def shapes_that_do_not_multiply():
    def f(x):
        return (x @ numpy.ones((2, 2))).sum()

    cp.grad(f)(V)


@failing("A gradient of an array", errors.ShapeError, "shape (3,)", "cp.jacobian")
def gradient_of_an_array():
    cp.grad(lambda x: 2 * x)(V)


@failing("A gradient by an integer", errors.DtypeError, "argument n is of type int", "3.0")
def gradient_by_an_integer():
    def f(n):
        return n * n

    cp.grad(f)(3)


@failing("A gradient by an integer array", errors.DtypeError, "argument x", "int64", "(float)")
def gradient_by_an_integer_array():
    def f(x):
        return x.sum()

    cp.grad(f)(numpy.arange(3))


@failing("A gradient of a truth value", errors.DtypeError, "bool")
def gradient_of_a_truth_value():
    cp.grad(lambda x: x > 0)(1.0)


@failing("argnums out of range", errors.ArgumentError, "argnums=2", "the call has 1")
def argnums_out_of_range():
    cp.grad(lambda x: x, argnums=2)(1.0)


@failing("A wrong argument name", TypeError, "unexpected keyword argument 'y'")
def wrong_argument_name():
    cp.grad(lambda x: x)(1.0, y=2.0)


@failing("No function", errors.ArgumentError, "wants a function, not float")
def no_function():
    cp.grad(3.0)


@failing("Text in an argument", errors.DtypeError, "argument x has dtype <U1")
def text_in_an_argument():
    cp.grad(lambda x: x)(numpy.array(["a"]))


@failing("A value that is no number", errors.DtypeError, "type str")
def a_value_that_is_no_number():
    cp.grad(lambda x: x * "a")(1.0)


@failing("The truth of an array", ValueError, "ambiguous", "a.any() or a.all()")
def truth_of_an_array():
    cp.grad(lambda x: x.sum() if x > 0 else 0.0)(V)


@failing("An index out of bounds", IndexError, "index 7 is out of bounds for axis 0 with size 3")
def index_out_of_bounds():
    cp.grad(lambda x: x[7])(V)


@failing("A float as an index", IndexError, "must be of integer (or boolean) type, not float64")
def float_as_an_index():
    cp.grad(lambda x: x[x[0]])(V)


@failing("A function that is not traced", errors.UnsupportedError, "np.unique", "clearprop.numpy")
def function_that_is_not_traced():
    cp.grad(lambda x: numpy.unique(x)[0])(V)


@failing("A NumPy option that is not traced", errors.UnsupportedError, "where")
def option_that_is_not_traced():
    cp.grad(lambda x: numpy.add(x, 1.0, where=V > 1).sum())(V)


@failing("A gradient of a complex number", errors.DtypeError, "np.abs(z)", "cp.vjp")
def gradient_of_a_complex_number():
    cp.grad(lambda z: z * z)(1 + 2j)


@failing("A Jacobian by complex numbers", errors.DtypeError, "two directions", "cp.jvp")
def jacobian_by_complex_numbers():
    cp.jacobian(lambda z: abs(z))(numpy.array([1 + 2j, 3j]))


@failing("An order of complex numbers", errors.DtypeError, "maximum", "np.abs(z)")
def order_of_complex_numbers():
    cp.grad(lambda z: numpy.maximum(z, 0).real)(1 + 2j)


# Bodies of loops and branches --------------------------------------------------------------------


@failing("A decision in a body", errors.TraceError, "decides on a value", "cp.cond", "if c > 10")
def decision_in_a_body():
    def step(c, x):
        if c > 10:
            c = c / 2
        return c + x, c

    cp.scan(step, 0.0, V)


@failing(
    "A slice of a traced length in a body", errors.TraceError, "int64", "np.arange(len(x)) < n"
)
def slice_in_a_body():
    def trip(i, total):
        return total + V[:i].sum()

    cp.fori_loop(0, 3, trip, 0.0)


@failing("A mask that chooses in a body", errors.TraceError, "bool[3]", "np.where(mask, x, 0.0)")
def mask_in_a_body():
    cp.scan(lambda c, x: (c + np.sum(x[x > 1]), c), 0.0, np.stack([V, V]))


@failing("An entry of a list at a traced index in a body", errors.TraceError, "entry of a list")
def list_in_a_body():
    weights = [0.5, 0.25, 0.25]

    def trip(i, total):
        return total + weights[i]

    cp.fori_loop(0, 3, trip, 0.0)


@failing("A plain array at a traced index in a body", errors.DetachmentError, "array(a)[x] for")
def plain_array_in_a_body():
    def trip(i, total):
        return total + V[i]

    cp.fori_loop(0, 3, trip, 0.0)


@failing("A carry that changes its dtype", errors.ShapeError, "init is of type int64", "0.0 for 0")
def carry_that_changes_its_dtype():
    cp.scan(lambda c, x: (c + x, c), 0, V)


@failing("A carry that changes its shape", errors.ShapeError, "init is of type float64, but", "[3]")
def carry_that_changes_its_shape():
    cp.while_loop(lambda c: np.sum(c) < 10.0, lambda c: c + V, 0.0)


@failing("Branches that differ", errors.ShapeError, "false_fn returns float64", "float64[3]")
def branches_that_differ():
    cp.cond(True, lambda x: x, lambda x: x.sum(), V)


@failing("Branches of different structure", errors.ShapeError, "(*, *)", "same nesting")
def branches_of_different_structure():
    cp.cond(True, lambda x: (x, x), lambda x: x, V)


@failing("A condition of many elements", errors.ShapeError, "bool[3]", "np.where")
def condition_of_many_elements():
    cp.cond(V > 2, lambda x: x, lambda x: -x, V)


@failing("Different lengths in a scan", errors.ShapeError, "xs[0]: 3, xs[1]: 4")
def different_lengths_in_a_scan():
    cp.scan(lambda c, x: (c, x[0] * x[1]), 0.0, (V, np.ones(4)))


@failing("Elements that take different paths", errors.GuardError, "element 1 of 3", "cp.cond")
def elements_that_take_different_paths():
    cp.vmap(lambda x: x if x < 2 else -x)(V)


# Custom derivatives ------------------------------------------------------------------------------


@failing("A custom derivative without a rule", errors.ArgumentError, "no rule", "defjvp or defvjp")
def custom_derivative_without_a_rule():
    f = cp.custom_derivative(lambda x: x * x)
    cp.grad(f)(3.0)


@failing(
    "A custom derivative that closes over a traced value",
    errors.TraceError,
    "refers to a traced value from outside",
    "Pass it as an argument",
)
def custom_derivative_over_a_traced_value():
    def f(x):
        times = cp.custom_derivative(lambda y: x * y)
        times.defjvp(lambda primals, tangents: (times(*primals), tangents[0]))
        return times(x)

    cp.grad(f)(3.0)


@failing("A rule that is not linear", errors.ArgumentError, "not linear in its tangents")
def rule_that_is_not_linear():
    f = cp.custom_derivative(lambda x: x * x)
    f.defjvp(lambda primals, tangents: (f(*primals), tangents[0] ** 2))
    cp.grad(f)(3.0)


# Graphs ------------------------------------------------------------------------------------------


@failing("Another branch", errors.GuardError, "if x > 0", "another branch")
def another_branch():
    def f(x):
        if x > 0:
            return x
        return -x

    cp.run(cp.trace(f)(1.0), -1.0)


@failing("Elements of a batch that disagree", errors.GuardError, "element 2 of 3", "np.where")
def elements_that_disagree():
    def f(x):
        if x > 0:
            return x
        return -x

    cp.vmap(f)(numpy.array([1.0, 2.0, -1.0]))


@failing("The numbers of one element", errors.DetachmentError, "one element of a batch")
def numbers_of_one_element():
    def f(x):
        return x * cp.stop_gradient(x).value

    cp.vmap(f)(V)


@failing("A text that is no graph", errors.ParseError, "line 2, column 8", "'y' is not defined")
def text_that_is_no_graph():
    cp.parse("graph(x: float) {\nreturn y\n}")
