"""From the buffer to the sinks: one buffer, one writer thread, and the sinks behind it.

The writer takes batches, counts them for the metrics and hands them to each sink. The file is
written right here, because that is quick; every other sink gets a `SinkWorker`, so that a terminal
or a network that hangs stalls neither the file nor the callers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from logging_system import diagnostics, metrics
from logging_system.config.schema import Settings
from logging_system.delivery.worker import SinkWorker
from logging_system.pipeline.buffer import SEAL_RECORDS, Buffer
from logging_system.pipeline.entry import Batch
from logging_system.pipeline.signal import Signal
from logging_system.sinks.base import Sink


class Pipeline:
    """Carries records from callers to `sinks` (used by the writer) and `workers` (each with its own thread)."""

    def __init__(self) -> None:
        self.buffer = Buffer(Settings().buffer_bytes, "drop_newest")
        #: Records lost by sinks in the writer, and by workers that were replaced; the others count their own.
        self.lost_records = 0
        self._sinks: list[Sink] = []
        self._workers: list[SinkWorker] = []
        self._flush_interval = Settings().flush_interval
        self._written = 0
        self._reported_drops = 0
        self._lost_at_last_flush = 0
        self._signal = Signal()
        self._delivering = threading.RLock()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = False
        #: After shutdown records are written in the caller: a thread could not be started any more.
        self.synchronous = False

    # -- callers ---------------------------------------------------------------------------------

    def relieve(self) -> None:
        """Called when `buffer.entries` holds `buffer.seal_at` records or a large one came: seal, wake the writer."""
        if self.synchronous:
            self.deliver_pending()
            return
        if self._thread is None or not self._thread.is_alive():
            self._start()
        else:
            self.buffer.seal()
            self._signal.set()
        if self.buffer.is_full and self.buffer.overflow == "block":
            self._wait_for_space()

    def _wait_for_space(self) -> None:
        thread = self._thread
        if thread is None or threading.current_thread() is thread:
            return
        while self.buffer.is_full and thread.is_alive() and not self.synchronous:
            self._signal.set()
            time.sleep(0.001)

    def wake(self) -> None:
        """Have the writer look at once instead of at the end of the flush interval."""
        self._signal.set()

    # -- life cycle ------------------------------------------------------------------------------

    def use(
        self, settings: Settings, sinks: Sequence[Sink], workers: Sequence[SinkWorker], *, deliver_pending: bool
    ) -> None:
        """Go over to new sinks. With `deliver_pending` what was accepted until now goes to the old ones."""
        with self._delivering:
            if deliver_pending:
                self.deliver_pending()
            self._close_sinks(time.monotonic() + 5.0)
            self.lost_records += sum(worker.lost_records for worker in self._workers)
            self._sinks, self._workers = list(sinks), list(workers)
            self._flush_interval = settings.flush_interval
            self.buffer.limit = settings.buffer_bytes
            self.buffer.overflow = settings.overflow
            if self.synchronous:
                self.synchronous = False
                self.buffer.seal_at = 1
            metrics.watch_buffer(lambda: self.buffer.bytes)
            metrics.describe_build(settings.service_name, settings.version)

    def flush(self, timeout: float) -> bool:
        """See `logging_system.flush`."""
        deadline = time.monotonic() + timeout
        sealed = self.buffer.seal(timeout=max(timeout, 0.001))
        target = self.buffer.sealed_records
        arrived = sealed and self._wait_until_written(target, deadline)
        # Every worker is asked, also when one was late: each delivers what it can until the deadline.
        arrived = all(worker.flush(deadline) for worker in self._workers) and arrived
        lost = self.buffer.dropped_records + self.lost_records + sum(w.lost_records for w in self._workers)
        whole = lost == self._lost_at_last_flush
        self._lost_at_last_flush = lost
        return arrived and whole

    def _wait_until_written(self, target: int, deadline: float) -> bool:
        while self._written < target:
            if self._thread is None or not self._thread.is_alive():
                self.deliver_pending()
            elif threading.current_thread() is self._thread:
                return False  # the writer cannot wait for itself
            elif time.monotonic() >= deadline:
                return False
            else:
                self._signal.set()
                time.sleep(0.001)
        return True

    def shutdown(self, timeout: float) -> bool:
        """See `logging_system.shutdown`. Later records are written in the calling thread."""
        deadline = time.monotonic() + timeout
        done = self.flush(timeout)
        self._stopping = True
        self._signal.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(max(0.05, deadline - time.monotonic()))
        self._thread = None
        self.synchronous = True
        self.buffer.seal_at = 1
        if self._delivering.acquire(timeout=max(0.05, deadline - time.monotonic())):
            try:
                self.deliver_pending()
                self._close_sinks(deadline)
            finally:
                self._delivering.release()
        return done

    def restart_after_fork(self) -> None:
        """In a fork's child: what the parent accepted is the parent's to write, and its threads are not here."""
        self.buffer.restart()
        for worker in self._workers:
            worker.restart_after_fork()
        self._signal = Signal()
        self._delivering = threading.RLock()
        self._starting = threading.Lock()
        self._thread = None
        self._written = self._reported_drops = self._lost_at_last_flush = self.lost_records = 0

    def _start(self) -> None:
        """Start the writer, once, whoever else calls at the same time."""
        if not self._starting.acquire(blocking=False):
            return
        try:
            if self._thread is not None and self._thread.is_alive():
                return
            self._stopping = False
            self._thread = threading.Thread(target=self._run, name="logging_system-writer", daemon=True)
            self._thread.start()
            self.buffer.seal_at = SEAL_RECORDS
        except RuntimeError:  # no thread can be started any more: the interpreter is ending
            self._thread = None
            self.synchronous = True
            self.buffer.seal_at = 1
            self.deliver_pending()
        finally:
            self._starting.release()

    def _close_sinks(self, deadline: float) -> None:
        for sink in self._sinks:
            sink.close()
        for worker in self._workers:
            worker.close(deadline)

    # -- the writer ------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping:
            if not self._signal.wait(self._flush_interval):
                self._idle()
            self.deliver_pending()

    def deliver_pending(self) -> None:
        """Write all that waits, in the thread that calls."""
        with self._delivering:
            while (batch := self.buffer.take()) is not None:
                try:
                    self._deliver(batch)
                finally:
                    self._written += len(batch.entries)
                    self.buffer.release(batch)
            self._report_drops()

    def _deliver(self, batch: Batch) -> None:
        metrics.count_batch(batch.entries)
        for sink in self._sinks:
            try:
                sink.write(batch.entries)
                diagnostics.forget(sink.name)
            except Exception as error:
                self._count_failure(sink, error, len(batch.entries))
        for worker in self._workers:
            worker.write(batch.entries)

    def _count_failure(self, sink: Sink, error: Exception, count: int) -> None:
        self.lost_records += count
        metrics.sink_errors.labels(sink.name).inc()
        metrics.records_dropped.labels(sink.name, "error").inc(count)
        diagnostics.say(
            sink.name, f"sink {sink.name}: {error or type(error).__name__}; records are dropped and counted"
        )

    def _report_drops(self) -> None:
        dropped = self.buffer.dropped_records
        if dropped > self._reported_drops:
            # Dropped records were sealed, so `flush` counts them as done.
            self._written += dropped - self._reported_drops
            metrics.records_dropped.labels("buffer", "overflow").inc(dropped - self._reported_drops)
            diagnostics.say("buffer", f"the buffer was full: {dropped} records dropped until now (LOG_OVERFLOW)")
            self._reported_drops = dropped

    def _idle(self) -> None:
        with self._delivering:
            for sink in self._sinks:
                try:
                    sink.idle()
                except Exception as error:
                    diagnostics.say(sink.name, f"sink {sink.name}: {error or type(error).__name__}")
