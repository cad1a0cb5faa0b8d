"""Lines appended to a file that is rotated or truncated meanwhile.

A rotated file is read to its end, and for a while after, because a process that has it open writes
on until it notices. A file truncated in place is noticed by its size, or by what stands before the
place that was read up to. Not seen: files that came and went between two looks, and what was written
and truncated between them.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from typing import BinaryIO, Final

from logging_system.cli.log_files import LONGEST_LINE
from logging_system.sinks.file import CHECK_SECONDS

#: Seconds between two looks.
POLL_SECONDS: Final = 0.1
#: Seconds a rotated file is still read: our writers look every CHECK_SECONDS and then write what they hold.
GRACE_SECONDS: Final = 4 * CHECK_SECONDS
_BLOCK: Final = 1024 * 1024
#: Bytes before the place that was read up to that tell whether the file is still the one that was read.
_REMEMBERED: Final = 256


def follow(path: str, start: int, stream: BinaryIO) -> Iterator[bytes | None]:
    """Complete lines of `path`, without end; None each time there is nothing more for now.

    `stream` is the file as it was opened, `start` the offset from which lines are wanted. Half a line
    is held until its end comes, or until its file is given up.
    """
    # Now, not when the first line is asked for: from here on a truncation is noticed.
    return _follow(path, _GrowingFile(io.FileIO(os.dup(stream.fileno())), start))


def _follow(path: str, current: _GrowingFile) -> Iterator[bytes | None]:
    rotated: list[_GrowingFile] = []
    try:
        while True:
            for file in [*rotated, current]:
                yield from file.new_lines()
            for file in [file for file in rotated if file.is_given_up()]:
                yield from file.last_line()
                file.close()
                rotated.remove(file)
            successor = current.successor(path)
            if successor is None:
                yield None
                time.sleep(POLL_SECONDS)
            else:
                current.retire()
                rotated.append(current)
                current = successor
    finally:
        for file in [*rotated, current]:
            file.close()


class _GrowingFile:
    """An open file, how far it was read, and the half line at that point."""

    def __init__(self, stream: io.FileIO, position: int) -> None:
        # Unbuffered: what was read once may be other bytes now.
        self._stream = stream
        self._position = position
        self._half_line = b""
        self._given_up_at: float | None = None
        self._before = self._bytes_before()

    def new_lines(self) -> Iterator[bytes]:
        """Lines completed since the last call."""
        # A file truncated in place may have its old size again, and its old time: the clock of files is coarse.
        before = self._bytes_before()
        if before != self._before or len(before) < min(self._position, _REMEMBERED):
            yield from self.last_line()
            self._position, self._before = 0, b""
        self._stream.seek(self._position)
        while block := self._stream.read(_BLOCK):
            self._position += len(block)
            self._before = (self._before + block)[-_REMEMBERED:]
            *whole, last = (self._half_line + block).split(b"\n")
            self._half_line = last
            yield from (line + b"\n" for line in whole)
            if len(last) > LONGEST_LINE:
                yield from self.last_line()

    def _bytes_before(self) -> bytes:
        start = max(0, self._position - _REMEMBERED)
        self._stream.seek(start)
        return self._stream.read(self._position - start)

    def last_line(self) -> Iterator[bytes]:
        """The half line, when nothing will complete it."""
        line, self._half_line = self._half_line, b""
        if line:
            yield line

    def successor(self, path: str) -> _GrowingFile | None:
        """The file that lies at `path` now, if it is another one; None while there is none."""
        try:
            stream = open(path, "rb", buffering=0)  # noqa: SIM115 - kept open, closed by `follow`
        except OSError:
            return None
        if os.path.sameopenfile(stream.fileno(), self._stream.fileno()):
            stream.close()
            return None
        return _GrowingFile(stream, 0)

    def retire(self) -> None:
        """Start the time in which others may still write to it."""
        self._given_up_at = time.monotonic() + GRACE_SECONDS

    def is_given_up(self) -> bool:
        return self._given_up_at is not None and time.monotonic() >= self._given_up_at

    def close(self) -> None:
        self._stream.close()
