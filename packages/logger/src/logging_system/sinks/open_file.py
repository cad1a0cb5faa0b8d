"""A file opened by this process alone: a child made by fork does not keep it.

A lock taken with `flock` lives as long as any copy of its descriptor. A child that kept one, and
perhaps never logs, would hold its parent's locks for ever, and the space of deleted files.
"""

from __future__ import annotations

import contextlib
import os

_FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_open: set[OpenFile] = set()

Identity = tuple[int, int]


class OpenFile:
    """A descriptor, -1 once it is closed. Raises OSError when it cannot be opened."""

    __slots__ = ("descriptor",)

    def __init__(self, path: str, flags: int, mode: int = 0o640) -> None:
        self.descriptor = _above_standard_streams(os.open(path, flags | _FLAGS, mode))
        _open.add(self)

    @property
    def is_open(self) -> bool:
        """False after `close`, and in a child made by fork."""
        return self.descriptor >= 0

    @property
    def identity(self) -> Identity:
        """Device and inode."""
        found = os.fstat(self.descriptor)
        return found.st_dev, found.st_ino

    def close(self) -> None:
        """Close it; nothing if it is closed."""
        self._close()
        _open.discard(self)

    def forget(self) -> None:
        """Somebody closed it beneath us: the number may belong to another file by now."""
        self.descriptor = -1
        _open.discard(self)

    def _close(self) -> None:
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def _above_standard_streams(descriptor: int) -> int:
    """A number that nobody takes for standard input, output or error, where the program was started without one."""
    if descriptor > 2:
        return descriptor
    copy = _above_standard_streams(os.dup(descriptor))
    os.close(descriptor)
    return copy


def identity_at(path: str) -> Identity | None:
    """Device and inode of what lies at the path; None if nothing can be found there."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _after_fork_in_child() -> None:
    for file in list(_open):
        file._close()
    _open.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
