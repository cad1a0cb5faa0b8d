"""Durations as Prometheus writes them: `30s`, `5m`, `1h30m`, `500ms`."""

from __future__ import annotations

import re

_UNITS = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_TEXT = re.compile(r"(?:[0-9]+(?:ms|[smhd]))+")
_PART = re.compile(r"([0-9]+)(ms|[smhd])")


def parse_duration(text: str) -> float:
    """Seconds of `text`. Raises ValueError for anything that is not a duration above zero."""
    if _TEXT.fullmatch(text):
        seconds = sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(text))
        if seconds > 0:
            return seconds
    raise ValueError(f'got "{text}", expected a duration such as 30s, 5m or 1h')


def format_duration(seconds: float) -> str:
    """The shortest text for `seconds`, to the millisecond."""
    rest = round(seconds * 1000)
    text = ""
    for unit, length in _UNITS.items():
        number, rest = divmod(rest, round(length * 1000))
        text += f"{number}{unit}" if number else ""
    return text or "0s"
