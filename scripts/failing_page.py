"""Make ``docs/guide/failing-programs.md`` from the table in ``tests/failing.py``.

Run ``python -m scripts.failing_page`` from the project's root after the table changed; a test holds
the page to it.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from pathlib import Path
from typing import Final

from tests.failing import PROGRAMS, Failing

PAGE: Final = "docs/guide/failing-programs.md"

HEAD: Final = """\
# Programs that must fail

A derivative that is silently wrong is worse than none. Each program below is refused, and this is
what the user reads. The page is made from `tests/failing.py` by `python -m scripts.failing_page`,
and the test suite runs every program. `np` is NumPy, `cnp` is `clearprop.numpy`, `V` is an array of
three floats.
"""


def render() -> str:
    """The page's text."""
    return HEAD + "".join(_section(failing) for failing in PROGRAMS)


def _section(failing: Failing) -> str:
    try:
        failing.program()
    except Exception as error:
        message = _without_paths(str(error))
        kind = type(error).__name__
    body = inspect.getsource(failing.program)
    body = textwrap.dedent(body[body.index("\n", body.index("def ")) :]).strip()
    body = re.sub(r"  # noqa.*", "", body.replace("numpy.", "np."))
    quoted = textwrap.fill(f"{kind}: {message}", 96, break_long_words=False, break_on_hyphens=False)
    return f"\n## {failing.title}\n\n```python\n{body}\n```\n\n```text\n{quoted}\n```\n"


def _without_paths(message: str) -> str:
    """The message with file names in place of paths, and without line numbers that move."""
    message = re.sub(r"\S*/(\w+\.py)", r"\1", message)
    return re.sub(r"failing\.py:\d+", "program.py", message)


def main() -> None:
    """Write the page."""
    page = Path(__file__).parents[1] / PAGE
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
