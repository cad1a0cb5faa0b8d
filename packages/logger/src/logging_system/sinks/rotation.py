"""Rotation of a log file by size: `app.log` to `app.log.1.gz`, `.1.gz` to `.2.gz`, the oldest deleted.

A rotated file keeps its plain name until its compressed copy is complete, so an interruption at any
point leaves either the one or the other.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import threading

from logging_system import diagnostics

_COMPRESSED = ".gz"
#: zlib's level 6 takes three times as long for 10 % less.
_GZIP_LEVEL = 3


def rotate(path: str, backup_count: int) -> None:
    """Move `path` to `path.1` and shift older ones up; at most `backup_count` are kept (0: the file is deleted)."""
    if backup_count == 0:
        os.remove(path)
        return
    for number in range(backup_count, 0, -1):
        for suffix in ("", _COMPRESSED):
            source = f"{path}.{number}{suffix}"
            if not os.path.exists(source):
                continue
            if number == backup_count:
                os.remove(source)
            else:
                os.replace(source, f"{path}.{number + 1}{suffix}")
    os.replace(path, f"{path}.1")


class Compressor:
    """Compresses rotated files in a thread of its own, so that records do not wait for it."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    def start(self, path: str, backup_count: int) -> None:
        """Compress every rotated file of `path` that is still plain; nothing if that is going on already."""
        plain = [f"{path}.{number}" for number in range(1, backup_count + 1)]
        plain = [name for name in plain if os.path.exists(name)]
        if not plain or (self._thread is not None and self._thread.is_alive()):
            return
        self._thread = threading.Thread(target=_compress_all, args=(plain,), name="logging_system-gzip", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # the interpreter is ending: they stay plain until the next start
            self._thread = None

    def join(self) -> None:
        """Wait until no file is being compressed, because names are about to change."""
        if self._thread is not None and self._thread.is_alive():
            self._thread.join()
        self._thread = None


def _compress_all(names: list[str]) -> None:
    for name in names:
        try:
            _compress(name)
        except OSError as error:
            diagnostics.say("compression", f"{name}: {error.strerror or error}; it stays uncompressed")


def _compress(plain: str) -> None:
    unfinished = f"{plain}{_COMPRESSED}.tmp"
    try:
        with open(plain, "rb") as source, gzip.open(unfinished, "wb", compresslevel=_GZIP_LEVEL) as target:
            shutil.copyfileobj(source, target, 1 << 20)
        os.replace(unfinished, f"{plain}{_COMPRESSED}")
        os.remove(plain)
    except OSError:
        with contextlib.suppress(OSError):
            os.remove(unfinished)
        raise
