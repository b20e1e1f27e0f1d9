"""The documentation's cells run, and the README's example prints what stands under it."""

import re
import runpy
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


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_first_example_of_the_readme(name, tmp_path, capsys):
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / name).read_text("utf-8"), re.M | re.S)
    programs = [text for language, text in blocks if language == "python"]
    shown = next(text for language, text in blocks if language == "text")
    first = tmp_path / "first.py"
    first.write_text(programs[0], encoding="utf-8")
    namespace = runpy.run_path(str(first))
    printed = capsys.readouterr().out.rstrip("\n").split("\n")
    assert [line.rstrip() for line in printed] == shown.rstrip("\n").split("\n")
    exec(compile(programs[1], name, "exec"), namespace)
