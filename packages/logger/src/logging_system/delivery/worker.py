"""A sink with a thread and a bound of its own, so that it can be slow or dead without stalling another.

The writer offers batches; the worker's thread collects them, hands them to the sink and, where the
sink asks for it by raising `RetryLater`, tries again after a growing pause, for `retry_for` seconds.
Records beyond the bound are dropped and counted; under the overflow policy `block` the writer waits
first, which reaches callers through the full buffer. Spooling to disk will be added here, once for
all remote sinks.
"""

from __future__ import annotations

import itertools
import random
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence

from logging_system import diagnostics, metrics
from logging_system.delivery.storm import StormLimit
from logging_system.pipeline import native
from logging_system.pipeline.entry import Entry, size_of
from logging_system.pipeline.signal import Signal
from logging_system.pipeline.threads import is_own, own_thread
from logging_system.sinks.base import Rejected, RetryLater, Sink

#: Seconds before a try after a failed one: the first, and the longest.
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 15.0
#: Called with the sink's name, a reason ("" when the sink works again) and a count of records.
News = Callable[[str, str, int], None]


class SinkWorker:
    """Runs `sink` in a daemon thread. Times in seconds, `limit` in bytes.

    `wait_for_space`: how long the writer waits when the bound is reached, 0 for not at all. After one
    wait in vain nothing waits again until the sink has taken something. `retry_for`: how long a record
    is tried again, None for ever. Records below `level` are not for this sink; those beyond `storm` are told
    of together. `tell` hears of losses.
    """

    def __init__(
        self,
        sink: Sink,
        *,
        limit: int,
        flush_interval: float,
        max_records: int = 10_000,
        wait_for_space: float = 0.0,
        retry_for: float | None = None,
        level: int = 0,
        storm: StormLimit | None = None,
        is_local: bool = False,
        tell: News = lambda _sink, _reason, _count: None,
    ) -> None:
        self.name = sink.name
        #: A local sink is still written after shutdown, in the caller; a remote one could take seconds.
        self.is_local = is_local
        self._sink = sink
        self._limit = limit
        self._flush_interval = flush_interval
        self._max_records = max_records
        self._wait_for_space = wait_for_space
        self._retry_for = retry_for
        self._level = level
        self._storm = storm
        self._tell = tell
        #: A fork has waited for its thread in vain: the next one does not, until the sink has answered.
        self.is_unparkable = False
        self.restart_after_fork()

    def restart_after_fork(self) -> None:
        """Start empty and without a thread: what waits here was copied from the parent, who delivers it."""
        if self._storm is not None:
            self._storm.restart()
        self.lost_records = 0
        self._waiting: deque[Entry] = deque()
        self._waiting_bytes = 0
        self._offered = 0
        self._finished = 0
        self._lock = native.new_lock()
        self._signal = Signal()
        self._urgent = False
        self._stalled = False
        self._closing = False
        self._closed = False
        self._parked = False
        self._thread: native.NativeThread | None = None

    def write(self, entries: Sequence[Entry]) -> None:
        """Take records over. Waits for space only under the policy `block`."""
        if self._level and not (entries := [entry for entry in entries if entry[0] >= self._level]):
            return
        if self._closed:
            self._write_after_close(entries)
            return
        if self._storm is not None:
            entries = self._storm.admit(entries)
            self._have_thread()  # which tells of those that are held back
        if entries:
            self._offer(entries)

    def _offer(self, entries: Sequence[Entry]) -> None:
        size = size_of(entries)
        self._make_space(size)
        with self._lock:
            self._offered += len(entries)
            if not (full := self._is_full(size)):
                self._waiting.extend(entries)
                self._waiting_bytes += size
            else:
                self._finished += len(entries)
        if full:
            self._lose(len(entries), "overflow")
            return
        self._have_thread()
        if len(self._waiting) >= self._max_records:
            self._signal.set()

    def _is_full(self, size: int) -> bool:
        return bool(self._waiting) and self._waiting_bytes + size > self._limit

    def _make_space(self, size: int) -> None:
        if not self._wait_for_space or self._stalled or not self._is_full(size):
            return
        deadline = time.monotonic() + self._wait_for_space
        while self._is_full(size) and not self._closing:
            self._signal.set()
            if time.monotonic() >= deadline:
                self._stalled = True
                return
            native.sleep(0.002)

    def _write_after_close(self, entries: Sequence[Entry]) -> None:
        if not self.is_local:
            self._lose(len(entries), "shutdown")
            return
        try:
            self._sink.write(entries)
        except Exception:
            self._lose(len(entries), "error")
        else:
            metrics.count_written(self.name, len(entries))

    def flush(self, deadline: float) -> bool:
        """Deliver what was taken over before this call, now. False if `deadline` (monotonic) comes first."""
        target = self._offered
        while self._finished < target:
            if time.monotonic() >= deadline or is_own():
                return False
            self._urgent = True
            self._have_thread()
            self._signal.set()
            time.sleep(0.002)
        return True

    def close(self, deadline: float) -> None:
        """Deliver the rest until `deadline` (monotonic), count what is left as lost and end the thread."""
        self._tell_of_storm(last=True)
        self.flush(deadline)
        self._closing = True
        self._signal.set()
        if self._thread is not None:
            self._thread.join(max(0.1, deadline - time.monotonic()))
        self._closed = True
        with self._lock:
            left = len(self._waiting)
            self._finished += left
            self._waiting.clear()
            self._waiting_bytes = 0
        if left:
            self._lose(left, "shutdown")
        self._thread = None

    # -- the thread ------------------------------------------------------------------------------

    def _have_thread(self) -> None:
        if self._parked or (self._thread is not None and self._thread.is_alive()):
            return
        try:
            if sys.is_finalizing():
                raise RuntimeError("the interpreter ends")
            self._thread = native.NativeThread(self._run)
        except RuntimeError:  # none can be started: deliver here, once
            self._thread = None
            self._deliver_waiting()

    def park(self) -> native.NativeThread | None:
        """A fork comes: ask the thread to end, with what waits left where it is. Returns the thread to join."""
        self._parked = True
        self._signal.set()
        return None if self.is_unparkable else self._thread

    def unpark(self) -> None:
        """The fork is over: go on."""
        self._parked = False
        if self._waiting or (self._storm is not None and self._storm.is_holding):
            self._have_thread()

    def _run(self) -> None:
        with own_thread():
            try:
                while not (self._parked or (self._closing and not self._waiting)):
                    if not (self._urgent or self._closing or len(self._waiting) >= self._max_records):
                        self._signal.wait(self._flush_interval)
                    self._urgent = False
                    if not self._parked:
                        self._tell_of_storm(last=False)
                        self._deliver_waiting()
                        self._attempt(self._sink.idle)
            finally:
                if not self._parked:
                    self._attempt(self._sink.close)

    def _tell_of_storm(self, *, last: bool) -> None:
        if self._storm is not None and self._storm.is_holding and (told := self._storm.due(last=last)):
            self._offer(told)

    def _attempt(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:
            diagnostics.say(self.name, f"sink {self.name}: {error or type(error).__name__}")

    def _deliver_waiting(self) -> None:
        pause = FIRST_PAUSE
        while self._waiting:
            if self._deliver(self._next_entries()):
                pause = FIRST_PAUSE
                continue
            until = time.monotonic() + pause * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, no secret
            while time.monotonic() < until:
                if self._closing or self._parked:
                    return  # `close` counts what is left
                self._signal.wait(until - time.monotonic())
            pause = min(pause * 2, LONGEST_PAUSE)

    def _next_entries(self) -> list[Entry]:
        with self._lock:
            return list(itertools.islice(self._waiting, self._max_records))

    def _deliver(self, entries: list[Entry]) -> bool:
        """Hand one batch to the sink. False asks for another try with the same records."""
        lost, reason, trouble = 0, "", ""
        try:
            self._sink.write(entries)
        except RetryLater as error:
            metrics.count_sink_error(self.name)
            diagnostics.say(self.name, f"sink {self.name}: {error}; will be tried again")
            self._finish(entries[: error.delivered])
            metrics.count_written(self.name, error.delivered)
            self._give_up_old()
            return False
        except Rejected as error:
            lost, reason, trouble = error.count, "rejected", str(error)
        except Exception as error:
            lost, reason, trouble = len(entries), "error", str(error) or type(error).__name__
        if lost:
            metrics.count_sink_error(self.name)
            diagnostics.say(self.name, f"sink {self.name}: {trouble}; {lost} records lost")
            self._lose(lost, reason)
        else:
            diagnostics.forget(self.name)
        if lost < len(entries):
            self._tell(self.name, "", 0)
        metrics.count_written(self.name, len(entries) - lost)
        self._stalled = self.is_unparkable = False
        self._finish(entries)
        return True

    def _give_up_old(self) -> None:
        """What could not be delivered for too long is not tried again."""
        if self._retry_for is None:
            return
        oldest = (time.time() - self._retry_for) * 1000
        given_up = 0
        with self._lock:
            while self._waiting and self._waiting[0][1] < oldest:
                self._waiting_bytes -= size_of([self._waiting.popleft()])
                given_up += 1
            self._finished += given_up
        if given_up:
            self._lose(given_up, "expired")

    def _finish(self, entries: Sequence[Entry]) -> None:
        with self._lock:
            if not self._waiting:  # `close` gave up on this thread and has counted them as lost
                return
            self._waiting_bytes -= size_of([self._waiting.popleft() for _ in entries])
            self._finished += len(entries)

    def _lose(self, count: int, reason: str) -> None:
        self.lost_records += count
        metrics.count_dropped(self.name, reason, count)
        self._tell(self.name, reason, count)
