"""Rotation of a log file by size: `app.log` to `app.log.1.gz`, `.1.gz` to `.2.gz`, the oldest deleted.

A rotated file keeps its plain name until its compressed copy is complete, so an interruption at any
point leaves either the one or the other.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil

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


def compress_rotated(path: str, backup_count: int) -> bool:
    """Compress one rotated file that is still plain. True if there was one: call again for the next."""
    for number in range(backup_count, 0, -1):
        plain = f"{path}.{number}"
        if os.path.exists(plain):
            _compress(plain)
            return True
    return False


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
