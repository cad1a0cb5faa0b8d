"""The time of a record as text: RFC 3339, UTC, whole milliseconds, cut and never rounded."""

from __future__ import annotations

import time

#: The years 1000 and 9999: RFC 3339 has four digits, whatever a clock says.
_EARLIEST, _LATEST = -30_610_224_000_000, 253_402_300_799_999


def encode_timestamp(milliseconds: int) -> bytes:
    """`2026-06-19T10:30:45.123Z` for milliseconds since 1970; what is outside its range becomes the nearest."""
    seconds, rest = divmod(min(max(milliseconds, _EARLIEST), _LATEST), 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)).encode() + b".%03dZ" % rest
