"""Make ``docs/guide/awkward-points.md`` from the table in ``tests/awkward/``.

Run ``python -m scripts.awkward_page`` from the project's root after the table changed, or
``make awkward``, which asks the other libraries anew before; a test holds the page to it.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy

from tests.awkward.row import Group, Row
from tests.awkward.table import GROUPS, ROWS
from tests.awkward.telling import told

PAGE: Final = "docs/guide/awkward-points.md"
ANSWERS: Final = "tests/awkward/others.json"

HEAD: Final = """\
# Awkward points

At a kink, a jump, a pole or a tie a derivative is a decision. Here is each decision with its
reason, and what three other libraries answer. The rules behind them:

- **symmetric, or of smallest norm**: of the slopes that a point could have, their mean, or the
  smallest one;
- **no path is not a slope of 0**: what was not taken cannot spoil a derivative by 0 · ∞;
- **no value, no slope**: NaN beyond a domain, ∞ at its end, an error where NumPy has one;
- **forward and reverse mode agree**, and so do plain NumPy and `clearprop.numpy`.

A cell has the derivative at the point and, where it says more, after a semicolon the second one: of
a vector it is the matrix of second derivatives. A name that ends in Error is an exception; – means
that the library has no such function. In forward mode a 0 in the direction is a number like any
other: where the slope by some other element is ∞ or NaN it gives 0 · ∞.

"""

MADE: Final = """\
The page is made by `make awkward` from `tests/awkward/`, whose rows the test suite holds clearprop
to. The others are {versions}; the same line of code ran in each, PyTorch's functions under NumPy's
names. {agreement}."""


def render() -> str:
    """The page's text."""
    stored = json.loads((Path(__file__).parents[1] / ANSWERS).read_text(encoding="utf-8"))
    answers, versions = stored["answers"], stored["versions"]
    listed = ", ".join(f"{name} {version}" for name, version in versions.items())
    made = MADE.format(versions=listed, agreement=_agreement(list(versions), answers))
    sections = [_section(group, list(versions), answers) for group in GROUPS]
    return HEAD + _wrapped(made) + "\n" + "".join(sections)


def ours(row: Row) -> str:
    """The decision as text."""
    return str(row.first) if row.refused else told(row.first, row.second)


def _agreement(names: list[str], answers: Mapping[str, Any]) -> str:
    """How often each of the others gives the same answer."""
    counts = {
        name: sum(_same(row, answers[key][name]) for key, row in ROWS.items()) for name in names
    }
    listed = ", ".join(f"{name} in {count}" for name, count in counts.items())
    return f"Of the {len(ROWS)} rows they answer the same as clearprop: {listed}"


def _same(row: Row, answer: str) -> bool:
    return answer == ours(row) or (row.refused and answer.endswith("Error"))


def _section(group: Group, names: list[str], answers: Mapping[str, Any]) -> str:
    heads = ["function", "at", "clearprop", *names, "because"]
    lines = [_line(heads), _line(["---"] * len(heads))]
    for row in group.rows:
        others = [answers[row.key][name] for name in names]
        code = row.code.replace("|", "\\|")
        lines.append(_line([f"`{code}`", _point(row), f"**{ours(row)}**", *others, row.because]))
    head = f"\n## {group.title}\n\n{_wrapped(group.text)}\n\n"
    return head + "\n".join(lines) + "\n"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)


def _point(row: Row) -> str:
    """The point, told as a number; integers and booleans as Python writes them."""
    return told(row.at) if numpy.asarray(row.at).dtype.kind == "f" else f"`{row.at}`"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Write the page."""
    page = Path(__file__).parents[1] / PAGE
    page.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
