"""From the buffer to the sinks: one buffer, one writer thread, and the sinks behind it.

The writer takes batches, counts them for the metrics and hands them to each sink. The file is
written right here, because that is quick; every other sink gets a `SinkWorker`, so that a terminal
or a network that hangs stalls neither the file nor the callers.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

from logging_system import diagnostics, metrics
from logging_system.config.schema import Settings
from logging_system.delivery.worker import SinkWorker
from logging_system.pipeline import native
from logging_system.pipeline.buffer import SEAL_RECORDS, Buffer, Marker
from logging_system.pipeline.drops import DropNotices
from logging_system.pipeline.entry import Entry
from logging_system.pipeline.side import SideRecords
from logging_system.pipeline.signal import Signal
from logging_system.pipeline.sink_set import SinkSet
from logging_system.pipeline.threads import forget_after_fork, is_own, may_wait, own_thread
from logging_system.pipeline.turn import Turn
from logging_system.sinks.base import Sink

#: Seconds that a change of sinks waits for a writer that hangs in one of them.
HUNG_WRITER_SECONDS = 5.0
#: Seconds that a delivery waits for another thread that is sealing.
MARK_SECONDS = 1.0
#: Seconds that a fork waits for our threads to end.
FORK_SECONDS = 1.0


class Pipeline:
    """Carries records from callers to `sinks` (used by the writer) and `workers` (each with its own thread)."""

    def __init__(self) -> None:
        self.buffer = Buffer(Settings().buffer_bytes, "drop_newest")
        self.notices = DropNotices()
        #: After shutdown records are written in the caller: a thread could not be started any more.
        self.synchronous = False
        #: At the interpreter's end no configuration brings a thread back.
        self.threadless = False
        #: Called before the first writer of the process (of each fork's child) starts.
        self.on_first_start: Callable[[], object] | None = None
        #: Called by the writer before it looks for records: the rate limit writes its summaries then.
        self.on_pass: Callable[[], None] | None = None
        self._sinks = SinkSet([], [], self.notices)
        self._block_timeout = Settings().block_timeout
        self._flush_interval = Settings().flush_interval
        self._restart()

    def _restart(self) -> None:
        self._signal = Signal()
        self._turn = Turn()
        self._thread: native.NativeThread | None = None
        #: Told to the writer it belongs to; a new writer gets a new one.
        self._stop: list[bool] = []
        #: Threads that are about to fork.
        self._forking: set[int] = set()
        #: What a signal handler that interrupted our work has put off until it is over.
        self.deferred: list[Callable[[], None]] = []
        self._side = SideRecords()
        self._reported_drops = 0
        self._lost_before = 0
        self._lost_at_last_flush = 0

    # -- callers ---------------------------------------------------------------------------------

    def append(self, entry: Entry) -> None:
        """Take a record, as `logger.py` does by itself (which is in a hurry)."""
        self.buffer.entries.append(entry)
        if len(self.buffer.entries) >= self.buffer.seal_at:
            self.relieve()

    def relieve(self) -> None:
        """Called when `buffer.entries` holds `buffer.seal_at` records or a large one came: seal, wake the writer."""
        if self.synchronous:
            self.deliver_pending()
            return
        if not self._forking and (self._thread is None or not self._thread.is_alive()):
            # It first waits: the program's own `configure` may be about to say where the first records go.
            self._start()
        else:
            self._signal.set()
        buffer = self.buffer
        if buffer.overflow == "block" and buffer.is_full:
            buffer.seal(drop_if_full=not self._wait_for_space())
        else:
            buffer.seal()
        if self.deferred:
            self._do_deferred()

    def _wait_for_space(self) -> bool:
        if not may_wait():
            return False
        deadline = time.monotonic() + self._block_timeout
        while self.buffer.is_full and not self.synchronous:
            if time.monotonic() >= deadline:
                return False
            self._signal.set()
            time.sleep(0.001)
        return True

    def take_side_record(self, entry: Entry) -> None:
        """Take a record that a sink's own thread logged."""
        if self._side.take(entry):
            self._signal.set()
        else:
            self._lose("buffer", "sink_logs", 1)

    @property
    def is_busy_here(self) -> bool:
        """Whether the calling thread was interrupted while it delivered or sealed."""
        return self._turn.is_mine or self.buffer.sealer == native.get_ident()

    def _do_deferred(self) -> None:
        while self.deferred and not self.is_busy_here:
            self.deferred.pop()()

    # -- life cycle ------------------------------------------------------------------------------

    def use(
        self, settings: Settings, sinks: Sequence[Sink], workers: Sequence[SinkWorker], *, deliver_pending: bool
    ) -> None:
        """Go over to new sinks. With `deliver_pending` what was accepted until now goes to the old ones."""
        with self._turn.held(HUNG_WRITER_SECONDS) as mine:
            if deliver_pending and mine:
                self._deliver_until(self.buffer.mark(MARK_SECONDS))
            self._close_sinks(HUNG_WRITER_SECONDS, mine=mine)
            self._lost_before += self._sinks.lost_records
            self._sinks = SinkSet(list(sinks), list(workers), self.notices)
            self._flush_interval = settings.flush_interval
            self._block_timeout = settings.block_timeout
            self.buffer.limit = settings.buffer_bytes
            self.buffer.overflow = settings.overflow
            if self.synchronous and not self.threadless:
                self.synchronous = False
                self.buffer.seal_at = 1
            metrics.watch_buffer(lambda: self.buffer.bytes)
            metrics.describe_build(settings.service_name, settings.version)

    def _close_sinks(self, timeout: float, *, mine: bool) -> None:
        hangs = not mine and not self._turn.is_mine
        self._sinks.close(time.monotonic() + timeout, writer_hangs=not mine)
        if hangs:  # in one of the sinks: that writer is left alone, and another takes its place
            self._stop.append(True)
            self._thread = None
            self.buffer.seal_at = 1
            self._turn.revoke()

    def flush(self, timeout: float, *, last: bool = False) -> bool:
        """See `logging_system.flush`."""
        deadline = time.monotonic() + timeout
        if is_own():
            return False  # a sink cannot wait for itself
        if last:
            self.buffer.entries += self.notices.due(force=True)
        # In this order: the writer has its turn before it takes anything out of the buffer.
        arrived = self.buffer.is_empty and self._turn.owner == 0
        arrived = arrived or self._wait_for(self.buffer.mark(timeout), deadline)
        arrived = self._sinks.flush(deadline) and arrived
        metrics.settle(wait=True)
        lost = self.lost_records
        whole = lost == self._lost_at_last_flush
        self._lost_at_last_flush = lost
        return arrived and whole

    @property
    def lost_records(self) -> int:
        """Records accepted that some sink never gets."""
        return self.buffer.dropped_records + self._lost_before + self._sinks.lost_records

    def _wait_for(self, marker: Marker | None, deadline: float) -> bool:
        if marker is None or self._turn.is_mine:
            return False  # a handler that interrupted this very delivery cannot wait for it
        while not marker.reached:
            if self._thread is None or not self._thread.is_alive():
                if not self.deliver_pending(max(0.001, deadline - time.monotonic())):
                    return marker.reached
            elif time.monotonic() >= deadline:
                return False
            else:
                self._signal.set()
                time.sleep(0.001)
        return True

    def shutdown(self, timeout: float) -> bool:
        """See `logging_system.shutdown`. Later records are written in the calling thread."""
        deadline = time.monotonic() + timeout
        done = self.flush(timeout, last=True)
        self.synchronous = True
        self.buffer.seal_at = 1
        self._stop.append(True)
        self._signal.set()
        if self._thread is not None:
            self._thread.join(max(0.05, deadline - time.monotonic()))
        with self._turn.held(max(0.05, deadline - time.monotonic())) as mine:
            if mine:
                self._deliver_until(self.buffer.mark(MARK_SECONDS))
            self._close_sinks(deadline - time.monotonic(), mine=mine)
        self._thread = None
        return done

    def before_fork(self) -> None:
        """Have no thread of ours in the process, and nobody in the middle of a delivery, when it is copied."""
        self._forking.add(native.get_ident())
        deadline = time.monotonic() + FORK_SECONDS
        self._stop.append(True)
        self._signal.set()
        if self._thread is not None:
            self._thread.ends(deadline)
        self._sinks.park(deadline)
        self._turn.keep(max(0.0, deadline - time.monotonic()))

    def after_fork_in_parent(self) -> None:
        """Go on: whatever came meanwhile gets its writer."""
        self._turn.give_back()
        self._forking.discard(native.get_ident())
        if self._thread is not None:
            self._start()
        self._sinks.unpark()

    def after_fork_in_child(self) -> None:
        """Start empty: what the parent accepted is the parent's to write, and its threads are not here."""
        self.buffer.restart()
        self.notices.restart()
        forget_after_fork()
        self._sinks.after_fork_in_child()
        self._restart()

    def _start(self) -> None:
        """Start the writer. The one before, if any, ends: also when two threads do this at once, one remains."""
        first, self.on_first_start = self.on_first_start, None
        if first is not None:
            first()
        if self.threadless or sys.is_finalizing():
            self.threadless = self.synchronous = True
            self.buffer.seal_at = 1
            self.deliver_pending()
            return
        stop: list[bool] = []
        before, self._stop = self._stop, stop
        before.append(True)
        self.buffer.seal_at = SEAL_RECORDS
        try:
            self._thread = native.NativeThread(lambda: self._run(stop))
        except RuntimeError as error:  # a sub-interpreter, or a limit of the system: the next record tries again
            diagnostics.say("writer", f"no thread can be started ({error}); records are written by their callers")
            self._thread = None
            self.buffer.seal_at = 1
            self.deliver_pending()

    # -- the writer ------------------------------------------------------------------------------

    def _run(self, stop: list[bool]) -> None:
        with own_thread():
            try:
                while not stop:
                    woken = self._signal.wait(self._flush_interval)
                    try:
                        if not woken:
                            self._idle()
                        if self.on_pass is not None:
                            self.on_pass()
                        self.deliver_pending(stop=stop)
                    except Exception as error:  # a fault of ours must not end the writer
                        metrics.count_sink_error("writer")
                        diagnostics.say("writer", f"{type(error).__name__}: {error}")
            finally:
                if not stop:  # killed from outside: the next record starts another one
                    metrics.count_sink_error("writer")
                    self.buffer.seal_at = 1

    def _idle(self) -> None:
        with self._turn.held(0.0) as mine:
            if mine:
                self._sinks.idle()

    def deliver_pending(self, timeout: float | None = None, stop: Sequence[bool] = ()) -> bool:
        """Write all that waits, in the thread that calls, until `stop` holds something.

        False if another thread delivers for all of `timeout`, in seconds.
        """
        while not (stop or (self.buffer.is_empty and not self._side)):
            with self._turn.held(timeout) as mine:
                if not mine:
                    # If we interrupted ourselves, the outer call goes on with what we appended.
                    return self._turn.is_mine
                self._deliver_until(self.buffer.mark(MARK_SECONDS), stop)
            self._do_deferred()
        return True

    def _deliver_until(self, marker: Marker | None, stop: Sequence[bool] = ()) -> None:
        """Deliver what was accepted before `marker`; callers may add more all the time."""
        marker = Marker() if marker is None else marker
        if self._side:
            self._sinks.write(self._side.empty(), local_only=True)
        while not (stop or marker.reached) and (batch := self.buffer.take()) is not None:
            if isinstance(batch, Marker):
                batch.reached = True
                continue
            try:
                self._sinks.write(batch)
            finally:
                self.buffer.release(batch)
            self.buffer.entries += self.notices.due()
        self.buffer.settle()
        self._report_drops()
        metrics.settle()

    def _report_drops(self) -> None:
        dropped = self.buffer.dropped_records
        if dropped > self._reported_drops:
            self._lose("buffer", "overflow", dropped - self._reported_drops)
            diagnostics.say("buffer", f"the buffer was full: {dropped} records dropped until now (LOG_OVERFLOW)")
            self._reported_drops = dropped
        if not self.buffer.is_full:
            self.notices.recovered("buffer")

    def _lose(self, sink: str, reason: str, count: int) -> None:
        metrics.count_dropped(sink, reason, count)
        self.notices.lost(sink, reason, count)
