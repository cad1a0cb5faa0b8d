"""Fixtures: the console script in this process and as a program, and log files for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import pytest

from logging_system.cli.main import main

SCRIPT = Path(sys.executable).with_name("logging-system")


class Ran(NamedTuple):
    """What a run left."""

    status: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the script with these arguments through its entry point."""

    def run_main(*argv: str) -> Ran:
        capsys.readouterr()
        try:
            status = main(argv)
        except SystemExit as end:  # argparse's way to end
            status = int(str(end.code))
        return Ran(status, *capsys.readouterr())

    return run_main


def line(message: str, level: str = "INFO", **changes: Any) -> str:
    """A record as the library writes it, with its line end; `changes` replace or add keys."""
    record = {
        "timestamp": "2026-06-19T10:30:45.123Z",
        "level": level,
        "logger": "shop",
        "message": message,
        "module": "orders",
        "function": "create",
        "line": 7,
        "context": {"correlation_id": "c1", "service_name": "app", "version": "1", "environment": "dev"},
        **changes,
    }
    return json.dumps(record, ensure_ascii=False) + "\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where a test writes its log file."""
    return tmp_path / "some.log"


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the installed script as a program; what still runs at the end is killed."""
    # Tests that a shell started in the background ignore it, and what they start would too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    started: list[subprocess.Popen[str]] = []

    def start_script(
        *argv: str, stdin: IO[bytes] | int = subprocess.DEVNULL, **environment: str
    ) -> subprocess.Popen[str]:
        program = subprocess.Popen(
            [SCRIPT, *argv],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment},
            text=True,
            encoding="utf-8",
        )
        started.append(program)
        return program

    yield start_script
    for program in started:
        program.kill()
        program.wait()
        for stream in (program.stdin, program.stdout, program.stderr):
            if stream is not None:
                stream.close()
