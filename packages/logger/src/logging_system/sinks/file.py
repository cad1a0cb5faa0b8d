"""Records in `<LOG_DIR>/<service_name>.log`, rotated by size.

One unbuffered append for each batch, so that what was written survives the process and lines of
several writers do not mix. A file that was renamed or deleted beneath us is opened anew. When the
file cannot be written the error goes to the pipeline, which counts the records; each later batch
tries again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from logging_system.formatters import format_line
from logging_system.pipeline.entry import Entry
from logging_system.sinks.rotation import compress_rotated, rotate

_UNSAFE_IN_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def log_file_name(service_name: str) -> str:
    """The file's name for a service: characters that a path could trip over become `_`."""
    return f"{_UNSAFE_IN_NAME.sub('_', service_name).lstrip('.') or 'service'}.log"


class FileSink:
    """`max_size` in bytes: a batch that would pass it rotates first; `backup_count` rotated files are kept."""

    name = "file"

    def __init__(self, path: str, *, max_size: int, backup_count: int, compress: bool, plain: bool = False) -> None:
        self.path = path
        self._max_size = max_size
        self._backup_count = backup_count
        self._compress = compress
        self._plain = plain
        self._descriptor = -1
        self._identity: tuple[int, int] | None = None

    def write(self, entries: Sequence[Entry]) -> None:
        """Append. Raises OSError with the path in its text."""
        lines = [entry[2] for entry in entries]
        if self._plain:
            lines = [format_line(line, colored=False).encode() for line in lines]
        try:
            self._append(lines)
        except OSError as error:
            self.close()
            raise OSError(f"{self.path}: {error.strerror or error}") from error

    def idle(self) -> None:
        """Compress what was rotated, one file a call."""
        if self._compress and os.path.isdir(os.path.dirname(self.path) or "."):
            compress_rotated(self.path, self._backup_count)

    def close(self) -> None:
        """Close the file; the next write opens it again."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self._identity = -1, None

    def _append(self, lines: list[bytes]) -> None:
        size = self._ready_size()
        data = b"".join(lines)
        if size + len(data) <= self._max_size:
            self._write_all(data)
            return
        # Rare: cut the batch where the file is full. A single record beyond the size gets a file of its own.
        pending: list[bytes] = []
        for line in lines:
            if size and size + len(line) > self._max_size:
                self._write_all(b"".join(pending))
                pending = []
                self._rotate()
                size = 0
            pending.append(line)
            size += len(line)
        self._write_all(b"".join(pending))

    def _ready_size(self) -> int:
        """Size in bytes of the open file that is still the one at our path, opening it if needed."""
        if self._descriptor >= 0 and self._identity != _identity_at(self.path):
            self.close()
        if self._descriptor < 0:
            os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
            self._identity = _identity_at(self.path)
            self._end_torn_line()
        return os.fstat(self._descriptor).st_size

    def _end_torn_line(self) -> None:
        """A process killed in the middle of a write left half a line: begin on a new one."""
        with open(self.path, "rb") as stream:
            if stream.seek(0, os.SEEK_END) and stream.seek(-1, os.SEEK_END) >= 0 and stream.read(1) != b"\n":
                os.write(self._descriptor, b"\n")

    def _rotate(self) -> None:
        self.close()
        while self._compress and compress_rotated(self.path, self._backup_count):
            pass
        rotate(self.path, self._backup_count)
        self._ready_size()

    def _write_all(self, data: bytes) -> None:
        view = memoryview(data)
        start = os.fstat(self._descriptor).st_size
        written = 0
        try:
            while written < len(view):
                written += os.write(self._descriptor, view[written:])
        except OSError:
            self._remove_partial(start, written)
            raise

    def _remove_partial(self, start: int, written: int) -> None:
        """A batch that fails counts as lost, so none of it may stay; only if nobody else appended meanwhile."""
        if written and os.fstat(self._descriptor).st_size == start + written:
            os.ftruncate(self._descriptor, start)


def _identity_at(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
