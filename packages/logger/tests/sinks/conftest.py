"""Fixtures: file sinks of one log, each as another process would have it, and what lies in its files."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from logging_system.pipeline.entry import Entry
from logging_system.sinks.file import FileSink


def entry(number: int, *, at: float | None = None, text: str = "") -> Entry:
    """A record as the pipeline hands it over; `at` in seconds since 1970."""
    seconds = time.time() if at is None else at
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))
    line = json.dumps({"timestamp": stamp, "number": number, "text": text}, separators=(",", ":"))
    return 20, int(seconds * 1000), line.encode() + b"\n", None


def numbers(path: Path) -> list[int]:
    """The numbers of the records in a file, compressed or not."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line)["number"] for line in data.splitlines() if line]


def names(path: Path) -> list[str]:
    """The log and what was rotated, by name."""
    return sorted(found.name for found in path.parent.glob(f"{path.name}*"))


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
