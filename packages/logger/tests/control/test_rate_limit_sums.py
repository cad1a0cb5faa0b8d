"""The limiter alone, with a clock of the test: exact sums, bounded memory, and who is told of when."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logging_system.control.levels import core_of
from logging_system.control.rate_limit import RateLimiter, Suppressed
from logging_system.levels import INFO, WARNING


class Clock:
    """Moves when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def site(name: object, level: int = INFO) -> tuple[bytes, int, Any]:
    return str(name).encode(), level, core_of("limiter")


@given(
    limit=st.integers(1, 4),
    max_sites=st.integers(1, 4),
    steps=st.lists(st.tuples(st.integers(0, 7), st.sampled_from([0.0, 0.1, 0.5, 1.0, 5.0])), max_size=200),
)
@pytest.mark.guarantee(65)
def test_whatever_the_order_the_sums_are_exact_and_the_table_is_bounded(
    limit: int, max_sites: int, steps: list[tuple[int, float]]
) -> None:
    """Passed and told add up for each site, with more sites than there is room for."""
    clock = Clock()
    limiter = RateLimiter(limit, 1.0, max_sites=max_sites, clock=clock)
    asked: Counter[bytes] = Counter()
    accounted: Counter[bytes] = Counter()
    due: list[Suppressed] = []
    for name, seconds in steps:
        clock.now += seconds
        place = site(name)
        asked[place[0]] += 1
        accounted[place[0]] += limiter.passes(place, "message", due)
        assert len(limiter) <= max_sites
        if seconds == 0.5:
            due += limiter.over()
    due += limiter.all()
    for suppressed in due:
        accounted[suppressed.place] += suppressed.records

    assert accounted == asked
    assert limiter.all() == []


@given(st.lists(st.floats(0, 0.4), max_size=300), st.integers(1, 5))
def test_no_interval_sees_more_than_the_limit_and_the_first_always_pass(pauses: list[float], limit: int) -> None:
    """An interval begins with its first record."""
    clock = Clock()
    limiter = RateLimiter(limit, 1.0, clock=clock)
    passed: list[float] = []
    begun, in_interval = clock.now - 2.0, 0
    for pause in pauses:
        clock.now += pause
        if clock.now >= begun + 1.0:
            begun, in_interval = clock.now, 0
        in_interval += 1
        assert limiter.passes(site("a"), "m", []) == (in_interval <= limit)
        passed.append(clock.now)


@pytest.mark.guarantee(65)
def test_a_site_that_makes_room_is_told_of() -> None:
    """The one whose interval began first goes."""
    limiter = RateLimiter(1, 60.0, max_sites=2, clock=Clock())
    due: list[Suppressed] = []
    for name in ("a", "a", "a", "b", "b", "c"):
        limiter.passes(site(name), f"message {name}", due)

    assert due == [Suppressed(*site("a"), 2, "message a")]
    assert len(limiter) == 2
    assert limiter.all() == [Suppressed(*site("b"), 1, "message b")]


@pytest.mark.guarantee(65)
def test_a_million_sites_take_the_room_of_the_bound() -> None:
    """Names made up as the program runs; here a tenth of a million, which says the same."""
    clock = Clock()
    limiter = RateLimiter(1, 60.0, clock=clock)
    for number in range(100_000):
        limiter.passes(site(number), "m", [])
    assert len(limiter) == 10_000

    clock.now += 61
    assert limiter.over() == []
    assert len(limiter) == 0


def test_sites_whose_interval_is_over_are_cleared_away_by_the_records_of_others() -> None:
    """Two for each record, so that old ones never gather."""
    clock = Clock()
    limiter = RateLimiter(1, 1.0, clock=clock)
    due: list[Suppressed] = []
    for number in range(100):
        limiter.passes(site(number), "m", due)
        limiter.passes(site(number), "m", due)
    clock.now += 1
    for _ in range(50):
        limiter.passes(site("busy", WARNING), "m", due)

    assert sum(suppressed.records for suppressed in due) == 100
    assert len(limiter) == 1


def test_a_message_that_logs_itself_does_not_meet_the_lock() -> None:
    """Its text is made outside; what it asks the limiter meanwhile is answered."""
    limiter = RateLimiter(1, 60.0, clock=Clock())
    answers: list[bool] = []

    class Talks:
        def __str__(self) -> str:
            thread = threading.Thread(target=lambda: answers.append(limiter.passes(site("other"), "m", [])))
            thread.start()
            thread.join(10)
            return "talks"

    for _ in range(3):
        limiter.passes(site("a"), Talks(), [])

    assert answers == [True]
    assert [(suppressed.records, suppressed.message) for suppressed in limiter.all()] == [(2, "talks")]


def test_a_closed_limiter_lets_all_through() -> None:
    """A thread that still has the old one in hand cannot suppress what nobody would tell of."""
    limiter = RateLimiter(1, 60.0, clock=Clock())
    assert [limiter.passes(site("a"), "m", []) for _ in range(3)] == [True, False, False]
    assert [suppressed.records for suppressed in limiter.all(close=True)] == [2]
    assert all(limiter.passes(site("a"), "m", []) for _ in range(3))
    assert limiter.all() == []
