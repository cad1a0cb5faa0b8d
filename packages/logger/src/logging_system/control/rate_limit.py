"""Rate limit: so many records of one call site in an interval; the rest are suppressed, counted and told of.

A call site is module, function and line of a logger at one level; the text of the message is no
part of it, because it may hold an id. Its interval starts with its first record. What was
suppressed is handed out as `Suppressed`, once a site and interval, so that what passed and what was
told add up to all there was. None of the program's code runs under the lock.
"""

from __future__ import annotations

import time
from _thread import RLock
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from logging_system.control import forks
from logging_system.control.levels import LoggerCore
from logging_system.redact import active
from logging_system.redact.redactor import REMOVED
from logging_system.texts import safe_text

#: Call sites that are counted at a time; with more, the one whose interval began first is forgotten and told of.
MAX_SITES = 10_000
#: Characters kept of the first message that was suppressed.
_SHOWN_CHARACTERS = 200
#: Sites whose interval is over that one record clears away: more than one, or they would gather.
_CLEARED = 2

Site: TypeAlias = tuple[bytes, int, LoggerCore]


class Suppressed(NamedTuple):
    """How many records of a call site were left out, and the message of the first of them, redacted and cut."""

    place: bytes
    level: int
    core: LoggerCore
    records: int
    message: str


class _Window:
    """One interval of a call site."""

    __slots__ = ("end", "message", "passed", "suppressed")

    def __init__(self, end: float) -> None:
        self.end = end
        self.passed = 0
        self.suppressed = 0
        self.message = ""


class RateLimiter:
    """At most `limit` records of a call site in `interval` seconds."""

    def __init__(
        self,
        limit: int,
        interval: float,
        *,
        max_sites: int = MAX_SITES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._interval = interval
        self._max_sites = max_sites
        self._clock = clock
        #: In the order in which the intervals began, which is that in which they end.
        self._windows: dict[Site, _Window] = {}
        self._closed = False
        # The one of the system also under gevent. In a `with` it is safe from KeyboardInterrupt, and a
        # signal handler that interrupts its own thread here does not wait for itself.
        self._lock = RLock()
        self._busy = False
        forks.restart_in_child(self)

    def __len__(self) -> int:
        return len(self._windows)

    def passes(self, site: Site, message: object, due: list[Suppressed]) -> bool:
        """Whether the next record of `site` is written; what is to be told before it is added to `due`."""
        window = self._windows.get(site)
        is_first = window is not None and window.passed >= self._limit and not window.suppressed
        # Made outside the lock, because it may be the program's code that makes it.
        text = _shown(message) if is_first else None
        while True:
            with self._lock:
                if self._busy:  # a signal handler or finaliser has interrupted this very thread here
                    return True
                try:
                    self._busy = True
                    passes = self._decide(site, text, due)
                finally:
                    self._busy = False
            if passes is not None:
                return passes
            text = _shown(message)

    def _decide(self, site: Site, text: str | None, due: list[Suppressed]) -> bool | None:
        """None: it would be the first one suppressed, so its text is wanted."""
        now = self._clock()
        self._clear(now, due, _CLEARED)
        window = self._window(site, now, due)
        if window.passed < self._limit or self._closed:
            window.passed += 1
            return True
        if not window.suppressed:
            if text is None:
                return None
            window.message = text
        window.suppressed += 1
        return False

    def _window(self, site: Site, now: float, due: list[Suppressed]) -> _Window:
        window = self._windows.get(site)
        if window is not None and now < window.end:
            return window
        if window is not None:
            self._forget(site, due)
        elif len(self._windows) >= self._max_sites:
            self._forget(next(iter(self._windows)), due)
        window = self._windows[site] = _Window(now + self._interval)
        return window

    def _clear(self, now: float, due: list[Suppressed], most: int) -> None:
        while most and self._windows:
            site, window = next(iter(self._windows.items()))
            if now < window.end:
                return
            self._forget(site, due)
            most -= 1

    def _forget(self, site: Site, due: list[Suppressed]) -> None:
        window = self._windows.pop(site)
        if window.suppressed:
            due.append(Suppressed(*site, window.suppressed, window.message))

    def over(self) -> list[Suppressed]:
        """What is to be told of intervals that are over."""
        due: list[Suppressed] = []
        with self._lock:
            busy, self._busy = self._busy, True
            try:
                self._clear(self._clock(), due, len(self._windows))
            finally:
                self._busy = busy
        return due

    def all(self, *, close: bool = False) -> list[Suppressed]:
        """What is to be told until now, also of intervals that go on. With `close` nothing is limited any more."""
        due: list[Suppressed] = []
        with self._lock:
            busy, self._busy = self._busy, True
            try:
                self._closed = self._closed or close
                for site, window in self._windows.items():
                    if window.suppressed:
                        due.append(Suppressed(*site, window.suppressed, window.message))
                        window.suppressed = 0
            finally:
                self._busy = busy
        return due

    def after_fork_in_child(self) -> None:
        """What the parent suppressed it tells itself."""
        self._windows = {}
        self._lock = RLock()
        self._busy = False


def _shown(message: object) -> str:
    """Redacted first and cut then: half a secret would not be recognised."""
    text = active.redactor.leaf("message", safe_text(message))
    return "" if text is REMOVED else safe_text(text)[:_SHOWN_CHARACTERS]
