"""The application: its commands, and what becomes of their errors."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from typing import Annotated, Final, cast

import typer

import clearprop as cp
from clearprop.cli.check import check
from clearprop.cli.compare import compare
from clearprop.cli.example import example
from clearprop.cli.exits import INTERRUPTED, MISUSE
from clearprop.cli.explain import explain
from clearprop.cli.output import complain
from clearprop.cli.predict import predict
from clearprop.cli.train import train
from clearprop.errors import ClearpropError

_USAGE_ERROR: Final = cast("type[Exception]", typer.BadParameter.__base__)
"""Click's ``UsageError``; which click it is, typer decides."""

application = typer.Typer(
    name="clearprop",
    help="Back-propagation you can look at: derivatives shown, checked and trained with.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"clearprop {cp.__version__}")
        raise typer.Exit


@application.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """What runs before each command; without one, the help is shown."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


for _command in (explain, example, check, train, compare, predict):
    application.command()(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line.

    Args:
        arguments: The words after ``clearprop``; by default those of the process.

    Returns:
        The exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows no ∂ shows a ?
    with _quiet_when_nobody_reads(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*encountered in", RuntimeWarning)  # inf and nan show
        return _run(words)
    return 1


def _run(words: list[str]) -> int:
    """Run a command; a mistake of the user's becomes a paragraph."""
    try:
        code = application(_shielded(words), prog_name="clearprop", standalone_mode=False)
        sys.stdout.flush()
    except ClearpropError as error:
        complain(_paragraph(error))
    except _USAGE_ERROR as error:
        complain(_usage(error))
    except (KeyboardInterrupt, typer.Abort):
        complain("interrupted.")
        return INTERRUPTED
    else:
        return code or 0
    return MISUSE


def _paragraph(error: ClearpropError) -> str:
    """The error; the line that it names is the user's own, or left out.

    What a command calls was called by typer, which is then the last line outside clearprop.
    """
    if not error.where.startswith(os.path.dirname(typer.__file__)):
        return str(error)
    return str(type(error)(error.what, why=error.why, remedy=error.remedy))


def _shielded(words: list[str]) -> list[str]:
    """An expression or a number may begin with a minus: a space before it tells it from an option.

    The only option of ours with one minus is ``-h``. Other commands take names and paths, to which
    a space would belong.

    >>> _shielded(["check", "-a*b", "-3", "-h", "--json"])
    ['check', ' -a*b', ' -3', '-h', '--json']
    """
    if words[:1] not in (["explain"], ["check"]):
        return words
    return [f" {word}" if word[:1] == "-" != word[1:2] and word != "-h" else word for word in words]


def _usage(error: BaseException) -> str:
    """Click's own words, and where to read more."""
    message = getattr(error, "format_message", error.__str__)().strip()
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", "clearprop")
    return f"{message}{'' if message.endswith(('.', ')')) else '.'} See {command} -h."


@contextlib.contextmanager
def _quiet_when_nobody_reads() -> Iterator[None]:
    """End quietly when the reader of a pipe has gone, as in ``clearprop … | head``."""
    try:
        yield
    except BrokenPipeError:
        # Python flushes standard output once more at its end; let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
