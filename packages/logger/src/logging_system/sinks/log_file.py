"""One open log file: appending to it, taking back what failed, and knowing whether it is still at its path."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from datetime import datetime

from logging_system.pipeline import native
from logging_system.sinks.descriptor import IncompleteWrite, write_whole
from logging_system.sinks.file_lock import try_lock, unlock
from logging_system.sinks.open_file import OpenFile

#: Seconds that a FIFO or a device may refuse bytes.
WRITE_SECONDS = 1.0
#: Seconds to wait for somebody who holds an exclusive lock on the file at our path.
LOCK_SECONDS = 0.5
#: Seconds for which a file counts as shared after another process wrote to it.
SHARED_SECONDS = 10.0
#: A FIFO without reader must not keep us waiting; regular files know no O_NONBLOCK.
_FLAGS = os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0)
#: Bytes in which the first record's time is found.
_HEAD_BYTES = 64


class LogFile:
    """Opened with `open_log`. Each method may raise OSError."""

    def __init__(self, path: str, file: OpenFile) -> None:
        status = os.fstat(file.descriptor)
        self.path = path
        #: Neither a device nor a FIFO: it has a size and can be rotated, locked and cut.
        self.is_regular = stat.S_ISREG(status.st_mode)
        #: Bytes in the file as far as we know: others may have added some since the last look.
        self.size = status.st_size if self.is_regular else 0
        self.file = file
        self.identity = status.st_dev, status.st_ino
        self._shared_until = 0.0
        #: The last line in the file is half a line of ours.
        self._is_torn = False

    @property
    def is_open(self) -> bool:
        """False after `close`, and in a child made by fork."""
        return self.file.is_open

    @property
    def is_shared(self) -> bool:
        """Whether other processes wrote to it lately."""
        return self._shared_until > 0 and time.monotonic() < self._shared_until

    def append(self, data: bytes, *, sync: bool) -> None:
        """Write whole lines with one system call; `sync` forces them to the disk. What fails is taken back."""
        if self._is_torn:
            data = b"\n" + data
        try:
            write_whole(self.file.descriptor, data, timeout=WRITE_SECONDS)
            if sync and self.is_regular:
                try:
                    os.fsync(self.file.descriptor)
                except OSError as error:
                    number, text = error.errno or errno.EIO, error.strerror or str(error)
                    raise IncompleteWrite(number, text, written=len(data), at_once=True) from error
        except IncompleteWrite as error:
            self._take_back(error)
            raise
        self._is_torn = False
        if not self.is_regular:
            return
        if self._shared_until and self.is_shared:
            self._mend(data)
        else:
            self.size += len(data)

    def _take_back(self, error: IncompleteWrite) -> None:
        """A batch that fails counts as lost, so none of it may stay; if others appended meanwhile it has to."""
        if not error.written:
            return
        self._is_torn = True
        if self.is_regular and error.at_once:
            with contextlib.suppress(OSError):
                end = os.lseek(self.file.descriptor, 0, os.SEEK_CUR)
                if os.fstat(self.file.descriptor).st_size == end:
                    os.ftruncate(self.file.descriptor, end - error.written)
                    self._is_torn = False

    def _mend(self, data: bytes) -> None:
        """Write the first line again if it was appended to half a line of a process killed in its write.

        Only looked at while the file is shared: it takes two system calls more.
        """
        self.size = os.lseek(self.file.descriptor, 0, os.SEEK_CUR)
        start = self.size - len(data)
        if start > 0 and self._byte_before(start) not in (b"\n", b""):
            try:
                write_whole(self.file.descriptor, data[: data.index(b"\n") + 1], timeout=WRITE_SECONDS)
            except IncompleteWrite as error:
                self._is_torn = error.written > 0

    def _byte_before(self, position: int) -> bytes:
        """Empty where we may not read."""
        with contextlib.suppress(OSError):
            os.lseek(self.file.descriptor, position - 1, os.SEEK_SET)
            return os.read(self.file.descriptor, 1)
        return b""

    def _is_ours(self) -> bool:
        """False after the program closed all descriptors, as daemons do: the number may be another file's by now."""
        with contextlib.suppress(OSError):
            if self.file.identity == self.identity:
                return True
        self.file.forget()
        return False

    def is_at_its_path(self) -> bool:
        """Whether the path still leads to this file; learns its size and whether others write to it.

        When the path cannot be looked at, say for its permissions, the file counts as there: what
        is open can be written.
        """
        if not self._is_ours():
            return False
        status = os.fstat(self.file.descriptor)
        try:
            found = os.stat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            found = status
        if self.is_regular:
            if status.st_size > self.size:
                self._shared_until = time.monotonic() + SHARED_SECONDS
            self.size = status.st_size  # smaller after somebody cut it (copytruncate)
        return (found.st_dev, found.st_ino) == self.identity

    def has_room(self, size: int) -> bool:
        """False if the file system is known to have less than `size` bytes free."""
        if not self.is_regular or sys.platform == "win32":
            return True
        found = os.fstatvfs(self.file.descriptor)
        return found.f_bfree * found.f_frsize >= size

    def end_torn_line(self, *, locks: bool) -> None:
        """A process killed in the middle of a write left half a line: begin on a new one.

        Only while nobody else has the file open (each holds a shared lock), because the end of
        another's write under way looks just the same.
        """
        if locks and not try_lock(self.file, exclusive=True):
            self._shared_until = time.monotonic() + SHARED_SECONDS
            return
        self.size = os.fstat(self.file.descriptor).st_size
        if self.size and self._byte_before(self.size) not in (b"\n", b""):
            os.write(self.file.descriptor, b"\n")
            self.size += 1

    def began_at(self) -> float:
        """The time of the first record, in seconds since 1970; that of the last change if it cannot be read."""
        with contextlib.suppress(OSError, ValueError):
            os.lseek(self.file.descriptor, 0, os.SEEK_SET)
            head = os.read(self.file.descriptor, _HEAD_BYTES).decode("ascii", "replace")
            return datetime.fromisoformat(head.removeprefix('{"timestamp":"')[:24]).timestamp()
        return os.fstat(self.file.descriptor).st_mtime

    def close(self) -> None:
        """Close it; nothing if it is closed."""
        if self.file.is_open and self.is_regular:
            unlock(self.file)
        self.file.close()


def open_log(path: str, *, locks: bool) -> LogFile:
    """Open the file at `path` for appending, made if it is missing, its directory too. Raises OSError, NoLocks.

    With `locks` it holds the shared lock that says: in use. That must be so before the file can be
    rotated and compressed, hence the second look at the path.
    """
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        log = LogFile(path, _open(path))
        try:
            if not log.is_regular:
                return log
            log.end_torn_line(locks=locks)
            is_locked = not locks or try_lock(log.file, exclusive=False)
            # Whoever holds an exclusive lock for longer is no process of ours: records are not to wait for it.
            if (is_locked and log.is_at_its_path()) or time.monotonic() >= deadline:
                return log
        except BaseException:
            log.close()
            raise
        log.close()
        native.sleep(0 if is_locked else 0.001)


def _open(path: str) -> OpenFile:
    if not os.path.exists(path) or os.path.isfile(path):
        # Also for reading: the last byte is looked at, and NFS gives shared locks only so.
        with contextlib.suppress(PermissionError):
            return OpenFile(path, os.O_RDWR | _FLAGS)
    return OpenFile(path, os.O_WRONLY | _FLAGS)


def sync_directory(path: str) -> None:
    """Force a new name in the directory of `path` to the disk, where the system can."""
    if sys.platform == "win32":  # pragma: no cover - not this system
        return
    with contextlib.suppress(OSError):
        directory = OpenFile(os.path.dirname(path) or ".", os.O_RDONLY)
        try:
            os.fsync(directory.descriptor)
        finally:
            directory.close()
