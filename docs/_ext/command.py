"""Commands that run: ```` ```{command} clearprop … ```` shows a command line and what it prints.

A command that fails is a warning, thus a failed build under -W.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)

COLUMNS = "92"  # as many as the page is wide


class Command(SphinxDirective):
    """The directive: the words as typed, and under them standard output."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        line = self.arguments[0]
        folder = Path(sys.executable).parent
        outcome = subprocess.run(
            [folder / (words := shlex.split(line))[0], *words[1:]],
            env=os.environ | {"COLUMNS": COLUMNS, "NO_COLOR": "1", "TERM": "dumb"},
            capture_output=True,
            encoding="utf-8",
        )
        if outcome.returncode:
            logger.warning("%s\n%s", line, outcome.stderr, location=self.get_location())
        printed = "\n".join(row.rstrip() for row in outcome.stdout.strip("\n").split("\n"))
        text = f"$ {line}\n{printed}\n"
        return [nodes.literal_block(text, text, language="none")]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("command", Command)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
