"""What the library says on stderr: one line, rarely, bounded, and never at the cost of the program."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from logging_system import diagnostics

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time for the test, in seconds, and a memory of its own."""
    now = [1000.0]
    monkeypatch.setattr(diagnostics, "monotonic", lambda: now[0])
    monkeypatch.setattr(diagnostics, "_said", {})
    return now


def test_the_same_trouble_is_said_once_a_minute(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    """Another trouble is said at once."""
    for second in range(130):
        clock[0] = 1000.0 + second
        diagnostics.say("disk", f"disk full {second}")
    diagnostics.say("network", "no network")

    assert capsys.readouterr().err.splitlines() == [
        "logging_system: disk full 0",
        "logging_system: disk full 60",
        "logging_system: disk full 120",
        "logging_system: no network",
    ]


def test_a_trouble_that_comes_back_is_said_soon_but_does_not_flood(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    """A sink that works at every second batch."""
    for step in range(200):
        clock[0] = 1000.0 + step / 10
        diagnostics.say("sink", f"failed {step}")
        diagnostics.forget("sink")
        diagnostics.forget("unheard of")

    assert capsys.readouterr().err.splitlines() == [f"logging_system: failed {step}" for step in (0, 50, 100, 150)]


def test_thousands_of_troubles_take_bounded_memory_and_few_lines(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    """Names from data, such as a file of each customer."""
    for number in range(10_000):
        diagnostics.say(f"trouble {number}", f"text {number}")
    assert len(capsys.readouterr().err.splitlines()) == diagnostics.MAX_TROUBLES + 1
    assert len(diagnostics._said) <= diagnostics.MAX_TROUBLES + 1

    clock[0] += 60
    diagnostics.say("trouble 9999", "a minute later")
    assert capsys.readouterr().err == "logging_system: a minute later\n"
    assert len(diagnostics._said) == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines\r\nand more", r"two\nlines\r\nand more"),
        ("\x1b[2Jclears the screen\x00", r"\x1b[2Jclears the screen\x00"),
        ("half a pair \ud800, größer", r"half a pair \ud800, größer"),
        ("x" * 1_000_000, "x" * diagnostics.MAX_CHARACTERS),
    ],
)
def test_whatever_it_says_is_one_harmless_line(
    clock: list[float], capsys: pytest.CaptureFixture[str], text: str, shown: str
) -> None:
    """Texts of errors may hold what a user sent."""
    assert clock
    diagnostics.say("text", text)

    assert capsys.readouterr().err == f"logging_system: {shown}\n"


def test_a_stream_that_fails_is_survived(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Closed by the program, or none at all."""
    assert clock
    closed = io.StringIO()
    closed.close()
    for number, stream in enumerate([closed, None, object()]):
        monkeypatch.setattr(sys, "stderr", stream)
        diagnostics.say(f"stream {number}", "nobody hears")


SAY = "from logging_system import diagnostics as d\n"


def test_the_encoding_of_the_stream_is_kept(run_program: Run) -> None:
    """What it cannot hold is escaped."""
    done = run_program(SAY + "d.say('a', 'gr\\xf6\\xdfer')", PYTHONIOENCODING="ascii")

    assert done.stderr == "logging_system: gr\\xf6\\xdfer\n"


def test_a_reader_that_hangs_does_not_stop_the_program(tmp_path: Path) -> None:
    """A full pipe: the line is left out."""
    source = """
import fcntl, os, sys
fcntl.fcntl(2, fcntl.F_SETFL, fcntl.fcntl(2, fcntl.F_GETFL) | os.O_NONBLOCK)
try:
    while True: os.write(2, b"x" * 4096)
except BlockingIOError: pass
fcntl.fcntl(2, fcntl.F_SETFL, fcntl.fcntl(2, fcntl.F_GETFL) & ~os.O_NONBLOCK)
from logging_system import diagnostics
diagnostics.say("a", "nobody reads")
print("goes on")
"""
    reading, writing = os.pipe()
    try:
        done = subprocess.run(
            [sys.executable, "-c", source], cwd=tmp_path, stdout=subprocess.PIPE, stderr=writing, timeout=30, check=True
        )
    finally:
        os.close(writing)
        os.close(reading)

    assert done.stdout == b"goes on\n"


def test_a_signal_handler_may_say_something_whatever_it_interrupts(tmp_path: Path, run_program: Run) -> None:
    """The program's own writes to stderr, and ours; to a file, because a full pipe would leave lines out."""
    run_program(
        """
import itertools, os, signal, sys
os.dup2(os.open("errors", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
from logging_system import diagnostics as d
calls, numbers = 0, itertools.count()
def handler(*_):  # which the next signal may interrupt in its turn
    global calls
    number = next(numbers)
    calls, number = number, f"call {number}"
    d.say(number, number)
    d.forget(number)
d.MAX_TROUBLES = 10**6
signal.signal(signal.SIGALRM, handler)
turn = 0
while calls < 300:
    turn += 1
    signal.setitimer(signal.ITIMER_REAL, 0.00002 * (turn % 5 + 1))
    for _ in range(5): sys.stderr.write("."); d.say("ours", "said once")
signal.setitimer(signal.ITIMER_REAL, 0)
"""
    )

    lines = (tmp_path / "errors").read_text(encoding="utf-8").splitlines()
    said = [line.lstrip(".") for line in lines if "call" in line]
    assert len(said) == len(set(said)) > 300
    assert set(said) == {f"logging_system: call {number}" for number in range(len(said))}
