"""What a sink is: the place where encoded records go.

A sink sees encoded records and their columns (`Entry`), never objects of the caller. It is used
by one thread at a time. An error it raises loses that batch for this sink only: the pipeline
counts it, says so on stderr once a minute, and goes on with the other sinks. Two exceptions say more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from logging_system.pipeline.entry import Entry as Entry  # public here: what sinks of others are given


class Sink(Protocol):
    """Implement these four and give the object to `configure(sinks=[...])`."""

    #: Short name for metrics and messages.
    name: str

    def write(self, entries: Sequence[Entry]) -> None:
        """Write records in order. Raises OSError (or a subclass of Exception) if they were not accepted."""

    def idle(self) -> None:
        """Nothing is waiting: time for work that may take a while."""

    def close(self) -> None:
        """Release what is held. A later `write` opens it again."""


class RetryLater(Exception):
    """Raised by a sink that could not deliver now and may later: throttled, not reachable, no answer.

    `delivered` records at the front of the batch did arrive and are not tried again.
    """

    def __init__(self, reason: str, *, delivered: int = 0) -> None:
        super().__init__(reason)
        self.delivered = delivered


class Rejected(Exception):
    """Raised by a sink whose receiver took the batch except for `count` records, which it will never take."""

    def __init__(self, reason: str, *, count: int) -> None:
        super().__init__(reason)
        self.count = count
