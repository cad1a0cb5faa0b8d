"""Looking after rotated files when the writer has time: compressing, deleting, cleaning up. Never raises OSError."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

from logging_system import diagnostics
from logging_system.sinks.compressor import Compressor
from logging_system.sinks.file_lock import lock_path, names_lock
from logging_system.sinks.retention import Retention, orphans, remove_orphans
from logging_system.sinks.rotation import rotated_files

#: Seconds between two looks for rotated files to delete, and when one was in use.
RETENTION_SECONDS, IN_USE_SECONDS = 60.0, 1.0
#: Seconds of compressing in one idle moment, and before the sink is closed.
IDLE_SECONDS, CLOSE_SECONDS = 0.05, 2.0
#: Seconds until a writer that is never idle compresses all the same, and between two slices then.
BUSY_SECONDS, BUSY_PAUSE_SECONDS = 1.0, 0.1


class Upkeep:
    """For the log at `path`, with or without `locks` between processes."""

    def __init__(self, retention: Retention, compressor: Compressor) -> None:
        self.retention = retention
        self.compressor = compressor
        self._slice_due = 0.0
        self._retention_due = 0.0

    def look_again(self) -> None:
        """A file was opened: another process, or an earlier one, may have left work."""
        if not self.compressor.is_waiting:
            self._slice_due = time.monotonic() + BUSY_SECONDS
        self.compressor.look_again()
        self._retention_due = 0.0

    def busy_moment(self, path: str, *, locks: bool) -> None:
        """Between two batches: compress a slice if there was no idle moment for long."""
        if self.compressor.has_work and time.monotonic() >= self._slice_due and _is_ours(path, locks=locks):
            with self._undisturbed(path):
                self.compressor.step(path, locks=locks)
            self._slice_due = time.monotonic() + BUSY_PAUSE_SECONDS

    def idle_moment(self, path: str, *, locks: bool) -> None:
        """Delete what is due, then compress for a while."""
        end = time.monotonic() + IDLE_SECONDS
        if not (self.compressor.has_work or end >= self._retention_due) or not _is_ours(path, locks=locks):
            return
        with self._undisturbed(path):
            self._tidy_when_due(path, locks=locks)
            while self.compressor.has_work and time.monotonic() < end:
                if not self.compressor.step(path, locks=locks):
                    return

    def finish(self, path: str, *, locks: bool) -> None:
        """Before the sink is closed."""
        if not _is_ours(path, locks=locks):
            return
        with self._undisturbed(path):
            self._tidy_when_due(path, locks=locks)
            self.compressor.finish(path, locks=locks, deadline=time.monotonic() + CLOSE_SECONDS)

    def _tidy_when_due(self, path: str, *, locks: bool) -> None:
        if time.monotonic() < self._retention_due:
            return
        self._retention_due = time.monotonic() + RETENTION_SECONDS
        if not rotated_files(path) and not orphans(path):
            return
        with names_lock(path, timeout=0.0, locks=locks) as is_held:
            if is_held and self.retention.apply(path, locks=locks, rotated=False):
                remove_orphans(path, locks=locks)
            else:
                self._retention_due = time.monotonic() + IN_USE_SECONDS

    @contextlib.contextmanager
    def _undisturbed(self, path: str) -> Iterator[None]:
        """Records go on, whatever may not be done with rotated files."""
        try:
            yield
        except FileNotFoundError:  # the directory is gone, or another process changes the names
            return
        except OSError as error:
            diagnostics.say("upkeep", f"{path}: looking after rotated files: {error.strerror or error}")


def _is_ours(path: str, *, locks: bool) -> bool:
    """Whether the library has rotated here, and so left the file of its lock: if not, the numbers are logrotate's."""
    return not locks or os.path.exists(lock_path(path))
