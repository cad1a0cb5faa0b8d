"""Fixtures: the library writing into a directory of the test, read back as parsed lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from logging_system import configure, flush, shutdown

Records = list[dict[str, Any]]

# How long an example takes says nothing: the machine may be busy. Benchmarks hold the speed.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def log_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory for the log file, and an environment without the settings of whoever runs the tests."""
    for variable in [name for name in os.environ if name.startswith(("LOG_", "AWS_"))]:
        monkeypatch.delenv(variable)
    for variable in ("SERVICE_NAME", "SERVICE_VERSION", "ENVIRONMENT", "MAX_FILE_SIZE", "BACKUP_COUNT", "METRICS_PORT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    configure(log_dir=tmp_path / "logs", console_output=False, service_name="app")
    flush()  # what an earlier test lost is not this one's
    yield tmp_path / "logs"
    shutdown()


@pytest.fixture
def log_lines(log_dir: Path) -> Callable[[], Records]:
    """Call it for the records written until now, parsed."""

    def read() -> Records:
        assert flush()
        return [json.loads(line) for line in (log_dir / "app.log").read_text(encoding="utf-8").splitlines()]

    return read


@pytest.fixture
def run_program(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run Python source in a process of its own, in the test's directory, with extra environment variables.

    `measured=False` keeps coverage out of it, whose own locks know nothing of asynchronous exceptions and the like.
    """

    def run(
        source: str, *, status: int = 0, measured: bool = True, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if measured or "COVERAGE" not in name}
        done = subprocess.run(
            [sys.executable, "-c", source],
            cwd=tmp_path,
            env={**inherited, "LOG_DIR": "logs", "SERVICE_NAME": "app", **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == status, done.stderr
        return done

    return run


@pytest.fixture
def wait_until() -> Callable[[Callable[[], object]], None]:
    """Wait for a condition, ten seconds at most."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come true within 10 s"
            time.sleep(0.01)

    return wait
