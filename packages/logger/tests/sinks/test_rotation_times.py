"""Boundaries of rotation by time."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logging_system.sinks.rotation_times import next_boundary

pytestmark = pytest.mark.guarantee(58)
HOUR = 3_600_000
DAY = 24 * HOUR


def _at(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "every", "expected"),
    [
        ("2026-06-19T10:30:45", HOUR, "2026-06-19T11:00:00"),
        ("2026-06-19T10:00:00", HOUR, "2026-06-19T11:00:00"),
        ("2026-06-19T23:59:59", DAY, "2026-06-20T00:00:00"),
        ("2026-06-19T21:00:00", 5 * HOUR, "2026-06-20T00:00:00"),
        ("2026-03-29T00:30:00", HOUR, "2026-03-29T01:00:00"),  # the night of summer time in Europe
        ("2016-12-31T23:59:59", 60_000, "2017-01-01T00:00:00"),  # a leap second
        ("1969-12-31T23:00:00", DAY, "1970-01-01T00:00:00"),
    ],
)
def test_boundaries_are_counted_in_utc_from_midnight(now: str, every: int, expected: str) -> None:
    """Whatever the local time is, and with a short last period where a day is no multiple."""
    assert next_boundary(_at(now), every) == _at(expected)


@given(st.integers(-(10**12), 3 * 10**14), st.integers(1, 400 * DAY))
def test_the_next_boundary_lies_ahead_and_near(now: int, every: int) -> None:
    """So that rotation neither loops nor stops."""
    boundary = next_boundary(now, every)

    assert now < boundary <= now + every
    assert next_boundary(boundary - 1, every) == boundary


@given(st.integers(0, 10**6), st.integers(1, DAY - 1))
def test_each_midnight_is_a_boundary(day: int, every: int) -> None:
    """No file holds records of two days."""
    assert next_boundary(day * DAY - 1, every) == day * DAY
