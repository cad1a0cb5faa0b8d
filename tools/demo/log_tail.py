"""Following the log file for the status line: what came since the last look."""

from __future__ import annotations

import json
import os
from pathlib import Path


class LogTail:
    """Counts from now on; a rotated file is read to its end first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream = path.open("rb") if path.exists() else None
        if self._stream is not None:
            self._stream.seek(0, os.SEEK_END)
        self._rest = b""
        self._records = self._requests = self._errors = 0
        self._firing: list[str] = []

    def read(self) -> str:
        """Take in what is new; returns the counts as text."""
        if self._stream is None and self._path.exists():
            self._stream = self._path.open("rb")
        if self._stream is not None:
            self._take(self._stream.read())
            if self._path.exists() and os.fstat(self._stream.fileno()).st_ino != self._path.stat().st_ino:
                self._take(self._stream.read())
                self._stream.close()
                self._stream, self._rest = None, b""
        firing = f"   firing: {', '.join(self._firing)}" if self._firing else ""
        return f"{self._requests:,} requests   {self._records:,} records   {self._errors:,} errors{firing}"

    def _take(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            try:
                record = json.loads(line)
            except ValueError:
                continue
            self._records += 1
            self._requests += record["logger"] == "logging_system.access"
            self._errors += record["level"] in ("ERROR", "CRITICAL")
            if record["logger"] == "demo_service.alerts":
                name = record["alert"]
                self._firing = [other for other in self._firing if other != name]
                if record["message"] == "alert fires":
                    self._firing.append(name)
