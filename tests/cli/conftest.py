"""The command line in this process, and as a process of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from clearprop.cli import main


@dataclass(frozen=True)
class Outcome:
    """What a command line left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as one strict JSON object."""
        assert self.out.count("\n") == 1, "JSON is one line"

        def refuse(word: str) -> None:
            raise AssertionError(f"{word} is not JSON")

        return json.loads(self.out, parse_constant=refuse)


@pytest.fixture
def command(capsys, monkeypatch, tmp_path):
    """Runs a command line in an empty folder of its own, in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(sys, "path", list(sys.path))

    def run(*words: object) -> Outcome:
        capsys.readouterr()
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture
def process(tmp_path):
    """Runs a command line as a process of its own."""

    def run(*words: object, **environment: str) -> Outcome:
        done = subprocess.run(
            [sys.executable, "-m", "clearprop", *map(str, words)],
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "100", **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def complaint(command, tmp_path):
    """Runs a command line that must be refused; returns the paragraph it is refused with."""

    def run(*words: object) -> str:
        before = _files(tmp_path)
        outcome = command(*words)
        assert outcome.code == 2, outcome
        assert outcome.out == ""
        assert outcome.err.startswith("error: ")
        assert outcome.err.endswith("\n")
        paragraph = outcome.err.removesuffix("\n")
        assert "\n\n" not in paragraph
        assert "Traceback" not in paragraph
        assert paragraph.rstrip(")")[-1] in ".?", "a paragraph ends as a sentence does"
        assert _files(tmp_path) == before, "a refused command leaves no file"
        return paragraph.removeprefix("error: ")

    return run


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if "__pycache__" not in path.parts}
