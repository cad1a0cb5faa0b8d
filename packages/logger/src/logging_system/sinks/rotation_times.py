"""When a log file is rotated by time: boundaries counted in UTC from midnight, so that DST changes nothing."""

from __future__ import annotations

import math

_DAY = 86_400.0


def next_boundary(seconds: float, every: float) -> float:
    """The first boundary after `seconds` since 1970. Below a day each midnight is one, too."""
    if every >= _DAY:
        return (math.floor(seconds / every) + 1) * every
    midnight = math.floor(seconds / _DAY) * _DAY
    return min(midnight + (math.floor((seconds - midnight) / every) + 1) * every, midnight + _DAY)
