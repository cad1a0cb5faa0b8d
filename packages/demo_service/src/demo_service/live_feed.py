"""The service's own records for the live page: a sink that keeps the newest in memory and wakes those who watch.

Readers have a position, not a queue: a slow one misses records and is told how many, and costs no
memory. One writer (the sink's thread), any number of readers (in the event loop).
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import Any

from logging_system.pipeline.entry import Entry

#: Records kept for a page that opens, or comes back after a break.
KEPT_RECORDS = 2_000


class LiveFeed:
    """A sink for `configure(sinks=[feed])`; records are numbered from `first`."""

    name = "live"

    def __init__(self, kept: int = KEPT_RECORDS, *, first: int = 1) -> None:
        self.first = first
        self._records: deque[tuple[int, bytes]] = deque(maxlen=kept)
        self._last = first - 1
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._alerts: list[dict[str, Any]] = []
        self.alerts_version = 0
        self.ended = False

    # -- the sink --------------------------------------------------------------------------------

    def write(self, entries: Sequence[Entry]) -> None:
        """Keep the records and wake the readers."""
        with self._lock:
            self._records.extend((entry[0], entry[2]) for entry in entries)
            self._last += len(entries)
        self._wake()

    def idle(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to release."""

    # -- the readers -----------------------------------------------------------------------------

    def attach(self) -> None:
        """Called once in the event loop that serves the readers."""
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()

    @property
    def oldest(self) -> int:
        """Number of the oldest record kept."""
        return self._last - len(self._records) + 1

    @property
    def last(self) -> int:
        """Number of the newest record."""
        return self._last

    def after(self, position: int, limit: int = 500) -> list[tuple[int, int, bytes]]:
        """Records behind `position` that are still kept, oldest first: number, level number, line."""
        with self._lock:
            start = max(position + 1, self.oldest)
            chosen = islice(self._records, start - self.oldest, start - self.oldest + limit)
            return [(start + index, level, line) for index, (level, line) in enumerate(chosen)]

    async def wait(self, seconds: float) -> None:
        """Return when there is something new, or the feed ended, or after `seconds`."""
        event = self._news
        if not self.ended:
            try:
                await asyncio.wait_for(event.wait(), seconds)
            except TimeoutError:
                return

    # -- alerts and the end ----------------------------------------------------------------------

    @property
    def alerts(self) -> list[dict[str, Any]]:
        """The alerts that fire now: name, severity, summary, since."""
        return self._alerts

    def set_alerts(self, alerts: list[dict[str, Any]]) -> None:
        """Replace them and tell the readers."""
        self._alerts = alerts
        self.alerts_version += 1
        self._wake()

    def end(self) -> None:
        """Let every reader finish, because the service stops. Safe in a signal handler."""
        self.ended = True
        self._wake()

    def _wake(self) -> None:
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        try:
            loop.call_soon_threadsafe(self._announce)
        except RuntimeError:  # closed meanwhile
            return

    def _announce(self) -> None:
        event, self._news = self._news, asyncio.Event()
        event.set()
