"""What each file of the catalogue says: name, formula, samples, and the type rule above all."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from clearprop.errors import ClearpropError
from clearprop.graph import Type, type_of
from clearprop.graph.types import DTYPE_NAMES
from clearprop.primitives import CATALOGUE, Elementwise, Primitive
from clearprop.primitives.catalogue import FOLDERS
from clearprop.primitives.samples import Sample
from tests.primitives.calls import (
    assert_fits,
    drawn,
    each_dtype,
    each_elementwise,
    each_primitive,
    each_sample,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")


# What a file says ---------------------------------------------------------------------------------


@each_primitive
def test_name_file_and_docstring(primitive: Primitive) -> None:
    modules = [f"clearprop.primitives.{folder}.{primitive.name}" for folder in FOLDERS]
    (module,) = [sys.modules[name] for name in modules if name in sys.modules]
    assert module.primitive is primitive is CATALOGUE[primitive.name]
    assert module.__doc__
    assert ">>> " in module.__doc__


@each_primitive
def test_formula_names_every_operand(primitive: Primitive) -> None:
    counts = [len(sample.operands) for sample in primitive.samples] or [2]
    filled = primitive.formula
    for place in range(max(counts)):
        named = f"@{place}" in filled
        assert named or place >= min(counts) or not primitive.samples
        filled = filled.replace(f"@{place}", "x")
    assert "@" not in filled
    assert filled.count("{") == filled.count("}")


@each_primitive
def test_samples_reach_the_smallest_shapes(primitive: Primitive) -> None:
    if not primitive.samples:  # tuples, stacks and loops have a suite of their own
        return
    shapes = {draw.shape for sample in primitive.samples for draw in sample.operands}
    assert any(0 in shape for shape in shapes), "no operand is empty"
    if () not in shapes:  # then there must be no 0-d case
        for sample in primitive.samples:
            scalars = tuple(type_of((), "float64") for _ in sample.operands)
            with pytest.raises(ClearpropError):
                primitive.result(scalars, tuple(sample.params.items()))


# The type rule against the value ------------------------------------------------------------------


@each_dtype
@each_sample
def test_type_rule(primitive: Primitive, sample: Sample, dtype: str) -> None:
    """Shape and dtype, with 0-d arrays and with scalars; the operands are left as they were."""
    made = drawn(primitive, sample, dtype)
    expected = made.graph.nodes[0].type
    kept = [value.copy() for value in made.values]
    for values in (made.values, [value[()] for value in made.values]):
        assert_fits(primitive.evaluator(made.graph.nodes[0].params)(*values), expected)
    for value, before in zip(made.values, kept, strict=True):
        assert_array_equal(value, before)


@each_sample
def test_value_is_that_of_the_ufunc(primitive: Primitive, sample: Sample) -> None:
    """Bit by bit, at numbers and at infinities, signed zeros and NaN."""
    if not isinstance(primitive, Elementwise) or primitive.ufunc is None:
        return
    values = drawn(primitive, sample, "float64").values
    cases = [values]
    if values[0].dtype.kind == "f":
        special = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -2.5, 1e308])
        cases.append([x.ravel() for x in np.meshgrid(*[special] * len(values))])
    for case in cases:
        with np.errstate(all="ignore"):
            mine, expected = primitive.value(np, *case), primitive.ufunc(*case)
        assert_array_equal(mine, expected)
        if expected.dtype.kind == "f":
            assert_array_equal(np.signbit(mine), np.signbit(expected))


@pytest.mark.parametrize("dtype", DTYPE_NAMES)
@each_primitive
def test_type_rule_at_every_dtype(primitive: Primitive, dtype: str) -> None:
    """Each dtype is either refused or computed with; masks and indices stay what they are."""
    for sample in primitive.samples:
        made = drawn(primitive, sample, "float64")
        kinds = {value.dtype.kind for value in made.values} - {"f"}
        data = "f" if any(value.dtype.kind == "f" for value in made.values) else kinds.pop()
        with np.errstate(all="ignore"):
            values = [np.abs(v).astype(dtype) if v.dtype.kind == data else v for v in made.values]
        assert_refused_or_right(primitive, values, sample.params)


@each_sample
def test_type_rule_at_other_shapes(primitive: Primitive, sample: Sample) -> None:
    """An operand with an axis too many, too few or too long is refused or computed with."""
    values = drawn(primitive, sample, "float64").values
    for place, value in enumerate(values):
        others = [np.stack([value, value], axis=-1), np.stack([value], axis=0)]
        if value.ndim:
            others += [np.concatenate([value, value[:1]])]
            others += [value[0]] if len(value) else []
        for other in others:
            assert_refused_or_right(
                primitive, [*values[:place], other, *values[place + 1 :]], sample.params
            )


@each_primitive
def test_wrong_calls_are_refused(primitive: Primitive) -> None:
    """Operands or parameters too many, too few or of the wrong kind.

    The rule itself is asked: ``result`` remembers, and takes 1, 1.0 and True for the same key.
    """
    if not primitive.samples:
        return
    sample = primitive.samples[-1]
    made = drawn(primitive, sample, "float64")
    types = tuple(x.type for x in made.graph.inputs)
    params = tuple(sample.params.items())
    wrong: list[tuple[tuple[Type, ...], Any]] = [((), params), (types, (*params, ("no", 1)))]
    for place, (key, _) in enumerate(params):
        for value in ("text", 1.5, None, (1.5,), ((-1,),), -1, (-1,), 1j):
            changed = (*params[:place], (key, value), *params[place + 1 :])
            wrong.append((types, changed))
        wrong.append((types, (*params[:place], *params[place + 1 :])))
    assert_refused_or_right(primitive, [*made.values, made.values[0]], sample.params)
    for these, those in wrong:
        with pytest.raises(ClearpropError):
            primitive.type_rule(these, those)


@each_elementwise
def test_weak_operands(primitive: Elementwise) -> None:
    """Where Python has the operator, Python's numbers give one again."""
    kinds = {"f": "float64", "i": "int64"}
    for kind in set(primitive.accepts) & set(kinds):
        weak = type_of((), kinds[kind], weak=True)
        masks = (type_of((), "bool"),) * primitive.masks
        types = (*masks, *[weak] * (len(primitive.domain) - primitive.masks))
        result = primitive.result(types, ())
        assert result.weak == bool(primitive.symbol and primitive.gives == "same")


@each_primitive
def test_views_share_memory(primitive: Primitive) -> None:
    for sample in primitive.samples if primitive.view else ():
        made = drawn(primitive, sample, "float64")
        if made.values[0].ndim and made.values[0].size:
            result = primitive.evaluator(made.graph.nodes[0].params)(*made.values)
            assert not result.size or np.shares_memory(result, made.values[0])


# Helpers ------------------------------------------------------------------------------------------


def assert_refused_or_right(primitive: Primitive, values: list[Any], params: Any) -> None:
    """Either the type rule refuses the operands, or it is right about the value."""
    types = tuple(type_of(value.shape, value.dtype) for value in values)
    try:
        expected = primitive.result(types, tuple(params.items()))
    except ClearpropError:
        return
    try:
        with np.errstate(all="ignore"):
            value = primitive.value(np, *values, **params)
    except IndexError:  # a drawn position is out of bounds, which no type can know
        return
    assert_fits(value, expected)
