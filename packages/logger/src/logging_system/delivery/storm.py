"""So many records a minute one by one, and one more that tells how many followed: for sinks that wake somebody up.

A thousand CRITICAL records in a second are one trouble, not a thousand pages. The first pass; what
follows in the same minute is counted, and told of when the minute is over or the sink is closed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

import orjson

from logging_system.levels import NAMES
from logging_system.pipeline import native
from logging_system.pipeline.entry import Entry
from logging_system.timestamp import encode_timestamp

WINDOW_SECONDS: Final = 60.0
#: The logger of the records that tell how many followed, and their field with the number.
LOGGER: Final = "logging_system.alerts"
COUNT_FIELD: Final = "suppressed"
#: Characters of a message that such a record shows.
_SHOWN_CHARACTERS: Final = 200


class StormLimit:
    """`most` records in WINDOW_SECONDS pass. Used by the writer and one other thread of ours."""

    def __init__(self, most: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self.restart()

    def restart(self) -> None:
        """Start anew: at first, and in a fork's child, whose parent tells of what it held back."""
        self._lock = native.new_lock()
        self._started = float("-inf")
        self._passed = 0
        self._held = 0
        self._first: Entry | None = None
        self._last: Entry | None = None

    @property
    def is_holding(self) -> bool:
        """Whether there are records that nothing has told of yet."""
        return self._held > 0

    def admit(self, entries: Sequence[Entry]) -> list[Entry]:
        """Those that pass, behind what is due of the minute before."""
        with self._lock:
            admitted = self._sum(last=False)
            now = self._clock()
            for entry in entries:
                if now - self._started >= WINDOW_SECONDS:
                    self._started, self._passed = now, 0
                if self._passed < self._most:
                    self._passed += 1
                    admitted.append(entry)
                else:
                    self._held += 1
                    self._first = self._first or entry
                    self._last = entry
        return admitted

    def due(self, *, last: bool = False) -> list[Entry]:
        """The record that tells how many followed, if the minute is over or, with `last`, if there were any."""
        with self._lock:
            return self._sum(last=last)

    def _sum(self, *, last: bool) -> list[Entry]:
        seconds = self._clock() - self._started
        if self._first is None or self._last is None or not (last or seconds >= WINDOW_SECONDS):
            return []
        summed = _told(self._held, self._first, self._last, max(1, round(min(seconds, WINDOW_SECONDS))))
        self._held, self._first, self._last = 0, None, None
        return [summed]


def _told(count: int, first: Entry, last: Entry, seconds: int) -> Entry:
    level, milliseconds, line, error_type = last
    record = orjson.loads(line)
    shown = list(dict.fromkeys([_shown(orjson.loads(first[2])), _shown(record)]))
    examples = f"the first: {shown[0]}; the last: {shown[1]}" if len(shown) > 1 else shown[0]
    told = {
        "timestamp": encode_timestamp(milliseconds).decode(),
        "level": NAMES.get(level, str(level)),
        "logger": LOGGER,
        "message": f"{count:,} more {NAMES.get(level, str(level))} records in {seconds} s; {examples}",
        "context": record["context"],
        COUNT_FIELD: count,
    }
    return level, time.time_ns() // 1_000_000, orjson.dumps(told) + b"\n", error_type


def _shown(record: dict[str, object]) -> str:
    return f"{record['logger']}: {record['message']}"[:_SHOWN_CHARACTERS]
