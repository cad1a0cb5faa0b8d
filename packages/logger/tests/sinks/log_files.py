"""Records as the pipeline hands them to a sink, and what lies in a log's files."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

from logging_system.pipeline.entry import Entry
from logging_system.sinks.file_lock import lock_path


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


def rotated_here(log_path: Path) -> None:
    """As after a rotation by the library."""
    log_path.parent.mkdir(exist_ok=True)
    Path(lock_path(str(log_path))).touch()
