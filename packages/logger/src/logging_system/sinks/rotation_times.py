"""When a log file is rotated by time: boundaries counted in UTC from midnight, so that DST changes nothing."""

from __future__ import annotations

_DAY = 86_400_000


def next_boundary(milliseconds: int, every: int) -> int:
    """The first boundary after a time since 1970, all in whole milliseconds. Below a day each midnight is one, too."""
    if every >= _DAY:
        return (milliseconds // every + 1) * every
    midnight = milliseconds // _DAY * _DAY
    return min(midnight + ((milliseconds - midnight) // every + 1) * every, midnight + _DAY)
