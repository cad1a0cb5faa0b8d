"""Records in `<LOG_DIR>/<service_name>.log`, rotated by size.

One unbuffered append for each batch, so that what was written survives the process and lines of
several writers do not mix. A file that was renamed or deleted beneath us is opened anew. When the
file cannot be written the error goes to the pipeline, which counts the records; each later batch
tries again.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import time
from collections.abc import Sequence

from logging_system.formatters import format_line
from logging_system.pipeline.entry import Entry
from logging_system.sinks.compression import Compression
from logging_system.sinks.rotation import Compressor, rotate

#: Seconds between two looks at the path.
CHECK_SECONDS = 0.5
_UNSAFE_IN_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def log_file_path(log_dir: str, service_name: str) -> str:
    """The file of a service; characters of its name that a path could trip over become `_`."""
    return os.path.join(log_dir, f"{_UNSAFE_IN_NAME.sub('_', service_name).lstrip('.') or 'service'}.log")


class FileSink:
    """`max_size` in bytes: a batch that would pass it rotates first; `backup_count` rotated files are kept."""

    name = "file"

    def __init__(
        self,
        path: str,
        *,
        max_size: int,
        backup_count: int,
        compress: Compression = "gzip",
        plain: bool = False,
        fsync: bool = False,
        rotate_every: float | None = None,
        max_total_size: int | None = None,
        max_age: float | None = None,
    ) -> None:
        self.path = path
        self._max_size = max_size
        self._backup_count = backup_count
        self._compress = compress != "none"
        self._rotate_every = rotate_every
        self._max_total_size = max_total_size
        self._max_age = max_age
        self._plain = plain
        self._fsync = fsync
        self._descriptor = -1
        self._identity: tuple[int, int] | None = None
        self._size = 0
        self._check_due = 0.0
        self._compressor = Compressor()

    def write(self, entries: Sequence[Entry]) -> None:
        """Append. Raises OSError with the path in its text."""
        lines = [entry[2] for entry in entries]
        if self._plain:
            lines = [format_line(line, colored=False).encode() for line in lines]
        try:
            self._append(lines)
            if self._fsync:
                os.fsync(self._descriptor)
        except OSError as error:
            self._close_file()
            raise OSError(f"{self.path}: {error.strerror or error}") from error

    def idle(self) -> None:
        """Compress what an earlier process rotated and had no time to compress."""
        if self._compress and self._descriptor >= 0:
            self._compressor.start(self.path, self._backup_count)

    def close(self) -> None:
        """Close the file; the next write opens it again."""
        self._close_file()
        self._compressor.join()

    def _close_file(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self._identity = -1, None

    def _append(self, lines: list[bytes]) -> None:
        data = b"".join(lines)
        self._make_ready()
        size = self._size
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

    def _make_ready(self) -> None:
        """Have an open file that is still the one at our path, and know its size.

        Looked at twice a second, not at each batch: every system call gives the interpreter lock
        away, and while callers are busy it takes milliseconds to come back.
        """
        now = time.monotonic()
        if self._descriptor >= 0 and now < self._check_due:
            return
        if self._descriptor >= 0 and self._identity != _identity_at(self.path):
            self._close_file()
        if self._descriptor < 0:
            os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
            self._identity = _identity_at(self.path)
            self._end_torn_line()
        self._size = os.fstat(self._descriptor).st_size
        self._check_due = now + CHECK_SECONDS

    def _end_torn_line(self) -> None:
        """A process killed in the middle of a write left half a line: begin on a new one.

        Only while nobody else has the file open (each holds a shared lock), because the end of
        another's write under way looks just the same.
        """
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # in use, or a file system without locks
            self._lock_shared()
            return
        with open(self.path, "rb") as stream:
            if stream.seek(0, os.SEEK_END) and stream.seek(-1, os.SEEK_END) >= 0 and stream.read(1) != b"\n":
                os.write(self._descriptor, b"\n")
        self._lock_shared()

    def _lock_shared(self) -> None:
        with contextlib.suppress(OSError):
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def _rotate(self) -> None:
        self._close_file()
        self._compressor.join()
        rotate(self.path, self._backup_count)
        if self._compress:
            self._compressor.start(self.path, self._backup_count)
        self._make_ready()

    def _write_all(self, data: bytes) -> None:
        written = os.write(self._descriptor, data) if data else 0
        try:
            while written < len(data):
                written += os.write(self._descriptor, memoryview(data)[written:])
        except OSError:
            self._remove_partial(written)
            raise
        self._size += written

    def _remove_partial(self, written: int) -> None:
        """A batch that fails counts as lost, so none of it may stay; only if nobody else appended meanwhile."""
        if os.fstat(self._descriptor).st_size == self._size + written:
            os.ftruncate(self._descriptor, self._size)


def _identity_at(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
