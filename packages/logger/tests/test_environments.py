"""Odd environments, each a process of its own: the program starts, logs, and is told in a line what is off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipapp
from collections.abc import Callable
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest

import logging_system

Start = Callable[..., subprocess.CompletedProcess[bytes]]
Records = list[dict[str, Any]]

PROGRAM = """
import sys
from logging_system import flush, get_logger
logger = get_logger("a")
logger.info("größer ✓ 😀", city="Zürich")
try: 1 / 0
except ZeroDivisionError: logger.exception("boom", key="日本")
with logger.context(user="u"), logger.timer("timed"): pass
if not flush(): sys.exit(5)
"""
MESSAGES = ["größer ✓ 😀", "boom", "timed"]

pytestmark = pytest.mark.guarantee(68)


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Run a program with flags of the interpreter, environment variables (None unsets one) and closed descriptors."""

    def run(
        *flags: str, source: str = PROGRAM, closed: tuple[int, ...] = (), status: int = 0, **environment: str | None
    ) -> subprocess.CompletedProcess[bytes]:
        (tmp_path / "program.py").write_text(source, encoding="utf-8")
        changed = {**os.environ, "LOG_DIR": "logs", "SERVICE_NAME": "app", **environment}
        command = [sys.executable, *flags, "program.py"]
        if closed:
            closing = " ".join(f"{number}{'<' if number == 0 else '>'}&-" for number in closed)
            command = ["sh", "-c", f'exec "$@" {closing}', "sh", *command]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={name: value for name, value in changed.items() if value is not None},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == status, done.stderr.decode()
        return done

    return run


def _in_file(log_dir: Path) -> Records:
    return [json.loads(line) for line in (log_dir / "app.log").read_bytes().decode("utf-8").splitlines()]


def _on_console(done: subprocess.CompletedProcess[bytes]) -> Records:
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def _messages(records: Records) -> list[str]:
    return [record["message"] for record in records]


@pytest.mark.parametrize(
    "flags", [["-O"], ["-OO"], ["-I"], ["-S"], ["-E", "-s", "-B"], ["-X", "dev", "-W", "error"], ["-X", "utf8=0"]]
)
def test_flags_of_the_interpreter_change_nothing(log_dir: Path, start: Start, flags: list[str]) -> None:
    """Without assertions, docstrings, the user's paths, site-packages or encodings; with warnings as errors."""
    # -S leaves site-packages out: the dependencies come from PYTHONPATH then.
    paths = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))} if flags == ["-S"] else {}
    done = start(*flags, **paths)

    assert done.stderr == b""
    assert _messages(_in_file(log_dir)) == MESSAGES
    assert _on_console(done) == _in_file(log_dir)


#: tox sets PYTHONIOENCODING, which would win over the locale.
NARROW = {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}


@pytest.mark.parametrize(
    "environment", [NARROW, {"PYTHONIOENCODING": "ascii:strict"}, {"PYTHONIOENCODING": "cp1252:strict"}]
)
def test_a_narrow_encoding_narrows_only_the_console(log_dir: Path, start: Start, environment: dict[str, str]) -> None:
    """The file is UTF-8 always; a line of the console is the same record, escaped as JSON does."""
    done = start(**environment)

    assert done.stderr == b""
    assert _messages(_in_file(log_dir)) == MESSAGES
    assert done.stdout.isascii()
    assert _on_console(done) == _in_file(log_dir)


def test_a_code_page_shows_what_it_can(log_dir: Path, start: Start) -> None:
    """Readable text as on a Windows console."""
    done = start(PYTHONIOENCODING="cp1252:strict", LOG_FORMAT="plain")

    assert "größer \\u2713 \\U0001f600 city=Zürich" in done.stdout.decode("cp1252")
    assert _messages(_in_file(log_dir)) == MESSAGES


@pytest.mark.parametrize(
    "environment",
    [
        {"HOME": None},
        {"HOME": "/nowhere"},
        {"TMPDIR": "/nowhere", "TMP": "/nowhere", "TEMP": "/nowhere"},
        {"LANG": "xx_XX.broken", "LC_ALL": None},
        {"TZ": "Nowhere/Never"},
        {"PATH": "", "USER": None, "LOGNAME": None},
    ],
)
def test_what_the_environment_lacks_is_not_needed(
    log_dir: Path, start: Start, environment: dict[str, str | None]
) -> None:
    """No home, no temporary directory, a locale or time zone that is not installed, nobody's name."""
    done = start(**environment)

    assert done.stderr == b""
    assert _messages(_in_file(log_dir)) == MESSAGES


def test_a_machine_without_a_host_name_logs_and_is_scraped(log_dir: Path, start: Start) -> None:
    """Neither the records nor the metrics need one."""
    nameless = """
import socket, urllib.request
def gethostname(): raise OSError("no host name")
socket.gethostname = gethostname
"""
    scraped = """
from logging_system.metrics import start_server
server, _ = start_server(0)
page = urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=10).read()
assert b'log_messages_total{level="INFO"} 2.0' in page
"""
    done = start(source=nameless + PROGRAM + scraped)

    assert done.stderr == b""
    assert _messages(_in_file(log_dir)) == MESSAGES


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)])
def test_streams_closed_at_the_start_are_not_missed(log_dir: Path, start: Start, closed: tuple[int, ...]) -> None:
    """As daemons and services of Windows are started. The file is written, and nothing else gets into it."""
    done = start(closed=closed, source=PROGRAM + "import os; os.system('echo from a child; echo from a child >&2')")

    assert _messages(_in_file(log_dir)) == MESSAGES
    assert b"Traceback" not in done.stderr
    if 1 not in closed:
        assert _messages(_on_console(subprocess.CompletedProcess([], 0, done.stdout.replace(b"from a child\n", b""))))


@pytest.mark.parametrize("streams", ["stdout", "stderr", "stdin = sys.stdout = sys.stderr"])
def test_streams_that_are_none_are_not_missed(log_dir: Path, start: Start, streams: str) -> None:
    """As in `pythonw` and frozen programs with a window."""
    start(source=f"import sys; sys.{streams} = None\n{PROGRAM}")

    assert _messages(_in_file(log_dir)) == MESSAGES


def test_a_zipapp_runs_from_its_file(log_dir: Path, tmp_path: Path, start: Start) -> None:
    """The package itself is pure Python and opens none of its own files; compiled dependencies stay outside."""
    package = tmp_path / "app"
    copytree(os.path.dirname(logging_system.__file__), package / "logging_system", ignore=ignore_patterns("*.pyc"))
    shown = "import logging_system; assert 'app.pyz' in logging_system.__file__, logging_system.__file__\n"
    (package / "__main__.py").write_text(shown + PROGRAM, encoding="utf-8")
    zipapp.create_archive(package, tmp_path / "app.pyz")
    source = "import runpy, sys; sys.argv = ['app.pyz']; runpy.run_path('app.pyz', run_name='__main__')"
    done = start(source=source, COVERAGE_PROCESS_CONFIG=None)  # coverage cannot read the sources in there

    assert done.stderr == b""
    assert _messages(_in_file(log_dir)) == MESSAGES
    assert {record["module"] for record in _in_file(log_dir)} == {"__main__"}


def _make_file(tmp_path: Path) -> str:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    return "taken"


def _make_closed(tmp_path: Path) -> str:
    (tmp_path / "closed").mkdir(mode=0o500)
    return "closed/logs"


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(_make_file, id="a file"),
        pytest.param(
            _make_closed,
            id="below a read-only directory",
            marks=pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere"),
        ),
        pytest.param(
            lambda _: "/proc/logs",
            id="on a read-only file system",
            marks=pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="only Linux has this one"),
        ),
    ],
)
def test_a_log_directory_that_cannot_be_written_is_said_once(
    tmp_path: Path, start: Start, make: Callable[[Path], str]
) -> None:
    """The console goes on, `flush` tells, and the line names the path."""
    directory = make(tmp_path)
    done = start(LOG_DIR=directory, status=5)

    first, *others = done.stderr.decode().splitlines()
    assert first.startswith(f"logging_system: sink file: {directory}/app.log: ")
    assert len(others) <= 1  # at exit, that not every record reached every sink
    assert _messages(_on_console(done))[:3] == MESSAGES


def test_a_working_directory_that_is_gone_is_said_once(start: Start) -> None:
    """A relative LOG_DIR leads nowhere then; an absolute one does not need it."""
    gone = "import os, shutil; os.mkdir('gone'); os.chdir('gone'); os.rmdir(os.getcwd())\n"
    done = start(source=gone + PROGRAM, status=5)

    assert done.stderr.decode().startswith("logging_system: sink file: logs/app.log: No such file or directory")
    assert _messages(_on_console(done))[:3] == MESSAGES


def test_a_working_directory_that_is_gone_does_not_matter_to_an_absolute_path(log_dir: Path, start: Start) -> None:
    """No configuration file is found there, and none is missed."""
    gone = "import os, shutil; os.mkdir('gone'); os.chdir('gone'); os.rmdir(os.getcwd())\n"
    done = start(source=gone + PROGRAM, LOG_DIR=str(log_dir))

    assert done.stderr == b""
    assert _messages(_in_file(log_dir)) == MESSAGES
