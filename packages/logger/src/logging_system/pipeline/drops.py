"""Telling of lost records inside the log itself: one record "records dropped" once a sink works again.

What is lost is noted from any thread, without a lock; the writer asks for the notices that are due,
at most one a second for each sink and reason.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable

from logging_system.pipeline.entry import Entry

_INTERVAL_SECONDS = 1.0


class DropNotices:
    """Losses that the log does not tell of yet."""

    def __init__(self) -> None:
        #: Makes a record of sink, reason and count.
        self.make_record: Callable[[str, str, int], Entry] | None = None
        self.restart()

    def restart(self) -> None:
        """Forget all: at first, and in a fork's child."""
        #: (sink, reason, count), or (sink, "", 0) when the sink works again.
        self._news: deque[tuple[str, str, int]] = deque()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._failing: set[str] = set()
        self._next = 0.0

    def lost(self, sink: str, reason: str, count: int) -> None:
        """`sink` lost `count` records; they are told of after `recovered`."""
        self._failing.add(sink)
        self._news.append((sink, reason, count))

    def recovered(self, sink: str) -> None:
        """`sink` works (again); cheap when it did before."""
        if sink in self._failing:
            self._failing.discard(sink)
            self._news.append((sink, "", 0))

    def due(self, *, force: bool = False) -> list[Entry]:
        """The notices to write now; with `force` also of sinks that do not work, and within a second."""
        if not self._news and not self._counts:
            return []
        while self._news:
            sink, reason, count = self._news.popleft()
            if count:
                self._counts[sink, reason] += count
        now = time.monotonic()
        if self.make_record is None or (now < self._next and not force):
            return []
        told = [key for key in self._counts if force or key[0] not in self._failing]
        if told:
            self._next = now + _INTERVAL_SECONDS
        return [self.make_record(*key, self._counts.pop(key)) for key in told]
