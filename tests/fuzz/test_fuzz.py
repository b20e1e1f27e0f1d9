"""A small run of the fuzzer, its past failures, and whether it would notice anything at all."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz import campaign
from tests.fuzz.campaign import CORPUS, Kind, Tally
from tests.fuzz.comparing import close
from tests.fuzz.oracle import DisagreementError, examine
from tests.fuzz.program import Program
from tests.fuzz.programs import Choices, program, programs
from tests.fuzz.shrinking import shrunk
from tests.fuzz.writer import SMALL

WRONG = """\
import clearprop.numpy as np

import clearprop as cp


def f(x):
    c0 = cp.custom_derivative(np.sin)
    c0.{rule}
    return c0(x) * x


ARGS = (
    np.array([0.5, 1.5]),
)
"""


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(programs())
def test_all_ways_to_a_random_programs_derivatives_agree(made):
    examine(made)


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.py")), ids=lambda path: path.stem)
def test_past_failures_stay_mended(path):
    examine(Program(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("defjvp(lambda p, t: (np.sin(*p), 1.01 * np.cos(p[0]) * t[0]))", "NumPy's differences"),
        ("defvjp(lambda x: (np.sin(x), x), lambda x, c: (c * np.sin(x),))", "NumPy's differences"),
        ("defjvp(lambda p, t: (c0(*p), np.cos(cp.stop_gradient(p[0])) * t[0]))", "second deriv"),
        ("defvjp(lambda x: (np.sin(x), x), lambda x, c: (c[:1],))", "ShapeError"),
    ],
)
def test_the_oracle_notices_a_wrong_derivative(rule, said):
    with pytest.raises(DisagreementError, match=said):
        examine(Program(WRONG.format(rule=rule)))


def test_the_oracle_notices_a_wrong_value():
    source = WRONG.format(rule="defjvp(lambda p, t: (c0(*p), np.cos(p[0]) * t[0]))")
    wrong = Program(source.replace("return c0(x) * x", "return cp.checkpoint(g)(x)"))
    wrong.names["g"] = lambda x: x * 2.0
    wrong.reference.__globals__["g"] = lambda x: x * 2.001
    with pytest.raises(DisagreementError, match="the traced value and NumPy's"):
        examine(wrong)


def test_values_may_differ_by_a_rounding_of_the_largest_number_on_the_way():
    source = WRONG[: WRONG.index("    c0 =")] + WRONG[WRONG.index("\n\nARGS") :]
    body = "def f(x):\n    return np.sin(g(np.sum(x) * 1e{}))\n"
    for power, off in [(2, 2e-12), (6, 5e-10)]:
        wrong = Program(source.replace("def f(x):\n", body.format(power)))
        wrong.names["g"] = lambda x: x
        for more, agrees in [(off, True), (10 * off, False)]:
            wrong.reference.__globals__["g"] = lambda x, more=more: x + more
            if agrees:
                examine(wrong)
            else:
                with pytest.raises(DisagreementError, match="the traced value and NumPy's"):
                    examine(wrong)


def test_a_number_of_pythons_may_mean_something_else_than_one_of_numpys():
    source = WRONG[: WRONG.index("    c0 =")] + WRONG[WRONG.index("\n\nARGS") :]
    body = """\
    y = np.transpose(x)
    y[...][None] = 2.0
    return np.mod(y, 1.7)
"""
    source = source.replace("def f(x):\n", "def f(x):\n" + body)
    examine(Program(source.replace("np.array([0.5, 1.5])", "1.276")))


def test_a_program_is_made_again_from_its_seed_and_from_its_choices():
    choices = Choices("3/14")
    made = program(choices)
    assert made is not None
    assert program(Choices("3/14")) == made
    assert program(Choices(given=choices.made)) == made


def test_a_failure_is_shrunk():
    def fails(given):
        choices = Choices(given=given)
        made = program(choices)
        return choices.made if made and "np.sum" in made.source else None

    number = next(i for i in range(100) if fails(_choices(i)))
    small = program(Choices(given=shrunk(_choices(number), fails)))
    body = re.search(r"def f.*?return", small.source, re.DOTALL)[0]
    assert "np.sum" in body
    assert len(body.splitlines()) <= 4, small.source


def test_a_failure_is_saved_with_its_seed(tmp_path):
    counts, said = campaign.one(5, 1, Kind(SMALL, _refuse, tmp_path))
    assert counts["made"] == 1
    assert said == "made up: by the test"
    (path,) = tmp_path.iterdir()
    assert "program 1 of seed 5" in path.read_text()
    examine(Program(path.read_text()))


def test_a_run_goes_on_where_it_stopped(tmp_path):
    kept = tmp_path / "seed-0.json"
    tally = Tally({0, 2}, campaign.Counter(made=100), {7: "differs"}, 1.5)
    tally.write(kept)
    assert Tally.read(kept) == tally
    assert Tally.read(Path("nowhere")) == Tally()
    assert not list(campaign.run(0, 50, 1, tally))


def _choices(number):
    choices = Choices(f"0/{number}")
    program(choices)
    return choices.made


def _refuse(made):
    raise DisagreementError("made up: by the test")


def test_what_is_no_number_is_compared_with_nothing():
    nan = [np.zeros(2), np.array([np.nan, 0.0])]
    close(nan, nan, "slopes", 1e-9)
    with pytest.raises(DisagreementError, match="slopes"):
        close([np.zeros(2)], [np.ones(2)], "slopes", 1e-9)
    with pytest.raises(DisagreementError, match="slopes"):
        close([np.array([np.nan, 0.0])], [np.zeros(2)], "slopes", 1e-9)
