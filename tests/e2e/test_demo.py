"""`make demo` in short: it ends by itself or by Ctrl-C with status 0, its figures agree, and nothing survives it."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service_process import wait_for, without_settings

ROOT = Path(__file__).parents[2]
DEMO = [sys.executable, "-m", "tools.demo"]


def _environment(**more: str) -> dict[str, str]:
    return {**without_settings(dict(os.environ)), **more}


def _processes_with(text: str) -> list[int]:
    """Processes that have `text` in their command or environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if text.encode() in (path / "environ").read_bytes() and (path / "cmdline").read_bytes():
                found.append(int(path.name))
        except OSError:
            continue
    return found


@pytest.fixture
def mark() -> Iterator[str]:
    """A text in the environment by which processes of this test are found; none may be left at the end."""
    mark = f"demo-test-{os.getpid()}-{time.monotonic_ns()}"
    yield mark
    left = _processes_with(mark)
    for process in left:
        os.kill(process, signal.SIGKILL)
    assert left == []


def _start_until_traffic(command: list[str], mark: str) -> subprocess.Popen[str]:
    """Start a demo without an end, in a session of its own; returns once traffic runs."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=_environment(MARK=mark),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert any(" records " in line for line in process.stdout), "it ended before traffic began"
    return process


def _summary_of(output: str) -> dict[str, Any]:
    match = re.search(r"log file +(/.*/)logs/demo-service\.log", output)
    assert match, output
    found: dict[str, Any] = json.loads(Path(match[1], "summary.json").read_text(encoding="utf-8"))
    return found


def test_it_stops_by_itself_and_its_figures_agree(mark: str) -> None:
    """Also when its ports are taken: it says which others it uses."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        done = subprocess.run(
            DEMO,
            cwd=ROOT,
            env=_environment(DEMO_SECONDS="6", PORT=taken, MARK=mark),
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"port {taken} is in use: the service uses " in done.stdout
    assert "file, metrics and CloudWatch agree" in done.stdout
    summary = _summary_of(done.stdout)
    assert summary["requests"] > 100
    assert summary["dropped"] == 0
    assert summary["records_in_file"] == summary["records_in_cloudwatch"] == summary["records_in_metrics"] > 200
    assert summary["statuses"].keys() >= {"200", "201", "500"}
    assert _processes_with(mark) == []


def test_ctrl_c_under_make_ends_it_with_a_summary_and_status_0(tmp_path: Path, mark: str) -> None:
    """The terminal sends the signal to the whole foreground group, make included."""
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"demo:\n\t@exec {sys.executable} -m tools.demo\n", encoding="utf-8")
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(ROOT)
        os.execvpe("make", ["make", "--no-print-directory", "-f", str(makefile), "demo"], _environment(MARK=mark))

    output = b""

    def read_until(text: bytes) -> None:
        nonlocal output
        deadline = time.monotonic() + 60
        while text not in output:
            assert time.monotonic() < deadline, output.decode()
            try:
                output += os.read(terminal, 4096)
            except OSError:  # the other side has closed
                break

    read_until(b"requests")
    os.write(terminal, b"\x03")
    read_until(b"agree\r\n")
    _, status = os.waitpid(process, 0)
    os.close(terminal)

    assert os.waitstatus_to_exitcode(status) == 0, output.decode()
    assert b"Error" not in output
    assert b"file, metrics and CloudWatch agree" in output


def test_sigint_to_make_alone_ends_it_too(tmp_path: Path, mark: str) -> None:
    """make tells its recipe nothing and waits for it."""
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"demo:\n\t@exec {sys.executable} -m tools.demo\n", encoding="utf-8")
    process = _start_until_traffic(["make", "-f", str(makefile), "demo"], mark)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)

    assert "file, metrics and CloudWatch agree" in output


def test_nothing_survives_when_the_supervisor_is_killed(mark: str) -> None:
    """By SIGKILL, which it cannot answer."""
    process = _start_until_traffic(DEMO, mark)
    assert len(_processes_with(mark)) >= 4
    process.kill()
    process.communicate()

    wait_for(lambda: _processes_with(mark) == [])


def test_a_part_that_dies_ends_the_demo_with_its_output(mark: str) -> None:
    """Status 1, and which part it was."""
    process = _start_until_traffic(DEMO, mark)
    [service] = [p for p in _processes_with(mark) if b"demo_service" in Path(f"/proc/{p}/cmdline").read_bytes()]
    os.kill(service, signal.SIGKILL)
    output, _ = process.communicate(timeout=30)

    assert process.returncode == 1
    assert "demo: service ended with status -9" in output


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({"DEMO_SECONDS": "soon"}, 'demo: environment: DEMO_SECONDS: got "soon", expected seconds from 0'),
        (
            {"LOG_DIR": "/proc/version/logs"},
            "demo: environment: LOG_DIR=/proc/version/logs: cannot be written: Not a dir",
        ),
        ({"LOG_CONFIG": "Makefile"}, "demo: Makefile: "),
    ],
)
def test_a_mistake_is_one_line_and_status_2(environment: dict[str, str], line: str, mark: str) -> None:
    """Nothing is started."""
    done = subprocess.run(
        DEMO, cwd=ROOT, env=_environment(MARK=mark, **environment), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith(line)
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
