"""The console in odd places: broken, closed, replaced, non-blocking and stopped streams."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Wait = Callable[[Callable[[], object]], None]
CONSOLE = "from logging_system import configure, get_logger, flush, shutdown\nlog = get_logger('a')\n"


def _start(source: str, tmp_path: Path, *, stdout: int, stdin: int | None = None) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "LOG_DIR": "logs", "SERVICE_NAME": "app", "LOG_FORMAT": "json"}
    return subprocess.Popen(
        [sys.executable, "-c", source],
        cwd=tmp_path,
        env=environment,
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


@pytest.mark.guarantee(50)
def test_a_non_blocking_pipe_gets_every_byte_once(tmp_path: Path) -> None:
    """A pipe has room for 64 kB; an event loop or a child may have made it non-blocking."""
    source = CONSOLE + (
        "import os\nos.set_blocking(1, False)\n"
        "for number in range(20): log.info('x' * 20_000, number=number)\n"
        "assert flush(30)\nassert not os.get_blocking(1), 'the flag is the program\\'s'\n"
    )
    program = _start(source, tmp_path, stdout=subprocess.PIPE)
    assert program.stdout is not None
    time.sleep(0.5)  # the pipe fills meanwhile; without this the reader is always quicker
    lines = program.stdout.read().splitlines()

    assert [json.loads(line)["number"] for line in lines] == list(range(20))
    assert program.wait(30) == 0


@pytest.mark.guarantee(51)
def test_a_reader_that_went_away_is_one_note_and_no_error_at_exit(log_dir: Path, tmp_path: Path) -> None:
    """As with `program | head`."""
    read, write = os.pipe()
    source = CONSOLE + (
        "log.info('one')\nassert flush()\nimport sys\nsys.stdin.read()\n"
        "for number in range(5):\n    log.info('more'); flush()\n"
    )
    program = _start(source, tmp_path, stdout=write, stdin=subprocess.PIPE)
    os.close(write)
    assert b'"one"' in os.read(read, 65536)
    os.close(read)
    _, errors = program.communicate(timeout=30)

    assert program.returncode == 0
    assert errors.decode().count("sink console") == 1
    assert b"Traceback" not in errors
    messages = [json.loads(line)["message"] for line in (log_dir / "app.log").read_text(encoding="utf-8").splitlines()]
    assert messages == ["one", *["more"] * 5, "records dropped"]


@pytest.mark.guarantee(51)
def test_streams_that_are_missing_closed_or_replaced(log_dir: Path, run_program: Run) -> None:
    """Each batch goes where `sys.stdout` is then."""
    source = CONSOLE + (
        "import io, sys\nreal = sys.stdout\n"
        "sys.stdout = None\nlog.info('none'); assert flush()\n"
        "sys.stdout = io.StringIO(); sys.stdout.close()\nlog.info('closed'); assert flush()\n"
        "sys.stdout = other = io.StringIO()\nlog.info('replaced'); assert flush()\n"
        "assert 'replaced' in other.getvalue() and 'closed' not in other.getvalue()\n"
        "sys.stdout = real\nlog.info('real'); assert flush()\n"
    )
    done = run_program(source)

    assert [json.loads(line)["message"] for line in done.stdout.splitlines()] == ["real"]
    assert done.stderr == ""
    assert len((log_dir / "app.log").read_text(encoding="utf-8").splitlines()) == 4


@pytest.mark.guarantee(51)
def test_what_the_program_printed_stands_in_front(run_program: Run) -> None:
    """The records go past Python's buffer, so it is emptied first."""
    done = run_program(CONSOLE + "print('printed')\nlog.info('logged')\nassert flush()\nprint('later')\n")

    first, second, third = done.stdout.splitlines()
    assert (first, json.loads(second)["message"], third) == ("printed", "logged", "later")


@pytest.mark.guarantee(26)
def test_a_terminal_that_is_stopped_stalls_neither_the_file_nor_the_callers(
    log_dir: Path, tmp_path: Path, wait_until: Wait
) -> None:
    """Nobody reads the terminal, as after Ctrl-S, and the library has something to say on it besides."""
    master, slave = pty.openpty()
    source = CONSOLE + (
        "configure(buffer_bytes='100KB')\n"
        "for number in range(5000): log.info('x' * 100, number=number)\n"
        "flush(0.1)\nlog.info('done')\nimport sys; sys.stdin.read(); import os; os._exit(0)\n"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", source],
        cwd=tmp_path,
        env={**os.environ, "LOG_DIR": "logs", "SERVICE_NAME": "app", "MAX_FILE_SIZE": "1GB"},
        stdout=slave,
        stderr=slave,
        stdin=subprocess.PIPE,
    )
    file = log_dir / "app.log"
    wait_until(lambda: file.exists() and '"done"' in file.read_text(encoding="utf-8"))
    assert program.poll() is None
    program.kill()
    program.communicate()
    os.close(master)
    os.close(slave)
