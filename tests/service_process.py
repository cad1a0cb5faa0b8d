"""The demo service as a process of its own, for end-to-end and browser tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families


def wait_for(
    condition: Callable[[], Any], seconds: float = 20, complaint: str = "did not come true", *, pause: float = 0.02
) -> Any:
    """Return the condition's first true value, asked each `pause` seconds; fail with `complaint` after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"{complaint} within {seconds:g} s"
        time.sleep(pause)


def without_settings(environ: dict[str, str]) -> dict[str, str]:
    """An environment without the settings of whoever runs the tests."""
    return {name: value for name, value in environ.items() if not name.startswith(("LOG_", "AWS_", "DEMO_"))}


def service_environment(**more: str) -> dict[str, str]:
    """Free ports, a name of its own, nothing of the developer's settings."""
    own = {"PORT": "0", "METRICS_PORT": "0", "SERVICE_NAME": "shop", "DEMO_CHAOS": "1"}
    return {**without_settings(dict(os.environ)), **own, **more}


class Service:
    """A running service in `directory`; `url` and `metrics_url` are what its first records say."""

    def __init__(self, directory: Path, **environment: str) -> None:
        self.directory = directory
        self.log_file = directory / "logs" / "shop.log"
        self.errors = ""
        known = len(self.records()) if self.log_file.exists() else 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "demo_service"],
            cwd=directory,
            env=service_environment(**environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        record = wait_for(lambda: self._listening(known))
        self.url, self.metrics_url = record["url"].rstrip("/"), record["metrics_url"]

    def _listening(self, known: int) -> dict[str, Any] | None:
        assert self.process.poll() is None, self.process.communicate()[1]
        records = self.records()[known:] if self.log_file.exists() else []
        return next((record for record in records if record["message"] == "listening"), None)

    def records(self) -> list[dict[str, Any]]:
        """Every line of the file, parsed; a line that is not JSON fails the test."""
        return [json.loads(line) for line in self.log_file.read_text(encoding="utf-8").splitlines()]

    def metric(self, name: str) -> dict[tuple[str, ...], float]:
        """The series of a metric now, by their label values."""
        text = httpx.get(self.metrics_url, timeout=10).text
        return {
            tuple(sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name
        }

    def stop(self, seconds: float = 15) -> int:
        """SIGTERM; returns the exit status."""
        self.process.terminate()
        _, self.errors = self.process.communicate(timeout=seconds)
        return self.process.returncode

    def kill(self) -> None:
        """SIGKILL, if it is still there."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
