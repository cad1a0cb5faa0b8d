"""The bounded buffer between callers and the writer.

Callers append encoded records to `entries` and never wait for I/O. Appending is one atomic list
operation without a lock, so it is safe in signal handlers and finalisers. Every `SEAL_RECORDS`
records (or at a large one) the caller seals what has gathered into a batch, whose bytes are then
counted exactly; the bound is in bytes, because one record may be 100 bytes or 256 kB. The part
not yet sealed stays below SEAL_RECORDS x LARGE_RECORD bytes. What happens at the bound is the
overflow policy: `drop_newest` and `drop_oldest` here, `block` in `pipeline.py`.
"""

from __future__ import annotations

import threading
from collections import deque

from logging_system.config.schema import Overflow
from logging_system.pipeline.entry import Batch, Entry

#: With 50,000 records pending the same work costs 60 % more (caches); with a wake-up for each, three times as much.
SEAL_RECORDS = 256
#: Bytes that the writer takes at a time at most.
TAKE_BYTES = 4 * 1024 * 1024
#: Bytes from which a record is counted at once.
LARGE_RECORD = 4096


class Buffer:
    """Records accepted and not yet written, at most `limit` bytes of them."""

    def __init__(self, limit: int, overflow: Overflow) -> None:
        self.limit = limit
        self.overflow = overflow
        self.restart()

    def restart(self) -> None:
        """Start empty, with a lock of its own: at first, and in a fork's child."""
        #: Callers append here and call `Pipeline.relieve` from `seal_at` records on; the first starts the writer.
        self.entries: list[Entry] = []
        self.seal_at = 1
        #: Bytes sealed, taken or not, until `release`.
        self.bytes = 0
        #: Records sealed since the start, those dropped included; the scale of `flush`.
        self.sealed_records = 0
        self.dropped_records = 0
        self._sealed: deque[Batch] = deque()
        self._lock = threading.Lock()

    @property
    def is_full(self) -> bool:
        """More bytes wait than the bound allows."""
        return self.bytes > self.limit

    def seal(self, timeout: float = 0.0) -> bool:
        """Make a batch of what callers appended. False if another thread held the lock for `timeout` seconds.

        With no timeout it never waits: whoever holds the lock is sealing these very records, or the
        next caller will. A signal handler that interrupted the holder therefore cannot hang.
        """
        if not self._lock.acquire(blocking=timeout > 0, timeout=timeout if timeout > 0 else -1):
            return False
        try:
            # Copy, then delete as many: appends in between land behind the copied part and stay.
            entries = self.entries[:]
            del self.entries[: len(entries)]
            if entries:
                self.sealed_records += len(entries)
                self._accept(Batch(entries, sum([len(entry[2]) for entry in entries])))
        finally:
            self._lock.release()
        return True

    def _accept(self, batch: Batch) -> None:
        if self.bytes + batch.size > self.limit:
            if self.overflow == "drop_newest" and self.bytes:
                self.dropped_records += len(batch.entries)
                return
            while self.overflow == "drop_oldest" and self._sealed and self.bytes + batch.size > self.limit:
                oldest = self._sealed.popleft()
                self.bytes -= oldest.size
                self.dropped_records += len(oldest.entries)
        self._sealed.append(batch)
        self.bytes += batch.size

    def take(self) -> Batch | None:
        """Remove the oldest records, as one batch; its bytes count until `release`. None when there is none.

        What gathered meanwhile is taken together: while callers are busy, each write costs the
        writer a turn at the interpreter lock, 5 ms or more, however many records it carries.
        """
        if not self._sealed:
            self.seal(timeout=1.0)
        with self._lock:
            if not self._sealed:
                return None
            entries, size = self._sealed.popleft()
            while self._sealed and size + self._sealed[0].size <= TAKE_BYTES:
                following = self._sealed.popleft()
                entries += following.entries
                size += following.size
            return Batch(entries, size)

    def release(self, batch: Batch) -> None:
        """The batch has left memory."""
        with self._lock:
            self.bytes -= batch.size
