"""The architecture page and the code say the same."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "clearprop"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
MODULES = sorted(SOURCE.rglob("*.py"))


def trees():
    return [
        pytest.param(ast.parse(path.read_text(encoding="utf-8")), id=str(path.relative_to(SOURCE)))
        for path in MODULES
    ]


def test_the_page_draws_the_floors_of_the_contract():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = contracts["contracts"][0]["layers"]
    drawn = re.findall(r"^\| (`.*?) \| ", PAGE, re.MULTILINE)
    assert [row.replace("`", "").replace(", ", " | ") for row in drawn] == layers


def test_every_floor_of_the_page_exists_and_no_other():
    rows = re.findall(r"^\| (`.*?) \| ", PAGE, re.MULTILINE)
    floors = {name for row in rows for name in re.findall(r"\w+", row)}
    found = {path.stem for path in SOURCE.iterdir() if not path.name.startswith(("_", "."))}
    assert found - {"py"} == floors


def test_every_invariant_names_tests_that_exist():
    invariants = PAGE.split("## Invariants")[1].split("## Decisions")[0]
    items = re.split(r"^\d+\. ", invariants, flags=re.MULTILINE)[1:]
    assert len(items) == 10
    for item in items:
        named = re.findall(r"`(tests/[\w/.]+)`", item)
        assert named, item
        for path in named:
            assert (ROOT / path).is_file(), path


def test_files_of_primitives_do_not_import_each_other():
    folders = ("elementwise", "reductions", "shape", "indexing", "products")
    for folder in folders:
        for path in (SOURCE / "primitives" / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom):
                    parts = (node.module or "").split(".")
                    assert not set(parts) & set(folders), path


@pytest.mark.parametrize("tree", trees())
def test_no_mutable_state_at_module_level(tree):
    """Module-level lists, dicts and sets are constants: annotated Final or written in capitals."""
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Global)
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Dict, ast.List, ast.Set)):
            for target in node.targets:
                assert isinstance(target, ast.Name)
                assert target.id.lstrip("_").isupper() or target.id == "__all__", target.id
    source = ast.unparse(tree)
    assert "os.environ" not in source
    assert "getenv" not in source
