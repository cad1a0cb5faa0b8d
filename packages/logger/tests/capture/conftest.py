"""Capturing on for a test, and off again afterwards with `logging` as it was."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from logging_system import configure


@pytest.fixture
def capturing(log_dir: Path) -> Iterator[None]:
    """`configure(capture_stdlib=True)`."""
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    configure(log_dir=log_dir, console_output=False, service_name="app", capture_stdlib=True)
    yield
    configure(log_dir=log_dir, console_output=False, service_name="app")
    root.handlers[:] = kept
    root.setLevel(level)
