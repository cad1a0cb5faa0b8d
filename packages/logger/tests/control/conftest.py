"""Fixtures: the library with some settings, and what a counter gained since the test began."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from logging_system import configure, flush


@pytest.fixture
def log_lines(log_dir: Path) -> Callable[[], list[dict[str, Any]]]:
    """Call it for the records written until now, parsed; none if there is no file, because all were left out."""
    file = log_dir / "app.log"

    def read() -> list[dict[str, Any]]:
        assert flush()
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []

    return read


@pytest.fixture
def use(log_dir: Path) -> Callable[..., None]:
    """Configure the library with these settings on top of those of the fixture `log_lines`."""

    def configure_with(**settings: Any) -> None:
        configure(**{"log_dir": log_dir, "console_output": False, "service_name": "app", **settings})

    return configure_with


@pytest.fixture
def record(use: Callable[..., None]) -> Callable[..., None]:
    """Configure the library with a recorder that holds ten records."""

    def configure_with(**settings: object) -> None:
        use(**{"flight_recorder": 10, **settings})

    return configure_with


@pytest.fixture
def gained() -> Callable[[str], float]:
    """By how much a counter without labels has grown since the test began."""

    def value(name: str) -> float:
        return REGISTRY.get_sample_value(name) or 0.0

    counters = ("filtered", "sampled_out", "suppressed")
    before = {f"log_records_{name}_total": value(f"log_records_{name}_total") for name in counters}
    return lambda name: value(name) - before[name]
