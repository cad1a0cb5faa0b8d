"""Compresses rotated files a slice at a time, in the writer's thread when it has nothing else to do.

A slice takes about 10 ms. A file is compressed under an exclusive lock, which nobody gets who still
has it open for writing, to a hidden temporary name; the copy gets its name when it is whole and on
the disk, and only then the original goes. Killed at any point this leaves the original, the copy, or both,
and both are told apart from two different files by their time.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import time

from logging_system import diagnostics
from logging_system.sinks.compression import SUFFIXES, Compression, new_encoder
from logging_system.sinks.descriptor import write_whole
from logging_system.sinks.file_lock import names_lock, try_lock
from logging_system.sinks.open_file import OpenFile, identity_at
from logging_system.sinks.retention import temporary_path
from logging_system.sinks.rotation import RotatedFile, first_free_number, remove_finished_originals, rotated_files

_SLICE_BYTES = 512 * 1024
#: Seconds before the next look when a file was in use, and when compressing failed.
IN_USE_SECONDS, FAILED_SECONDS = 1.0, 60.0
_LOCK_SECONDS = 0.2


class Compressor:
    """For the rotated files of one log; does nothing with the compression `none`."""

    def __init__(self, compression: Compression) -> None:
        self._compression = compression
        self._job: _Job | None = None
        self._wanted = False
        self._due = 0.0

    @property
    def is_waiting(self) -> bool:
        """Whether there is, or may be, something to do, now or later."""
        return self._job is not None or self._wanted

    @property
    def has_work(self) -> bool:
        """Whether `step` may find something to do now."""
        return self._job is not None or (self._wanted and time.monotonic() >= self._due)

    def look_again(self) -> None:
        """There may be new rotated files."""
        self._wanted = self._compression != "none"

    def step(self, path: str, *, locks: bool) -> bool:
        """Compress a slice. False when there is nothing more to do for now. Never raises OSError."""
        if self._job is not None and not self._job.is_open:  # in a fork's child: it is the parent's
            self._job = None
        try:
            if self._job is None:
                self._job = self._next_job(path, locks=locks)
            if self._job is None:
                return False
            if self._job.step():
                self._drop_job()
            return True
        except OSError as error:
            why = error.strerror or error
            diagnostics.say("compression", f"{path}: compressing a rotated file: {why}; it stays plain for now")
            self._drop_job()
            self._wanted, self._due = True, time.monotonic() + FAILED_SECONDS
            return False

    def finish(self, path: str, *, locks: bool, deadline: float) -> None:
        """Compress what is left until `deadline` (monotonic); what is then half done is given up."""
        while self.has_work and time.monotonic() < deadline and self.step(path, locks=locks):
            pass
        self._drop_job()
        self._wanted = False

    def _drop_job(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.close()

    def _next_job(self, path: str, *, locks: bool) -> _Job | None:
        """The newest file that is still plain and that nobody writes to: older ones are deleted sooner.

        Numbers behind a gap are left alone, see `Retention`.
        """
        self._wanted = False
        files = rotated_files(path)
        numbers = {file.number for file in files if file.suffix}
        end = first_free_number(files)
        for file in files:
            if file.suffix or file.number > end:
                continue
            if file.number in numbers:
                self._finish_double(path, locks=locks)
                continue
            with contextlib.suppress(FileNotFoundError):  # another process is changing the names
                if not stat.S_ISREG(os.lstat(file.path).st_mode):
                    continue
                job = _Job(path, file, self._compression, locks=locks)
                if job.take():
                    self._wanted, self._due = True, 0.0
                    return job
            self._wanted, self._due = True, time.monotonic() + IN_USE_SECONDS
        return None

    def _finish_double(self, path: str, *, locks: bool) -> None:
        """A copy and its original: the process was killed between the two. Or two files that others named so."""
        with names_lock(path, timeout=0.0, locks=locks) as is_held:
            if is_held:
                remove_finished_originals(rotated_files(path))


class _Job:
    """One file on its way to its compressed copy."""

    def __init__(self, path: str, file: RotatedFile, compression: Compression, *, locks: bool) -> None:
        self._path = path
        self._locks = locks
        self._suffix = SUFFIXES[compression]
        self._encoder = new_encoder(compression)
        self._source = OpenFile(file.path, os.O_RDWR)
        self._target: OpenFile | None = None
        self._inode = self._source.identity[1]
        self._temporary = temporary_path(path, self._inode, self._suffix)
        self._read = 0
        self._is_complete = False

    @property
    def is_open(self) -> bool:
        return self._source.is_open

    def take(self) -> bool:
        """Lock the file and its temporary copy. False if it is in use, or is being compressed."""
        try:
            if self._locks and not try_lock(self._source, exclusive=True):
                self.close()
                return False
            if os.fstat(self._source.descriptor).st_nlink == 0:
                self.close()
                return False
            target = OpenFile(self._temporary, os.O_RDWR | os.O_CREAT, 0o600)
            if self._locks and not (
                try_lock(target, exclusive=True) and target.identity == identity_at(self._temporary)
            ):
                target.close()
                self.close()
                return False
            self._target = target
            os.ftruncate(target.descriptor, 0)
        except BaseException:
            self.close()
            raise
        return True

    def step(self) -> bool:
        """Compress a slice; True when the copy has taken the file's place, or the file is gone."""
        assert self._target is not None
        if not self._is_complete:
            data = os.read(self._source.descriptor, _SLICE_BYTES)
            self._read += len(data)
            if data:
                write_whole(self._target.descriptor, self._encoder.compress(data), timeout=1.0)
                return False
            write_whole(self._target.descriptor, self._encoder.flush(), timeout=1.0)
            self._keep_owner_and_time(self._target)
            os.fsync(self._target.descriptor)
            self._is_complete = True
        with names_lock(self._path, timeout=_LOCK_SECONDS, locks=self._locks) as is_held:
            if is_held:
                self._take_place()
        return is_held

    def _keep_owner_and_time(self, target: OpenFile) -> None:
        status = os.fstat(self._source.descriptor)
        if sys.platform != "win32":
            if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
                with contextlib.suppress(OSError):
                    os.fchown(target.descriptor, status.st_uid, status.st_gid)
            os.fchmod(target.descriptor, stat.S_IMODE(status.st_mode))
        os.utime(self._temporary, ns=(status.st_atime_ns, status.st_mtime_ns))

    def _take_place(self) -> None:
        """Rename the copy, delete the original: under the number that it has by now."""
        files = rotated_files(self._path)
        plain = [f for f in files if not f.suffix and os.lstat(f.path).st_ino == self._inode]
        if not plain or os.fstat(self._source.descriptor).st_size != self._read:
            return
        copy = f"{plain[0].path}{self._suffix}"
        if not os.path.lexists(copy):
            os.rename(self._temporary, copy)
            os.remove(plain[0].path)

    def close(self) -> None:
        """Give the locks back; a copy that did not get its name is deleted, but not in a fork's child."""
        target, self._target = self._target, None
        if target is not None and target.is_open:
            with contextlib.suppress(OSError):
                if target.identity == identity_at(self._temporary):
                    os.remove(self._temporary)
            target.close()
        self._source.close()
