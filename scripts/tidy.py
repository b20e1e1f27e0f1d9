"""Keep the tree tidy: house rules that no other tool knows. `make check` runs this.

A rule is a small function from the tree to its complaints: the place, what is wrong, what to do.
To add one, write the function and enter it in RULES.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

MAX_LINES = 400
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb"}
HIDDEN = re.compile(r"(^|/)(\.|__pycache__|_build/|runs/)")

# Written so that the patterns do not match themselves: this file is searched like any other.
REGISTRY = re.compile(r"py(?:pi|thonhosted)\.org|npm(?:js)\.(?:org|com)|index[-_](?:url)\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|farm|home|Users)/")


@dataclass(frozen=True)
class Source:
    """A module of the library: its place in the tree, its text and, when asked, its syntax."""

    place: str
    text: str

    @cached_property
    def syntax(self) -> ast.Module:
        return ast.parse(self.text, self.place)


@dataclass(frozen=True)
class Tree:
    """The working tree under one root, read once."""

    root: Path

    @cached_property
    def sources(self) -> list[Source]:
        paths = sorted((self.root / "src").rglob("*.py"))
        return [Source(str(path.relative_to(self.root)), path.read_text("utf-8")) for path in paths]

    @cached_property
    def tracked(self) -> list[str]:
        """What git tracks or would track; in a copy without git, all that is not hidden."""
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listing = subprocess.run(command, cwd=self.root, capture_output=True, text=True)
        if listing.returncode == 0:
            names = {name for name in listing.stdout.split("\0") if name}
        else:
            names = {path.relative_to(self.root).as_posix() for path in self.root.rglob("*")}
            names = {name for name in names if not HIDDEN.search(name)}
        return sorted(name for name in names if (self.root / name).is_file())


def short_files(tree: Tree) -> Iterator[str]:
    """A module under src has at most MAX_LINES lines."""
    for source in tree.sources:
        if (count := len(source.text.splitlines())) > MAX_LINES:
            yield f"{source.place}: {count} lines, at most {MAX_LINES}; split it by what it is for"


def docstrings(tree: Tree) -> Iterator[str]:
    """A module under src opens with a docstring."""
    for source in tree.sources:
        if not ast.get_docstring(source.syntax):
            yield f"{source.place}:1: no docstring; open the module with what it is for"


def finished(tree: Tree) -> Iterator[str]:
    """Nothing under src is marked as unfinished."""
    for source in tree.sources:
        for line, mark in matches(UNFINISHED, source.text):
            yield f"{source.place}:{line}: {mark}; finish it, or open an issue and delete the mark"


def no_global_state(tree: Tree) -> Iterator[str]:
    """No `global` statement, and no reading of environment variables, under src."""
    for source in tree.sources:
        for node in ast.walk(source.syntax):
            match node:
                case ast.Global(names=[name, *_]):
                    found, remedy = f"global {name}", "pass the value, or keep it in an object"
                case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in ENVIRONMENT:
                    found, remedy = f"os.{name}", "take an argument instead"
                case ast.ImportFrom(module="os", names=names) if any(
                    alias.name in ENVIRONMENT for alias in names
                ):
                    found, remedy = "environment variables", "take an argument instead"
                case _:
                    continue
            yield f"{source.place}:{node.lineno}: {found}; {remedy}"


def portable(tree: Tree) -> Iterator[str]:
    """No file names a package registry or a path of somebody's machine."""
    for name in tree.tracked:
        text = (tree.root / name).read_text("utf-8", errors="ignore")
        for line, found in matches(REGISTRY, text):
            yield f"{name}:{line}: {found}; the registry is each user's own setting, leave it out"
        for line, found in matches(MACHINE_PATH, text):
            yield f"{name}:{line}: path under {found}; write it relative to the tree"


def mirrored(tree: Tree) -> Iterator[str]:
    """Each part of the library has its tests under the same name."""
    for part in sorted((tree.root / "src" / "clearprop").iterdir()):
        if part.name.startswith(("_", ".")) or not (part.is_dir() or part.suffix == ".py"):
            continue
        folder, file = f"tests/{part.stem}", f"tests/test_{part.stem}.py"
        if not (any((tree.root / folder).rglob("test_*.py")) or (tree.root / file).exists()):
            yield f"src/clearprop/{part.name}: no tests; write them in {folder}/ or {file}"


RULES: tuple[Callable[[Tree], Iterator[str]], ...] = (
    short_files,
    docstrings,
    finished,
    no_global_state,
    portable,
    mirrored,
)


def matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, str]]:
    """Line number and matched text of every match of `pattern` in `text`."""
    for match in pattern.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match.group()


def main() -> int:
    """Print every complaint; the exit code is 1 if there is one."""
    tree = Tree(Path(__file__).resolve().parents[1])
    complaints = [complaint for rule in RULES for complaint in rule(tree)]
    print("\n".join(complaints) or "tidy: all in order")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
