"""Bytes written whole to a descriptor that may not take them all at once.

A pipe, a terminal or a FIFO takes what it has room for; one that somebody else set non-blocking
(an event loop, a child that shares it) then refuses instead of waiting. The rest follows when
there is room, what was taken is never sent again, and the descriptor's flags stay as they are.
"""

from __future__ import annotations

import errno
import os
import select
import sys
import time

#: Milliseconds between two looks at the clock while waiting.
_POLL_MS = 100


class IncompleteWrite(OSError):
    """Raised by `write_whole`; `written` bytes were taken, in one piece if `at_once`."""

    def __init__(self, number: int, text: str, *, written: int, at_once: bool) -> None:
        super().__init__(number, text)
        self.written = written
        self.at_once = at_once


def write_whole(descriptor: int, data: bytes, *, timeout: float) -> None:
    """Write all of `data`. `timeout` in seconds bounds the waiting for a descriptor that refuses.

    Raises IncompleteWrite with the errno of what stopped it, ETIMEDOUT if that was the time.
    """
    written = pieces = 0
    deadline: float | None = None
    while written < len(data):
        try:
            # A signal that interrupts the call is handled by Python, which then calls again (PEP 475).
            taken = os.write(descriptor, memoryview(data)[written:] if written else data)
            if taken == 0:
                raise OSError(errno.EIO, "took no bytes")
            written += taken
            pieces += 1
        except BlockingIOError:
            deadline = deadline or time.monotonic() + timeout
            if not _wait_for_room(descriptor, deadline):
                text = f"took {written} of {len(data)} bytes in {timeout:g} s"
                raise IncompleteWrite(errno.ETIMEDOUT, text, written=written, at_once=pieces < 2) from None
        except OSError as error:
            raise IncompleteWrite(
                error.errno or errno.EIO, error.strerror or str(error), written=written, at_once=pieces < 2
            ) from error


def _wait_for_room(descriptor: int, deadline: float) -> bool:
    """Wait until the descriptor takes bytes, or fails. False when the deadline came first."""
    if sys.platform == "win32":  # pragma: no cover - has no poll, and no descriptor of ours that refuses
        return False
    poller = select.poll()
    poller.register(descriptor, select.POLLOUT)
    while (left := deadline - time.monotonic()) > 0:
        if poller.poll(min(_POLL_MS, left * 1000)):
            return True
    return False
