"""Which rotated files are deleted: beyond a number, a total size or an age. And what killed processes left."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
from dataclasses import dataclass

from logging_system.sinks.file_lock import try_lock
from logging_system.sinks.open_file import OpenFile
from logging_system.sinks.rotation import RotatedFile, first_free_number, rotated_files


@dataclass(frozen=True, slots=True)
class Retention:
    """The bounds; sizes in bytes, ages in seconds, None where there is none."""

    backup_count: int
    max_total_size: int | None = None
    max_age: float | None = None

    def apply(self, path: str, *, locks: bool, rotated: bool) -> bool:
        """Delete rotated files of the log at `path`. False if one should go and is still in use. Raises OSError.

        The count is kept only when we have just `rotated`: where logrotate does that it has a count of its own.
        """
        files = rotated_files(path)
        # A number behind a gap and beyond the count is not ours: `app.log.2026` is somebody's copy.
        end = max(first_free_number(files) - 1, self.backup_count)
        total, all_gone = 0, True
        for file in files:
            status = os.lstat(file.path)
            if file.number > end or not stat.S_ISREG(status.st_mode):
                continue
            total += status.st_size
            too_many = rotated and file.number > self.backup_count
            too_much = self.max_total_size is not None and total > self.max_total_size
            too_old = self.max_age is not None and status.st_mtime < time.time() - self.max_age
            if too_many or too_much or too_old:
                all_gone = _delete(file, locks=locks) and all_gone
        return all_gone


def _delete(file: RotatedFile, *, locks: bool) -> bool:
    if file.suffix or not locks:
        os.remove(file.path)
        return True
    opened = OpenFile(file.path, os.O_RDWR)
    try:
        if not try_lock(opened, exclusive=True):
            return False
        os.remove(file.path)
        return True
    finally:
        opened.close()


def temporary_path(path: str, inode: int, suffix: str) -> str:
    """Where the compressed copy of a rotated file grows: hidden, and the same whatever its number becomes."""
    directory, name = os.path.split(path)
    return os.path.join(directory, f".{name}.{inode}{suffix}.tmp")


def orphans(path: str) -> list[str]:
    """Half-made compressed copies of the log at `path`: of a killed process, or of one at work."""
    directory, name = os.path.split(path)
    pattern = re.compile(r"\.?" + re.escape(name) + r"\.[0-9]+(\.gz|\.zst)\.tmp")
    return [os.path.join(directory, entry) for entry in os.listdir(directory or ".") if pattern.fullmatch(entry)]


def remove_orphans(path: str, *, locks: bool) -> None:
    """Delete them, except those that a living process holds locked."""
    for name in orphans(path):
        with contextlib.suppress(OSError):
            file = OpenFile(name, os.O_RDWR)
            try:
                if not locks or try_lock(file, exclusive=True):
                    os.remove(name)
            finally:
                file.close()
