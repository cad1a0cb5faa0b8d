"""Sampling: a share of the records below ERROR, whole requests at a time.

The decision is made from the correlation id with CRC-32, so it is the same for every record of a
request, in every process and on every machine. Records without an id are drawn one by one.
"""

from __future__ import annotations

import random
import zlib

from logging_system import metrics
from logging_system.levels import ERROR


class Sampler:
    """Keeps about `rate` (above 0, below 1) of the records; ERROR and CRITICAL always."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._limit = int(rate * 2**32)

    def keeps(self, level: int, correlation_id: object) -> bool:
        """Decide, and count what is left out."""
        if level >= ERROR:
            return True
        if correlation_id is None:
            kept = random.random() < self.rate  # noqa: S311 - no secret
        else:
            kept = zlib.crc32(str(correlation_id).encode("utf-8", "surrogatepass")) < self._limit
        if not kept:
            metrics.records_sampled_out.inc()
        return kept
