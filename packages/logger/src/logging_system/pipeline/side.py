"""Records born in a sink's own thread: they go to the local sinks only, and only so many a second.

A remote sink whose client library logs would otherwise send records about sending records.
"""

from __future__ import annotations

import time
from collections import deque

from logging_system.pipeline.entry import Entry

#: Records that may wait, and that are taken in one second.
MAX_RECORDS = 1000


class SideRecords:
    """Taken from any thread, emptied by the one that delivers."""

    def __init__(self) -> None:
        self._waiting: deque[Entry] = deque()
        self._second = 0
        self._count = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def take(self, entry: Entry) -> bool:
        """Keep a record; False if there are too many."""
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._count = second, 0
        self._count += 1
        if self._count > MAX_RECORDS or len(self._waiting) >= MAX_RECORDS:
            return False
        self._waiting.append(entry)
        return True

    def empty(self) -> list[Entry]:
        """Remove and return what waits."""
        return [self._waiting.popleft() for _ in range(len(self._waiting))]
