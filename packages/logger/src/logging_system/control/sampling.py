"""Sampling: a share of the records below ERROR, whole requests at a time.

The decision is made from the correlation id as it is written, by a fixed function (CRC-32, mixed),
so it is the same for every record of a request, in every process, on every machine and with every
version of Python. Records without an id are drawn one by one.
"""

from __future__ import annotations

import math
import random
import zlib

from logging_system.control import forks
from logging_system.levels import ERROR
from logging_system.texts import key_text

_SPACE = 2**32


class Sampler:
    """Keeps about `rate` (0 to 1; both are exact) of the records; ERROR and CRITICAL always."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._limit = math.ceil(rate * _SPACE)
        # A generator of its own: drawing from the program's would change the numbers of its seeded runs.
        self._draw = random.Random()  # noqa: S311 - no secret
        forks.restart_in_child(self)

    def keeps(self, level: int, correlation_id: object) -> bool:
        """Decide; the caller counts."""
        if level >= ERROR:
            return True
        text = "" if correlation_id is None else key_text(correlation_id)
        return position(text) < self._limit if text else self._draw.random() < self.rate

    def after_fork_in_child(self) -> None:
        """Two children must not draw the same numbers."""
        self._draw.seed()


def position(correlation_id: str) -> int:
    """Where an id stands from 0 to 2**32 - 1; a rate keeps those below `rate * 2**32`.

    CRC-32 of the UTF-8 text, then the finalising steps of MurmurHash3. CRC-32 alone keeps
    neighbours apart badly: of `order-000000` to `order-000999` it gave 63 for a rate of 0.1.
    """
    mixed = zlib.crc32(correlation_id.encode("utf-8", "backslashreplace"))
    mixed = (mixed ^ (mixed >> 16)) * 0x85EBCA6B % _SPACE
    mixed = (mixed ^ (mixed >> 13)) * 0xC2B2AE35 % _SPACE
    return mixed ^ (mixed >> 16)
