"""How commands end: errors, Ctrl-C, closed pipes, odd terminals; and how fast they begin."""

import os
import pty
import re
import subprocess
import sys

import pytest

import clearprop as cp
from clearprop.cli import main
from clearprop.cli.exits import INTERRUPTED
from clearprop.cli.output import strict
from clearprop.errors import MissingExtraError

COMMANDS = ("explain", "example", "check", "train", "compare", "predict")


# Beginning --------------------------------------------------------------------------------------


def test_the_version(process):
    outcome = process("--version")
    assert (outcome.code, outcome.out, outcome.err) == (0, f"clearprop {cp.__version__}\n", "")


@pytest.mark.parametrize("words", [(), ("-h",), ("--help",)])
def test_the_help_names_every_command(command, words):
    outcome = command(*words)
    assert outcome.code == 0
    for name in COMMANDS:
        assert f" {name} " in outcome.out


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(command, name):
    outcome = command(name, "-h")
    assert outcome.code == 0
    assert "--json" in outcome.out
    assert outcome.out == command(name, "--help").out


def test_help_loads_nothing_that_computes():
    code = (
        "import sys\n"
        "from clearprop.cli import main\n"
        "main(['-h'])\n"
        "print([name for name in sys.modules if name.startswith('clearprop.')], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(re.findall(r"clearprop\.(\w+)", done.stderr))
    assert loaded <= {"cli", "errors", "_version"}


# Mistakes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("exlain",), "No such command"),
        (("--quiet",), "No such option"),
        (("example", "--jsn"), "No such option"),
        (("example", "nine-paths", "four-layer"), "four-layer"),
        (("check", "a:b", "--rtol"), "--rtol"),
    ],
)
def test_words_that_do_not_fit(complaint, words, said):
    message = complaint(*words)
    assert said in message
    assert re.search(r"See clearprop( \w+)? -h\.$", message)


def test_a_mistake_as_a_process(process):
    outcome = process("explain", "sine(a)", "a=1")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "error: column 1 of the expression:\n    sine(a)\n    ^~~~\n"
        "there is no function 'sine'. Did you mean 'sin'?\n"
    )


def test_a_missing_extra_names_the_install_command(complaint, monkeypatch):
    def explain(*args):
        raise MissingExtraError("it is missing", remedy='Run: pip install "clearprop[train]".')

    monkeypatch.setattr("clearprop.explain.function", explain)
    assert 'pip install "clearprop[train]"' in complaint("explain", "a", "a=1")


def test_a_bug_of_ours_shows_its_traceback(monkeypatch):
    def explain(*args):
        raise ZeroDivisionError

    monkeypatch.setattr("clearprop.explain.function", explain)
    with pytest.raises(ZeroDivisionError):
        main(["explain", "a", "a=1"])


def test_a_terminal_gets_colours_and_whole_words(tmp_path):
    outcome = on_terminal(tmp_path, "explain", "a + $", "a=1", COLUMNS="50")
    assert outcome.startswith("\x1b[1;31merror: \x1b[0m")
    plain = re.sub(r"\x1b\[[\d;]*m", "", outcome).replace("\r", "")
    assert max(map(len, plain.splitlines())) <= 50
    assert "\n    a + $\n        ^\n" in plain


def test_no_color_is_obeyed(tmp_path):
    assert "\x1b[1;31m" not in on_terminal(tmp_path, "explain", "a + $", NO_COLOR="1")


def on_terminal(folder, *words, **environment):
    """What a command that fails writes to standard error when that is a terminal."""
    controller, terminal = pty.openpty()
    settings = {"TERM": "xterm-256color", "COLUMNS": "80", **environment}
    done = subprocess.run(
        [sys.executable, "-m", "clearprop", *words],
        cwd=folder,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=terminal,
        timeout=60,
        check=False,
    )
    os.close(terminal)
    assert done.returncode == 2
    text = b""
    try:
        while part := os.read(controller, 65536):
            text += part
    except OSError:  # all has been read
        pass
    os.close(controller)
    return text.decode()


# Other ends -------------------------------------------------------------------------------------


def test_ctrl_c(process, tmp_path):
    (tmp_path / "slow.py").write_text(
        "import os, signal, time\n"
        "def f(x):\n"
        "    signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    time.sleep(60)\n",
        "utf-8",
    )
    outcome = process("check", "slow.py:f", 1)
    assert (outcome.code, outcome.out, outcome.err) == (INTERRUPTED, "", "")
    assert INTERRUPTED == 130


def test_ctrl_c_while_the_command_line_is_loaded():
    """Somebody may change their mind at once: no traceback, not even Python's own."""
    code = (
        "import sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name == 'typer':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "from clearprop.cli import main\n"
        "sys.exit(main(['-h']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (INTERRUPTED, "", "")


def test_ctrl_c_while_something_is_computed(command, monkeypatch):
    def explain(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr("clearprop.explain.function", explain)
    outcome = command("explain", "a", "a=1")
    assert (outcome.code, outcome.out, outcome.err) == (130, "", "")


@pytest.mark.parametrize("statements", [1, 400])
def test_nobody_reads_on(tmp_path, statements):
    text = ";".join(["x0 = a", *(f"x{i} = sin(x{i - 1})" for i in range(1, statements)), "a"])
    done = subprocess.run(
        f"{sys.executable} -m clearprop explain '{text}' a=1 --json | true",
        shell=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""


def test_a_terminal_without_greek(process):
    outcome = process("explain", "a*b", "a=2", "b=3", PYTHONIOENCODING="ascii")
    assert (outcome.code, outcome.err) == (0, "")
    assert "?out/?a = 3" in outcome.out
    outcome = process("explain", "α*2", "α=2", "--json", PYTHONIOENCODING="ascii")
    assert outcome.json["gradient"] == {"α": 2.0}


def test_bytes_that_are_no_text(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "clearprop", "explain", b"a\xff"],
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert b"is not part of an expression" in done.stderr


def test_integers_too_long_for_python_are_strings_of_their_digits():
    assert strict({"paths": 10**5_000}) == {"paths": "1" + 5_000 * "0"}
    assert strict({"n": 3**300}) == {"n": 3**300}


def test_strict_json():
    assert strict({"x": [float("nan"), (float("-inf"),)]}) == {"x": ["nan", ["-inf"]]}
