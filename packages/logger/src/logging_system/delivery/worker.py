"""A sink with a thread and a bound of its own, so that it can be slow or dead without stalling another.

The writer offers batches; the worker's thread collects them, hands them to the sink and, where the
sink asks for it by raising `RetryLater`, tries again after a growing pause. Records beyond the
bound are dropped and counted, unless the overflow policy is `block`, which then reaches callers
through the full buffer. Spooling to disk will be added here, once for all remote sinks.
"""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections import deque
from collections.abc import Sequence

from logging_system import diagnostics, metrics
from logging_system.pipeline.entry import Entry
from logging_system.pipeline.signal import Signal
from logging_system.sinks.base import Rejected, RetryLater, Sink

#: Seconds before a try after a failed one: the first, and the longest.
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 15.0


class SinkWorker:
    """Runs `sink` in a daemon thread. Times in seconds, `limit` in bytes."""

    def __init__(
        self,
        sink: Sink,
        *,
        limit: int,
        flush_interval: float,
        max_records: int = 10_000,
        blocks: bool = False,
        local: bool = False,
    ) -> None:
        self.name = sink.name
        self.lost_records = 0
        self._sink = sink
        self._limit = limit
        self._flush_interval = flush_interval
        self._max_records = max_records
        self._blocks = blocks
        #: A local sink is still written after shutdown, in the caller; a remote one could take seconds.
        self._local = local
        self.restart_after_fork()

    def restart_after_fork(self) -> None:
        """Start empty and without a thread: what waits here was copied from the parent, who delivers it."""
        self._waiting: deque[Entry] = deque()
        self._waiting_bytes = 0
        self._offered = 0
        self._finished = 0
        self._lock = threading.Lock()
        self._signal = Signal()
        self._urgent = False
        self._closing = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    def write(self, entries: Sequence[Entry]) -> None:
        """Take records over. Waits for space only under the policy `block`."""
        if self._closed:
            self._write_after_close(entries)
            return
        size = sum([len(entry[2]) for entry in entries])
        while self._blocks and self._is_full(size) and not self._closing.wait(0.005):
            pass
        with self._lock:
            self._offered += len(entries)
            if self._is_full(size):
                self._finished += len(entries)
                self._lose(len(entries), "overflow")
                return
            self._waiting.extend(entries)
            self._waiting_bytes += size
        if self._thread is None or not self._thread.is_alive():
            self._start()
        if len(self._waiting) >= self._max_records:
            self._signal.set()

    def _is_full(self, size: int) -> bool:
        return bool(self._waiting) and self._waiting_bytes + size > self._limit

    def _write_after_close(self, entries: Sequence[Entry]) -> None:
        if not self._local:
            self._lose(len(entries), "shutdown")
            return
        try:
            self._sink.write(entries)
        except Exception:
            self._lose(len(entries), "error")

    def flush(self, deadline: float) -> bool:
        """Deliver what was taken over before this call, now. False if `deadline` (monotonic) comes first."""
        target = self._offered
        while self._finished < target:
            if time.monotonic() >= deadline:
                return False
            self._urgent = True
            self._signal.set()
            time.sleep(0.002)
        return True

    def close(self, deadline: float | None = None) -> None:
        """Deliver the rest until `deadline` (monotonic), count what is left as lost and end the thread."""
        deadline = time.monotonic() + 5.0 if deadline is None else deadline
        self.flush(deadline)
        self._closing.set()
        self._signal.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(max(0.1, deadline - time.monotonic()))
        self._closed = True
        with self._lock:
            if self._waiting:
                self._lose(len(self._waiting), "shutdown")
                self._finished += len(self._waiting)
                self._waiting.clear()
                self._waiting_bytes = 0
        self._thread = None

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name=f"logging_system-{self.name}", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # the interpreter is ending: deliver here
            self._thread = None
            self._deliver_until_closed(once=True)

    def _run(self) -> None:
        try:
            self._deliver_until_closed()
        finally:
            self._sink.close()

    def _deliver_until_closed(self, *, once: bool = False) -> None:
        pause = FIRST_PAUSE
        while not (self._closing.is_set() and not self._waiting):
            if not (once or self._urgent or len(self._waiting) >= self._max_records):
                self._signal.wait(self._flush_interval)
            self._urgent = False
            while self._waiting:
                entries = self._next_entries()
                if self._deliver(entries):
                    pause = FIRST_PAUSE
                    continue
                if self._closing.wait(pause * random.uniform(0.5, 1.0)):  # noqa: S311 - jitter, no secret
                    return  # `close` counts what is left
                pause = min(pause * 2, LONGEST_PAUSE)
            self._sink.idle()
            if once:
                return

    def _next_entries(self) -> list[Entry]:
        with self._lock:
            return list(itertools.islice(self._waiting, self._max_records))

    def _deliver(self, entries: list[Entry]) -> bool:
        """Hand one batch to the sink. False asks for another try with the same records."""
        try:
            self._sink.write(entries)
            diagnostics.forget(self.name)
        except RetryLater as error:
            metrics.sink_errors.labels(self.name).inc()
            diagnostics.say(self.name, f"sink {self.name}: {error}; will be tried again")
            self._finish(entries[: error.delivered])
            return False
        except Rejected as error:
            metrics.sink_errors.labels(self.name).inc()
            diagnostics.say(self.name, f"sink {self.name}: {error}; {error.count} records lost")
            self._lose(error.count, "rejected")
        except Exception as error:
            metrics.sink_errors.labels(self.name).inc()
            diagnostics.say(
                self.name, f"sink {self.name}: {error or type(error).__name__}; {len(entries)} records lost"
            )
            self._lose(len(entries), "error")
        self._finish(entries)
        return True

    def _finish(self, entries: Sequence[Entry]) -> None:
        with self._lock:
            if not self._waiting:  # `close` gave up on this thread and has counted them as lost
                return
            for _ in entries:
                self._waiting_bytes -= len(self._waiting.popleft()[2])
            self._finished += len(entries)

    def _lose(self, count: int, reason: str) -> None:
        self.lost_records += count
        metrics.records_dropped.labels(self.name, reason).inc(count)
