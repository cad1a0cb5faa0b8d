"""Locks between processes: who has a log file open, and who changes the names of rotated files.

Each process holds a shared lock on the log file it writes. Who deletes or compresses a rotated
file takes an exclusive one first, and so never touches a file that somebody may still append to.
Names change under the exclusive lock of a file of its own, `.<name>.lock`. The system releases
both kinds when their holder dies.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Iterator

from logging_system.pipeline import native
from logging_system.sinks.open_file import OpenFile, identity_at

if sys.platform != "win32":
    import fcntl

_RETRY_SECONDS = 0.002
#: What file systems without locks answer.
_UNSUPPORTED = frozenset([errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL])


class NoLocks(Exception):
    """The file system has no locks."""


def try_lock(file: OpenFile, *, exclusive: bool) -> bool:
    """Take the lock, or turn the one held into this kind. False if another process has it. Raises NoLocks."""
    if sys.platform == "win32":  # pragma: no cover - one process is taken for granted
        return True
    try:
        fcntl.flock(file.descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in _UNSUPPORTED:
            raise NoLocks from error
        raise
    return True


def unlock(file: OpenFile) -> None:
    """Release now, also where a program that is being started still has a copy of the descriptor."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            fcntl.flock(file.descriptor, fcntl.LOCK_UN)


def lock_path(path: str) -> str:
    """The lock of the log file at `path`; hidden, so that patterns such as `app.log*` pass it by."""
    directory, name = os.path.split(path)
    return os.path.join(directory, f".{name}.lock")


@contextlib.contextmanager
def names_lock(path: str, *, timeout: float, locks: bool = True) -> Iterator[bool]:
    """Hold the right to rename and delete beside the log file `path`. Gives False if not got in `timeout` seconds.

    Without `locks` there are no other processes to agree with.
    """
    if not locks:
        yield True
        return
    file = _take(lock_path(path), time.monotonic() + timeout)
    try:
        yield file is not None
    finally:
        if file is not None:
            unlock(file)
            file.close()


def _take(path: str, deadline: float) -> OpenFile | None:
    while True:
        file = OpenFile(path, os.O_RDWR | os.O_CREAT)
        try:
            # Somebody may have deleted it while we waited: the lock of a file without name is no lock.
            if try_lock(file, exclusive=True) and file.identity == identity_at(path):
                return file
        except BaseException:
            file.close()
            raise
        file.close()
        if time.monotonic() >= deadline:
            return None
        native.sleep(_RETRY_SECONDS)
