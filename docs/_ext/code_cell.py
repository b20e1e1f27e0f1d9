"""Cells that run: ```` ```{code-cell} python ```` executes its lines and shows what they give.

The fence is the one of MyST-NB and Jupytext, so a tutorial also opens as a notebook. Here no kernel
is needed: the cells of a page run top to bottom in this process, in one namespace, compiled under
the page's own file name and line numbers, so a message that names a line names a line of the page.

Shown are what was printed and, as in a notebook, the value of a last line that is an expression: as
HTML or SVG where the object offers it, else by its repr. A cell that raises is a warning, thus a
failed build under -W, except where raising is the lesson::

    ```{code-cell} python
    :tags: [raises-exception]

    cp.grad(f)("three")
    ```
"""

import ast
import contextlib
import io
import os
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What a cell gave: the text it printed, its last value, and the exception that ended it."""

    printed: str
    value: Any
    error: Exception | None


def run_cell(source: str, filename: str, line: int, namespace: dict[str, Any]) -> Outcome:
    """Run `source`, whose first line is number `line` of `filename`, in `namespace`."""
    printed, value, error = io.StringIO(), None, None
    with contextlib.redirect_stdout(printed):
        try:
            tree = ast.parse("\n" * (line - 1) + source, filename)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, filename, "exec"), namespace)
            if last:
                value = eval(compile(ast.Expression(last.value), filename, "eval"), namespace)
        except Exception as raised:
            error = raised
    return Outcome(printed.getvalue(), value, error)


class CodeCell(SphinxDirective):
    """The directive: the cell's source, then its outcome."""

    has_content = True
    optional_arguments = 1  # the language, for editors; it is always Python
    option_spec: ClassVar = {"tags": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        source = "\n".join(self.content)
        namespace = self.env.temp_data.setdefault("code-cell", {"__name__": "__main__"})
        filename = os.path.relpath(self.env.doc2path(self.env.docname))
        outcome = run_cell(source, filename, self.lineno + self.content_offset + 1, namespace)
        self.judge(outcome)

        cell = nodes.container(classes=["cell"])
        cell += nodes.literal_block(source, source, language="python")
        cell += [nodes.container("", part, classes=["cell-output"]) for part in shown(outcome)]
        return [cell]

    def judge(self, outcome: Outcome) -> None:
        """Warn where a cell raised and should not have, or the other way round."""
        expected = "raises-exception" in self.options.get("tags", "")
        if outcome.error and not expected:
            report = "".join(traceback.format_exception(outcome.error))
            logger.warning("this cell raised\n%s", report, location=self.get_location())
        elif expected and not outcome.error:
            logger.warning("this cell should have raised", location=self.get_location())


def shown(outcome: Outcome) -> Iterator[nodes.Node]:
    """The parts of an outcome that a reader sees, in order."""
    if outcome.printed:
        yield plain(outcome.printed)
    if outcome.value is not None:
        yield rich(outcome.value)
    if outcome.error:
        yield plain(f"{type(outcome.error).__name__}: {outcome.error}")


def rich(value: Any) -> nodes.Node:
    """A value by the best picture that it offers of itself."""
    for method in ("_repr_html_", "_repr_svg_"):
        if picture := getattr(value, method, lambda: None)():
            return nodes.raw("", picture, format="html")
    return plain(repr(value))


def plain(text: str) -> nodes.Node:
    return nodes.literal_block(text, text, language="none")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("code-cell", CodeCell)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
