"""The bounded buffer between callers and the writer.

Callers append encoded records to `entries` and never wait for I/O. Every `SEAL_RECORDS` records (or
at a large one) the caller seals what has gathered into a batch, whose bytes are then counted; the
bound is in bytes, because one record may be 100 bytes or 256 kB. The part not yet sealed stays
below SEAL_RECORDS x LARGE_RECORD bytes. What happens at the bound is the overflow policy:
`drop_newest` and `drop_oldest` here, `block` in `pipeline.py`.

Sealing is done by one thread at a time, but without a lock: a signal handler or a finaliser that
interrupts the holder would wait for itself, and an asynchronous exception between taking a lock and
the `try` would leave it taken for ever. Other threads and handlers only get their turn at calls, at
jumps back, at new lines and (finalisers, before Python 3.12) at allocations; what is on one line
without those is atomic. Interpreters without the interpreter lock take a re-entrant lock besides.
"""

from __future__ import annotations

import sys
import time

from logging_system.config.schema import Overflow
from logging_system.pipeline import native
from logging_system.pipeline.entry import Entry, size_of

#: With 50,000 records pending the same work costs 60 % more (caches); with a wake-up for each, three times as much.
SEAL_RECORDS = 256
#: Bytes that the writer takes at a time at most.
TAKE_BYTES = 4 * 1024 * 1024
#: Bytes from which a record is counted at once.
LARGE_RECORD = 4096
#: A slice from here on is empty: assigning to it appends, without a call.
_END = sys.maxsize


class Marker(list[Entry]):
    """Stands in the queue behind what was accepted before it; `reached` once all that was delivered or dropped."""

    reached = False


class Buffer:
    """Records accepted and not yet written, at most `limit` bytes of them."""

    def __init__(self, limit: int, overflow: Overflow) -> None:
        self.limit = limit
        self.overflow = overflow
        self.restart()

    def restart(self) -> None:
        """Start empty: at first, and in a fork's child."""
        #: Callers append here and call `Pipeline.relieve` from `seal_at` records on; the first starts the writer.
        self.entries: list[Entry] = []
        self.seal_at = 1
        #: Bytes sealed, taken or not, until `release`.
        self.bytes = 0
        self.dropped_records = 0
        #: The thread that is sealing.
        self.sealer = 0
        self._sealed: list[list[Entry]] = []
        self._exclusive = native.new_exclusive()

    @property
    def is_full(self) -> bool:
        """More bytes wait than the bound allows."""
        return self.bytes > self.limit

    @property
    def is_empty(self) -> bool:
        """Nothing waits; what the writer has taken does not count."""
        return not self.entries and not self._sealed

    def seal(self, *, drop_if_full: bool = False) -> bool:
        """Make a batch of what callers appended. With `drop_if_full` (or `drop_newest`) only while there is space.

        False if a thread is at it already: it, or the next caller, will seal these records too.
        """
        me = before = native.get_ident()
        try:
            self.sealer, before = self.sealer or me, self.sealer
            if before:
                return False
            with self._exclusive:
                self._seal(drop_if_full=drop_if_full or self.overflow == "drop_newest")
            return True
        finally:
            if not before:
                self.sealer = 0

    def _seal(self, *, drop_if_full: bool) -> None:
        entries, sealed = self.entries, self._sealed
        count = len(entries)
        if not count:
            return
        if drop_if_full and self._is_beyond(entries[:count]):
            lost, entries[:count] = entries[:count], ()
            self._count_dropped(lost)
            return
        # One statement: moved whole, or not at all.
        sealed[_END:], entries[:count] = [batch := entries[:count]], ()
        size = size_of(batch)
        self.bytes += size
        while self.overflow == "drop_oldest" and self.bytes > self.limit and len(sealed) > 1:
            self._drop_oldest()

    def _is_beyond(self, entries: list[Entry]) -> bool:
        return self.bytes > 0 and self.bytes + size_of(entries) > self.limit

    def _drop_oldest(self) -> None:
        try:
            oldest = self._sealed.pop(0)
        except IndexError:  # the writer was quicker
            return
        if isinstance(oldest, Marker):
            oldest.reached = True
            return
        self.release(oldest)
        self._count_dropped(oldest)

    def _count_dropped(self, lost: list[Entry]) -> None:
        count = len(lost)
        self.dropped_records += count

    def mark(self, timeout: float) -> Marker | None:
        """Put a marker behind all that was accepted until now.

        None if that cannot be done: this very thread was interrupted while it sealed, or another one
        took `timeout` seconds for it.
        """
        deadline = time.monotonic() + timeout
        while not self.seal():
            if self.sealer == native.get_ident() or time.monotonic() >= deadline:
                return None
            time.sleep(0.0005)
        marker = Marker()
        self._sealed.append(marker)
        return marker

    def take(self) -> list[Entry] | None:
        """Remove the oldest records, as one batch; its bytes count until `release`. None when there is none.

        A marker comes alone. What gathered meanwhile is taken together: while callers are busy, each write
        costs the writer a turn at the interpreter lock, 5 ms or more, however many records it carries.
        Only one thread at a time may take.
        """
        with self._exclusive:
            if not self._sealed:
                self.seal()
            taken: list[Entry] = []
            size = 0
            while (batch := self._next(TAKE_BYTES - size if taken else None)) is not None:
                if isinstance(batch, Marker):
                    if not taken:
                        return batch
                    self._sealed.insert(0, batch)
                    break
                taken += batch
                size += size_of(batch)
            return taken or None

    def _next(self, space: int | None) -> list[Entry] | None:
        """Remove the oldest batch if its bytes fit into `space`; None if there is none."""
        try:
            oldest = self._sealed[0]
            if space is not None and size_of(oldest) > space:
                return None
            # Another thread may have dropped that one meanwhile: then it is the next, a little larger perhaps.
            return self._sealed.pop(0)
        except IndexError:
            return None

    def release(self, batch: list[Entry]) -> None:
        """The batch has left memory."""
        size = size_of(batch)
        with self._exclusive:
            self.bytes -= size

    def settle(self) -> None:
        """Nothing waits and nothing is taken: whatever an interrupted thread did not count is over."""
        with self._exclusive:
            if self.is_empty:
                self.bytes = 0
