"""Starting with something wrong: one clear line and exit status 2."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service_process import service_environment


def _fail_to_start(directory: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "demo_service"],
        cwd=directory,
        env=service_environment(**environment),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    [line] = done.stderr.splitlines()
    return line


@pytest.fixture
def taken_port() -> Iterator[str]:
    """A port that somebody listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield str(other.getsockname()[1])


@pytest.mark.parametrize("variable", ["PORT", "METRICS_PORT"])
def test_a_port_that_is_taken(tmp_path: Path, taken_port: str, variable: str) -> None:
    """Names the variable to change."""
    line = _fail_to_start(tmp_path, **{variable: taken_port})
    assert f"{variable}={taken_port}: cannot listen on 127.0.0.1: Address already in use; choose another port" in line


def test_a_log_directory_that_cannot_be_written(tmp_path: Path) -> None:
    """A file is in its place, which stops root as well."""
    (tmp_path / "occupied").write_text("", encoding="utf-8")
    line = _fail_to_start(tmp_path, LOG_DIR="occupied/logs")
    assert line == "demo-service: environment: LOG_DIR=occupied/logs: cannot be written: Not a directory"


def test_a_broken_configuration_file(tmp_path: Path) -> None:
    """File, key, value, what was expected."""
    (tmp_path / "logging_config.yaml").write_text("handlers: {file: {max_size: 10 megs}}", encoding="utf-8")
    line = _fail_to_start(tmp_path)
    assert line == (
        'demo-service: logging_config.yaml: handlers.file.max_size: got "10 megs", '
        "expected bytes or a size such as 10MB"
    )


def test_a_database_that_is_none(tmp_path: Path) -> None:
    """Some other file lies there."""
    (tmp_path / "orders.sqlite3").write_text("no database, just text, long enough for a header" * 50, encoding="utf-8")
    line = _fail_to_start(tmp_path)
    assert line == "demo-service: DATABASE=orders.sqlite3: file is not a database"
