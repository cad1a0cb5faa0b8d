"""The console script itself: help, wrong arguments, broken pipes, interrupts."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from logging_system import __version__
from logging_system.cli.main import main
from packages.logger.tests.cli.conftest import Ran, line

Run = Callable[..., Ran]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.mark.parametrize("subcommand", ["validate-config", "tail", "stats"])
def test_each_subcommand_explains_itself_with_examples(run: Run, subcommand: str) -> None:
    """In lines that fit a terminal."""
    assert subcommand in run("--help").out

    status, out, _ = run(subcommand, "--help")

    assert status == 0
    assert "examples:\n" in out
    assert max(map(len, out.splitlines())) <= 110


def test_the_version_is_that_of_the_package(run: Run) -> None:
    """`logging-system --version`."""
    assert run("--version").out == f"logging-system {__version__}\n"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "the following arguments are required: SUBCOMMAND"),
        (["show"], "invalid choice: 'show'"),
        (["tail", "--level", "LOUD"], "argument --level: got 'LOUD', expected one of DEBUG, INFO,"),
        (["tail", "-n", "-1"], "argument -n/--lines: "),
        (["tail", "-n", "many"], "argument -n/--lines: got 'many', expected a whole number from 0 to 999999999"),
        (["stats", "--since", "today"], "argument --since: got 'today', expected RFC 3339 such as"),
        (["stats", "--until", "999999w"], "argument --until: got '999999w', expected RFC 3339 such as"),
        (["validate-config", "--explain", "shop:LOUD"], "argument --explain: got 'LOUD', expected one of DEBUG,"),
    ],
)
def test_a_wrong_argument_is_status_2_and_says_what_is_expected(run: Run, argv: list[str], message: str) -> None:
    """After the usage of the subcommand."""
    status, out, err = run(*argv)

    assert (status, out) == (2, "")
    assert message in err


@pytest.mark.parametrize("argv", [["tail"], ["stats"], ["validate-config"]])
def test_a_wrong_setting_is_status_2_and_one_line(run: Run, monkeypatch: pytest.MonkeyPatch, argv: list[str]) -> None:
    """The ConfigError of the library."""
    monkeypatch.setenv("LOG_LEVEL", "LO\x1bUD")

    status, out, err = run(*argv)

    assert (status, out) == (2, "")
    assert err.startswith('environment: LOG_LEVEL: got "LO\\x1bUD", expected DEBUG,')
    assert err.count("\n") == 1


@pytest.mark.parametrize("argv", [["tail"], ["stats"]])
def test_a_file_that_cannot_be_read_is_status_2_and_one_line(run: Run, tmp_path: Path, argv: list[str]) -> None:
    """With its name, made harmless."""
    assert run(*argv, "missing\x1b.log") == (2, "", "logging-system: missing\\x1b.log: No such file or directory\n")
    assert run(*argv, str(tmp_path)) == (2, "", f"logging-system: {tmp_path}: Is a directory\n")


def test_a_reader_that_goes_away_is_no_error(start: Start, log: Path) -> None:
    """`logging-system tail … | head -1`, with more to write than a pipe holds."""
    log.write_text(line("x" * 1000) * 1000, encoding="utf-8")
    program = start("tail", "-n", "1000", str(log))
    assert program.stdout is not None
    assert program.stderr is not None

    program.stdout.readline()
    program.stdout.close()

    assert program.wait(10) == 0
    assert program.stderr.read() == ""


def test_a_closed_pipe_and_an_interrupt_are_ends_like_others(
    run: Run, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same two inside this process, by their status."""
    log.write_text(line("m"), encoding="utf-8")
    reader, writer = os.pipe()
    os.close(reader)
    with monkeypatch.context() as patch, open(writer, "w", encoding="utf-8") as closed:
        patch.setattr(sys, "stdout", closed)
        assert main(["tail", str(log)]) == 0

    class Interrupted(io.BytesIO):
        def readline(self, _size: int | None = -1) -> bytes:
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Interrupted()))
    assert run("stats", "-").status == 130


def test_ctrl_c_ends_without_a_traceback(start: Start, log: Path) -> None:
    """Following ends well; anything else says 130, as a shell does."""
    log.write_text(line("first"), encoding="utf-8")
    following = start("tail", "-f", str(log))
    reading = start("stats", "-", stdin=subprocess.PIPE)
    assert following.stdout is not None
    assert reading.stdin is not None
    assert "first" in following.stdout.readline()
    # It reads, and so is past its imports, when it takes more than a pipe holds.
    reading.stdin.write(line("x" * 1000) * 1000)

    following.send_signal(signal.SIGINT)
    reading.send_signal(signal.SIGINT)

    assert (following.wait(10), reading.wait(10)) == (0, 130)
    assert following.stderr is not None
    assert reading.stderr is not None
    assert (following.stderr.read(), reading.stderr.read()) == ("", "")


@pytest.mark.guarantee(68)
def test_output_with_a_narrow_encoding_shows_escapes(start: Start, log: Path) -> None:
    """As under LANG=C with PYTHONUTF8=0, or a Windows code page; the log itself is UTF-8 always."""
    log.write_text(line("größer 日本"), encoding="utf-8")

    out, err = start("tail", str(log), PYTHONIOENCODING="ascii", PYTHONUTF8="0").communicate(timeout=10)

    assert "gr\\xf6\\xdfer \\u65e5\\u672c" in out
    assert err == ""
