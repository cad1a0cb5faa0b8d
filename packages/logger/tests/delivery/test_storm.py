"""So many a minute, and one record about the rest."""

from __future__ import annotations

import json
from typing import Any

from logging_system.delivery.storm import LOGGER, StormLimit
from logging_system.levels import CRITICAL
from logging_system.pipeline.entry import Entry


class Clock:
    """A time that the test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def _entry(message: str) -> Entry:
    record = {"timestamp": "t", "level": "CRITICAL", "logger": "shop", "message": message, "context": {"a": message}}
    return CRITICAL, 1_700_000_000_123, json.dumps(record).encode() + b"\n", "none"


def _entries(first: int, last: int) -> list[Entry]:
    return [_entry(f"m{number}") for number in range(first, last + 1)]


def _told(entries: list[Entry]) -> list[dict[str, Any]]:
    return [json.loads(entry[2]) for entry in entries]


def test_the_first_of_a_minute_pass_and_the_rest_is_told_of_when_it_is_over() -> None:
    """Also if nothing more comes."""
    clock = Clock()
    limit = StormLimit(3, clock=clock)

    assert limit.admit(_entries(1, 2)) == _entries(1, 2)
    assert limit.admit(_entries(3, 1002)) == _entries(3, 3)
    clock.now += 59.9
    assert limit.due() == []
    clock.now += 0.1
    [told] = _told(limit.due())
    assert told == {
        "timestamp": "2023-11-14T22:13:20.123Z",
        "level": "CRITICAL",
        "logger": LOGGER,
        "message": "999 more CRITICAL records in 60 s; the first: shop: m4; the last: shop: m1002",
        "context": {"a": "m1002"},
        "suppressed": 999,
    }
    assert not limit.is_holding
    assert limit.due() == []


def test_the_next_minute_begins_with_its_first_record() -> None:
    """What is due of the one before comes first."""
    clock = Clock()
    limit = StormLimit(1, clock=clock)
    limit.admit(_entries(1, 2))
    clock.now += 500
    told, *passed = limit.admit(_entries(3, 4))

    assert _told([told])[0]["message"] == "1 more CRITICAL records in 60 s; shop: m2"
    assert passed == _entries(3, 3)
    assert limit.is_holding


def test_at_the_end_it_is_told_of_at_once() -> None:
    """With the time that it took."""
    clock = Clock()
    limit = StormLimit(1, clock=clock)
    limit.admit(_entries(1, 3))
    clock.now += 7

    [told] = _told(limit.due(last=True))
    assert told["message"].startswith("2 more CRITICAL records in 7 s; ")


def test_none_passes_where_none_may() -> None:
    """Then there is one alert a minute at most."""
    limit = StormLimit(0, clock=Clock())

    assert limit.admit(_entries(1, 2)) == []
    assert _told(limit.due(last=True))[0]["suppressed"] == 2


def test_a_forks_child_starts_anew() -> None:
    """Its parent tells of what was held back."""
    limit = StormLimit(1, clock=Clock())
    limit.admit(_entries(1, 3))
    limit.restart()

    assert not limit.is_holding
    assert limit.due(last=True) == []
    assert limit.admit(_entries(4, 4)) == _entries(4, 4)
