"""The documentation's cells run: every page that has some, top to bottom, as the build would."""

import re
from pathlib import Path

import pytest

from clearprop.errors import ClearpropError

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
CELL = re.compile(r"^```\{code-cell\} python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = sorted(page for page in DOCS.rglob("*.md") if CELL.search(page.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_the_cells_of_the_page_run(page):
    text = page.read_text(encoding="utf-8")
    namespace = {}
    for cell in CELL.finditer(text):
        source = cell[1]
        may_raise = ":tags: [raises-exception]" in source
        source = re.sub(r"^:tags:.*\n\n?", "", source)
        line = text[: cell.start(1)].count("\n") + 1
        code = compile("\n" * line + source, str(page), "exec")
        if may_raise:
            with pytest.raises(ClearpropError):
                exec(code, namespace)
        else:
            exec(code, namespace)
