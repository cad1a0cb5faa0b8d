"""The library's Prometheus metrics (names in the README) and the server that exposes them.

Counting never waits and takes no lock (`metrics_pending.py`); the numbers are added up by the
writer once a batch and before each scrape, so a scrape is always up to date. A fork's child starts
at 0. Importing this opens no port; `start_server` does.
"""

from __future__ import annotations

import atexit
import os
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Thread
from typing import TYPE_CHECKING, Final
from wsgiref.simple_server import WSGIServer

import prometheus_client
from prometheus_client import REGISTRY, CollectorRegistry, Metric

from logging_system.levels import NAMES, level_number
from logging_system.metrics_exemplars import Source
from logging_system.metrics_pending import Labels, Pending
from logging_system.metrics_series import Asked, Counter, ExposedMetric, Histogram, UpDown, label_text
from logging_system.pipeline.entry import Entry

if TYPE_CHECKING:
    from logging_system.metrics_files import ValueFiles

#: Seconds; 2.0 is the threshold of the latency alert and needs finite buckets above it.
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)

_pending = Pending()

log_messages = Counter(
    "log_messages_total", "Records accepted, by level", ("level",), [(name,) for name in NAMES.values()]
)
log_errors = Counter("log_errors_total", "ERROR and CRITICAL records, by exception type", ("type",))
operation_duration = Histogram(
    "operation_duration_seconds", "Duration of timed operations", ("operation", "outcome"), BUCKETS
)
active_contexts = UpDown("active_contexts", "Logging contexts that are entered now")
records_dropped = Counter(
    "log_records_dropped_total",
    "Records lost, by sink and reason",
    ("sink", "reason"),
    [("buffer", "overflow")],
)
records_written = Counter("log_records_written_total", "Records that a sink took", ("sink",))
records_sampled_out = Counter("log_records_sampled_out_total", "Records left out on purpose by sampling")
records_filtered = Counter("log_records_filtered_total", "Records left out on purpose by filters")
records_suppressed = Counter("log_records_suppressed_total", "Records left out on purpose by the rate limit")
sink_errors = Counter("log_sink_errors_total", "Failed attempts of a sink", ("sink",))
buffer_bytes = Asked("log_buffer_bytes", "Bytes of records waiting for the writer", multiprocess_mode="livesum")
build_info = Asked(
    "app_build_info",
    "1, labelled with what runs",
    ("service", "version"),
    multiprocess_mode="livemax",
)

_METRICS: Final[Sequence[ExposedMetric]] = (
    log_messages,
    log_errors,
    operation_duration,
    active_contexts,
    records_dropped,
    records_written,
    records_sampled_out,
    records_filtered,
    records_suppressed,
    sink_errors,
    buffer_bytes,
    build_info,
)
buffer_bytes.ask = lambda: {(): 0.0}
_files: ValueFiles | None = None
_configured_port: Callable[[], int] = lambda: 8080  # noqa: E731 - replaced by the life cycle


def count_batch(entries: Iterable[Entry]) -> None:
    """Count the records of a batch by level, and its errors by type."""
    entries = list(entries)
    for level, count in Tally([entry[0] for entry in entries]).items():
        _pending.add(log_messages, (NAMES.get(level) or NAMES[level_number(level)],), count)
    for error_type, count in Tally([entry[3] for entry in entries if entry[3] is not None]).items():
        _pending.add(log_errors, (error_type,), count)


def observe_operation(operation: str, outcome: str, seconds: float, source: Source | None = None) -> None:
    """Add one duration to `operation_duration_seconds`; `source` is the record about it, if one was written."""
    _pending.add(operation_duration, (operation, outcome), seconds, source)


def context_entered() -> None:
    """One more context is active."""
    _pending.add(active_contexts, (), 1)


def context_left() -> None:
    """A context is active no more."""
    _pending.add(active_contexts, (), -1)


def count_written(sink: str, count: int) -> None:
    """Count records that a sink took; with `count_dropped` they add up to those accepted."""
    _pending.add(records_written, (sink,), count)


def count_dropped(sink: str, reason: str, count: int) -> None:
    """Count records that a sink (or the buffer, for all sinks) lost."""
    _pending.add(records_dropped, (sink, reason), count)


def count_sink_error(sink: str) -> None:
    """Count a failed attempt of a sink."""
    _pending.add(sink_errors, (sink,), 1)


def count_sampled_out(count: int = 1) -> None:
    """Count records left out by sampling."""
    _pending.add(records_sampled_out, (), count)


def count_filtered(count: int = 1) -> None:
    """Count records left out by a filter."""
    _pending.add(records_filtered, (), count)


def count_suppressed(count: int = 1) -> None:
    """Count records left out by the rate limit."""
    _pending.add(records_suppressed, (), count)


def settle(*, wait: bool = False) -> None:
    """Add up what was counted; in multiprocess mode for other processes too.

    Does nothing if another thread is at it; with `wait` it waits for that one, a second at most.
    """
    _pending.settle(None if _files is None else _files.copy, wait=wait)


def describe_build(service: str, version: str) -> None:
    """Make `app_build_info` name this service and version and no other."""
    series: Mapping[Labels, float] = {(label_text(service), label_text(version)): 1.0}
    build_info.ask = lambda: series


def watch_buffer(read_bytes: Callable[[], float]) -> None:
    """Let `log_buffer_bytes` ask `read_bytes` at each scrape."""
    buffer_bytes.ask = lambda: {(): read_bytes()}


def take_port_from(configured_port: Callable[[], int]) -> None:
    """Let `start_server` ask for the configured port when it is called without one."""
    global _configured_port
    _configured_port = configured_port


def start_server(port: int | None = None, host: str = "127.0.0.1") -> tuple[WSGIServer, Thread]:
    """Serve `/metrics` on `port` (default: METRICS_PORT; 0 takes a free one), loopback unless told otherwise.

    Who asks for `application/openmetrics-text` gets exemplars as well: the `correlation_id` (and `trace_id`)
    of the last record in each bucket of durations.
    With PROMETHEUS_MULTIPROC_DIR set these are the metrics of all processes that share it, without exemplars. Returns
    the server (its `server_port` is the port in use; `shutdown()` ends it) and its thread. Raises
    OSError when the port is taken.
    """
    registry = REGISTRY
    if _files is not None:
        from logging_system.metrics_files import AllProcesses

        registry = CollectorRegistry(support_collectors_without_names=True)
        registry.register(AllProcesses(lambda: settle(wait=True), collector.collect))
    return prometheus_client.start_http_server(_configured_port() if port is None else port, host, registry)


def mark_process_dead(pid: int) -> None:
    """In multiprocess mode: the process `pid` has ended, however it did; its gauges count no more. Never raises.

    Call it where workers are reaped, for gunicorn in the configuration file:
    `def child_exit(server, worker): metrics.mark_process_dead(worker.pid)`. Counters stay, as they
    must. Without multiprocess mode it does nothing.
    """
    if _files is not None:
        from logging_system import metrics_files

        metrics_files.mark_process_dead(pid)


def after_fork_in_child() -> None:
    """Start at 0 with a lock of our own: what the parent counted is the parent's."""
    _pending.restart()
    for metric in _METRICS:
        metric.restart()
    if _files is not None:
        _files.restart()


class Collector:
    """What prometheus_client's registry asks at each scrape."""

    def describe(self) -> list[Metric]:
        """The metrics without their series, for the registry to know their names."""
        return [metric.described() for metric in _METRICS]

    def collect(self) -> list[Metric]:
        """The metrics, with all that was counted until now."""
        settle(wait=True)
        return [metric.collected() for metric in _METRICS]


def _share_between_processes() -> ValueFiles:
    from logging_system.metrics_files import ValueFiles

    # prometheus_client has one lock for the values of the whole process. A fork while our writer
    # holds it would leave the child without: so no fork while numbers are copied.
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_pending.hold_for_fork, after_in_parent=_pending.release_after_fork)
    atexit.register(settle, wait=True)
    return ValueFiles(_METRICS)


if getattr(prometheus_client.values.ValueClass, "_multiprocess", False):
    _files = _share_between_processes()
collector: Final = Collector()
REGISTRY.register(collector)
