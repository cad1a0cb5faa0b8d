"""Starting writers of files, and what lies in the files afterwards."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PROGRAM = Path(__file__).with_name("file_writer.py")

#: Writer and number.
Key = tuple[str, int]


def start_writer(
    log_dir: Path, settings: Mapping[str, str], name: str, count: int, per_burst: int = 0
) -> subprocess.Popen[str]:
    """Start a process that logs to `log_dir`; its standard input, output and error are pipes."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("LOG_")}
    return subprocess.Popen(
        [sys.executable, str(_PROGRAM), name, str(count), str(per_burst)],
        env={**own, "LOG_DIR": str(log_dir), "SERVICE_NAME": "app", **settings},
        cwd=log_dir.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait until it is true; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"did not come true within {seconds} s"
        time.sleep(0.005)


def wait_for_line(stream: IO[str], start: str) -> str:
    """Read lines until one begins so; fail at the end of the stream."""
    for line in stream:
        if line.startswith(start):
            return line
    raise AssertionError(f"no line began with {start!r}")


@dataclass
class Found:
    """What lies in the files of a log."""

    files: int
    #: How often each record is there.
    records: Counter[Key]
    #: Lines that are no record, with their file.
    torn: list[tuple[str, bytes]]
    #: Records of other kinds, by message.
    other: Counter[str]


def read_files(log_dir: Path, name: str = "app.log") -> Found:
    """Read the log and its rotated files, compressed or not."""
    found = Found(0, Counter(), [], Counter())
    for path in sorted(log_dir.glob(f"{name}*")):
        found.files += 1
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for line in data.splitlines(keepends=True):
            _count(found, path.name, line)
    return found


def _count(found: Found, name: str, line: bytes) -> None:
    try:
        record = json.loads(line)
    except ValueError:
        found.torn.append((name, line))
        return
    if "writer" in record:
        found.records[record["writer"], record["number"]] += 1
    else:
        found.other[record["message"]] += 1
    if not line.endswith(b"\n"):
        found.torn.append((name, line))
