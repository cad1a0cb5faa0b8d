"""The sinks of a configuration together: those the writer uses itself, and those with a worker.

One thread at a time writes here. A sink that fails loses its batch and nothing else: that is
counted, said on stderr and told in the log once it works again.
"""

from __future__ import annotations

from collections.abc import Sequence

from logging_system import diagnostics, metrics
from logging_system.delivery.worker import SinkWorker
from logging_system.pipeline.drops import DropNotices
from logging_system.pipeline.entry import Entry
from logging_system.sinks.base import Rejected, Sink


class SinkSet:
    """`sinks` are written here and now, `workers` take records over."""

    def __init__(self, sinks: Sequence[Sink], workers: Sequence[SinkWorker], notices: DropNotices) -> None:
        self._sinks = sinks
        self._workers = workers
        self._notices = notices
        self._lost_here = 0

    @property
    def lost_records(self) -> int:
        """Records that some sink never gets."""
        return self._lost_here + sum(worker.lost_records for worker in self._workers)

    def write(self, batch: list[Entry], *, local_only: bool = False) -> None:
        """Hand a batch to every sink, or to the local ones."""
        metrics.count_batch(batch)
        for sink in self._sinks:
            self._write(sink, batch)
        for worker in self._workers:
            if worker.is_local or not local_only:
                worker.write(batch)

    def _write(self, sink: Sink, batch: list[Entry]) -> None:
        lost, trouble = len(batch), "interrupted"
        try:
            sink.write(batch)
            lost = 0
        except Rejected as error:
            lost, trouble = error.count, str(error)
        except Exception as error:
            trouble = str(error) or type(error).__name__
        finally:  # also when a KeyboardInterrupt passes through
            metrics.count_written(sink.name, len(batch) - lost)
            if lost:
                self._lost_here += lost
                self._fail(sink.name, trouble, lost)
        if not lost:
            diagnostics.forget(sink.name)
            self._notices.recovered(sink.name)

    def _fail(self, sink: str, trouble: str, lost: int) -> None:
        metrics.count_sink_error(sink)
        metrics.count_dropped(sink, "error", lost)
        self._notices.lost(sink, "error", lost)
        diagnostics.say(sink, f"sink {sink}: {trouble}; records are dropped and counted")

    def flush(self, deadline: float) -> bool:
        """Have the workers deliver what they took over; each is asked, also when one was late."""
        return all([worker.flush(deadline) for worker in self._workers])  # noqa: C419 - not only up to the first

    def idle(self) -> None:
        """Nothing is waiting."""
        for sink in self._sinks:
            try:
                sink.idle()
            except Exception as error:
                diagnostics.say(sink.name, f"sink {sink.name}: {error or type(error).__name__}")

    def close(self, deadline: float, *, writer_hangs: bool) -> None:
        """Close them. A sink in which the writer hangs is left alone."""
        for sink in [] if writer_hangs else self._sinks:
            try:
                sink.close()
            except Exception as error:
                diagnostics.say(sink.name, f"sink {sink.name}: {error or type(error).__name__}")
        for worker in self._workers:
            worker.close(deadline)

    # -- fork ------------------------------------------------------------------------------------

    def park(self, deadline: float) -> None:
        """Have the workers' threads end until `deadline` (monotonic), with what waits left where it is."""
        threads = [worker.park() for worker in self._workers]
        for worker, thread in zip(self._workers, threads, strict=True):
            if thread is not None:
                worker.is_unparkable = not thread.ends(deadline)

    def unpark(self) -> None:
        """Go on."""
        for worker in self._workers:
            worker.unpark()

    def after_fork_in_child(self) -> None:
        """What waits is the parent's to deliver."""
        self._lost_here = 0
        for worker in self._workers:
            worker.restart_after_fork()
        for sink in self._sinks:
            restart = getattr(sink, "after_fork_in_child", None)
            if restart is not None:
                restart()
