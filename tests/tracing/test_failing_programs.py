"""Every program in the table of failing programs fails as it says, and the page shows it."""

from pathlib import Path

import pytest

from scripts.failing_page import PAGE, render
from tests.failing import PROGRAMS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("failing", PROGRAMS, ids=lambda failing: failing.title)
def test_the_program_fails_and_says_why(failing):
    with pytest.raises(failing.error) as caught:
        failing.program()
    message = str(caught.value)
    for word in failing.words:
        assert word in message
    assert "\n" not in message


def test_errors_from_traces_name_the_user_s_line():
    with pytest.raises(PROGRAMS[0].error) as caught:
        PROGRAMS[0].program()
    assert "failing.py" in str(caught.value)
    assert "return float(x) ** 2" in str(caught.value)


def test_the_page_is_made_from_the_table():
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    assert page == render(), "run `python -m scripts.failing_page`"
