"""Fixtures: file sinks of one log, each as another process would have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from logging_system.sinks.file import FileSink


@pytest.fixture
def log_path(tmp_path: Path) -> Path:
    """The file they write to."""
    return tmp_path / "logs" / "app.log"


@pytest.fixture
def new_sink(log_path: Path) -> Iterator[Callable[..., FileSink]]:
    """A sink that rotates at 1000 bytes, keeps 100 files and compresses none, unless told otherwise."""
    sinks: list[FileSink] = []

    def make(**settings: Any) -> FileSink:
        own = {"max_size": 1000, "backup_count": 100, "compress": "none", **settings}
        sinks.append(FileSink(str(log_path), **own))
        return sinks[-1]

    yield make
    for sink in sinks:
        sink.close()
