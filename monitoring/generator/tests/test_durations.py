"""Durations as Prometheus writes them."""

from __future__ import annotations

import pytest

from monitoring_generator.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("5m", 300), ("1h30m", 5400), ("500ms", 0.5), ("1d", 86400), ("30d", 2592000)]
)
def test_durations_are_read_and_written(text: str, seconds: float) -> None:
    """Both ways the same."""
    assert parse_duration(text) == seconds
    assert format_duration(seconds) == text


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "0s", "-5m", "5y!", "1.5m", "\u0665m"])
def test_anything_else_is_no_duration(text: str) -> None:
    """The message says what is."""
    with pytest.raises(ValueError, match="expected a duration such as 30s, 5m or 1h"):
        parse_duration(text)
