"""Records in `<LOG_DIR>/<service_name>.log`, rotated by size and by time.

One unbuffered append for each batch, so that what was written survives the process and lines of
several writers do not mix. A file that was renamed or deleted beneath us is opened anew. When the
file cannot be written the error goes to the pipeline, which counts the records; each later batch
tries again, and until one succeeds nothing is rotated, compressed or deleted.
"""

from __future__ import annotations

import errno
import math
import os
import re
import time
from collections.abc import Sequence

from logging_system import diagnostics
from logging_system.formatters import format_line
from logging_system.pipeline.entry import Entry
from logging_system.sinks.base import Rejected
from logging_system.sinks.compression import Compression
from logging_system.sinks.compressor import Compressor
from logging_system.sinks.file_lock import NoLocks, names_lock
from logging_system.sinks.log_file import LogFile, open_log, sync_directory
from logging_system.sinks.open_file import identity_at
from logging_system.sinks.retention import Retention
from logging_system.sinks.rotation import move_away
from logging_system.sinks.rotation_times import next_boundary
from logging_system.sinks.upkeep import Upkeep

#: Seconds between two looks at the path; while other processes write to the file, and so may rotate it, fewer.
CHECK_SECONDS, SHARED_CHECK_SECONDS = 0.5, 0.05
#: Seconds to wait for another process that is rotating; after that, and after a failure, until the next try.
ROTATION_WAIT_SECONDS, ROTATION_PAUSE_SECONDS = 0.2, 1.0
#: Seconds after a boundary before a quiet file is rotated: records of the time before may still come.
LATE_SECONDS = 1.0
#: Bytes that must be free beside the batch before a full disk counts as usable again.
ROOM_BYTES = 64 * 1024
#: Errors after which the open file is as good as before.
_FILE_STAYS = frozenset([errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EFBIG, errno.ETIMEDOUT])
_UNSAFE_IN_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def log_file_path(log_dir: str, service_name: str) -> str:
    """The file of a service; characters of its name that a path could trip over become `_`."""
    return os.path.join(log_dir, f"{_UNSAFE_IN_NAME.sub('_', service_name).lstrip('.') or 'service'}.log")


class FileSink:
    """Rotates before a record that would pass `max_size` bytes, or that is of the next `rotate_every` seconds.

    `backup_count`, `max_total_size` (bytes) and `max_age` (seconds) bound the rotated files.
    """

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
        self._upkeep = Upkeep(Retention(backup_count, max_total_size, max_age), Compressor(compress))
        self._plain = plain
        self._fsync = fsync
        self._rotate_every_ms = max(1, round(rotate_every * 1000)) if rotate_every else 0
        self._locks = True
        self._file: LogFile | None = None
        self._look_due = 0.0
        self._rotation_due = 0.0
        #: Milliseconds since 1970 from which records belong into the next file.
        self._period_end: float = math.inf
        #: errno while the file cannot be written.
        self._failure = 0
        #: Lines of the batch under way that are in the file.
        self._appended = 0

    # -- writing ---------------------------------------------------------------------------------

    def write(self, entries: Sequence[Entry]) -> None:
        """Append. Raises OSError with the path in its text, or Rejected if a part was written."""
        if not entries:
            return
        lines = [entry[2] for entry in entries]
        if self._plain:
            lines = [format_line(line, colored=False).encode() for line in lines]
        self._appended = 0
        try:
            try:
                self._append(entries, lines)
            except OSError as error:
                if error.errno != errno.EBADF or self._appended:
                    raise
                self._look_due = 0.0  # the program closed all descriptors: open it again
                self._append(entries, lines)
        except OSError as error:
            self._note_failure(error.errno or errno.EIO)
            text = f"{self.path}: {error.strerror or error}"
            if self._appended:
                raise Rejected(text, count=len(entries) - self._appended) from error
            raise OSError(text) from error
        self._failure = 0
        self._upkeep.busy_moment(self._path, locks=self._locks)

    def _append(self, entries: Sequence[Entry], lines: list[bytes]) -> None:
        data = b"".join(lines)
        file = self._ready_file()
        if self._failure == errno.ENOSPC and not file.has_room(len(data) + ROOM_BYTES):
            # Asked first: cheaper than a part of the batch taken back, and small batches do not slip in.
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fits = file.size + len(data) <= self._max_size and not self._crosses_boundary(entries)
        if fits or not self._may_rotate(file):
            file.append(data, sync=self._fsync)
            return
        # Rare: cut the batch where the file is full. A single record beyond the size gets a file of its own.
        pending: list[bytes] = []
        size = file.size
        for entry, line in zip(entries, lines, strict=True):
            full = size > 0 and size + len(line) > self._max_size
            if (full or entry[1] >= self._period_end) and self._may_rotate(file):
                if pending:
                    file.append(b"".join(pending), sync=self._fsync)
                    self._appended += len(pending)
                    pending = []
                file = self._rotate(file, len(line), entry[1])
                size = file.size
            pending.append(line)
            size += len(line)
        file.append(b"".join(pending), sync=self._fsync)

    def _crosses_boundary(self, entries: Sequence[Entry]) -> bool:
        return self._rotate_every_ms > 0 and max([entry[1] for entry in entries]) >= self._period_end

    def _note_failure(self, number: int) -> None:
        file = self._file
        if number == errno.EFBIG and file is not None and file.size:
            self._max_size = min(self._max_size, file.size)  # a limit of the system: rotate there from now on
        else:
            self._failure = number
        if number not in _FILE_STAYS:
            self._close_file()

    # -- the open file ---------------------------------------------------------------------------

    @property
    def _path(self) -> str:
        """Our own where the file system has no locks: several processes would cut each other's lines."""
        return self.path if self._locks else f"{self.path.removesuffix('.log')}.{os.getpid()}.log"

    def _ready_file(self) -> LogFile:
        """An open file that is still the one at our path, and whose size is known.

        Looked at twice a second, not at each batch: every system call gives the interpreter lock
        away, and while callers are busy it takes milliseconds to come back.
        """
        now = time.monotonic()
        file = self._file
        if file is not None and file.is_open and now < self._look_due and not self._failure:
            return file
        if file is None or not file.is_open or not file.is_at_its_path():
            file = self._open(file)
        self._look_due = now + (SHARED_CHECK_SECONDS if file.is_shared else CHECK_SECONDS)
        self._follow_clock()
        return file

    def _follow_clock(self) -> None:
        """Where the clock was set back, maybe by years, the next boundary is nearer than we thought."""
        if self._rotate_every_ms:
            now = int((time.time() + LATE_SECONDS) * 1000)
            self._period_end = min(self._period_end, next_boundary(now, self._rotate_every_ms))

    def _open(self, old: LogFile | None) -> LogFile:
        """Open what lies at the path; the old file stays in use where that fails and it still has a name."""
        try:
            try:
                file = open_log(self._path, locks=self._locks)
            except NoLocks:
                self._locks = False
                file = open_log(self._path, locks=False)
                diagnostics.say("locks", f"{self.path}: no locks there; each process writes to its own: {self._path}")
        except OSError:
            if old is not None and old.is_open and os.fstat(old.file.descriptor).st_nlink > 0:
                return old
            raise
        self._close_file()
        self._file = file
        if self._fsync and file.size == 0:
            sync_directory(file.path)
        if self._rotate_every_ms and file.is_regular:
            began = file.began_at() + LATE_SECONDS if file.size else time.time()
            self._period_end = next_boundary(int(began * 1000), self._rotate_every_ms)
        self._upkeep.look_again()
        return file

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None

    # -- rotation --------------------------------------------------------------------------------

    def _may_rotate(self, file: LogFile) -> bool:
        return file.is_regular and not self._failure and time.monotonic() >= self._rotation_due

    def _rotate(self, file: LogFile, wanted: int, milliseconds: int) -> LogFile:
        """Begin a new file, unless another process did. Where that fails the old one is used and grows."""
        try:
            with names_lock(self._path, timeout=ROTATION_WAIT_SECONDS, locks=self._locks) as is_held:
                if not is_held:
                    self._rotation_due = time.monotonic() + ROTATION_PAUSE_SECONDS
                    return file
                is_due = identity_at(file.path) == file.identity and self._is_due(file, wanted, milliseconds)
                if is_due:
                    move_away(file.path)
                opened = self._open(file)
                if opened is file:  # no new file could be opened: go on with the old one for a while
                    self._rotation_due = time.monotonic() + ROTATION_PAUSE_SECONDS
                file = opened
                self._upkeep.retention.apply(file.path, locks=self._locks, rotated=is_due)
        except OSError as error:
            self._rotation_due = time.monotonic() + ROTATION_PAUSE_SECONDS
            diagnostics.say("rotation", f"{self.path}: not rotated: {error.strerror or error}; it grows for now")
        if self._rotate_every_ms and milliseconds >= self._period_end and file.size == 0:
            self._period_end = next_boundary(milliseconds, self._rotate_every_ms)
        return self._file or file

    def _is_due(self, file: LogFile, wanted: int, milliseconds: int) -> bool:
        """Once more under the lock: somebody may have cut the file, and an empty one is not rotated."""
        size = os.stat(file.path).st_size
        return size > 0 and (size + wanted > self._max_size or milliseconds >= self._period_end)

    # -- idle ------------------------------------------------------------------------------------

    def idle(self) -> None:
        """Look at the path, rotate a quiet file by time, delete what is too old, compress."""
        if self._failure:
            return
        now = time.monotonic()
        file = self._file
        if file is not None and file.is_open and now >= self._look_due:
            self._look_due = now + CHECK_SECONDS
            if not file.is_at_its_path():
                self._close_file()  # so that who rotated it can compress it
            elif (time.time() - LATE_SECONDS) * 1000 >= self._period_end and self._may_rotate(file):
                self._rotate(file, 0, int(time.time() * 1000))
        self._upkeep.idle_moment(self._path, locks=self._locks)

    def close(self) -> None:
        """Close the file; the next write opens it again. Compressing what is left may take two seconds."""
        was_used = self._file is not None
        self._close_file()
        if was_used and not self._failure:
            self._upkeep.finish(self._path, locks=self._locks)
