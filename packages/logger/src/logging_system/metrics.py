"""The library's Prometheus metrics (names in the README) and the server that exposes them.

Records are counted by the writer, a batch at a time, so that a log call does not pay for it.
Importing this opens no port; `start_server` does.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterable
from threading import Thread
from wsgiref.simple_server import WSGIServer

import prometheus_client
from prometheus_client import Counter, Gauge, Histogram

from logging_system.levels import NAMES
from logging_system.pipeline.entry import Entry

#: Seconds; 2.0 is the threshold of the latency alert and needs finite buckets above it.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
#: Distinct values of a label that comes from the program; further ones are counted as `_other`.
MAX_LABEL_VALUES = 200

log_messages = Counter("log_messages_total", "Records accepted, by level", ["level"])
log_errors = Counter("log_errors_total", "ERROR and CRITICAL records, by exception type", ["type"])
operation_duration = Histogram(
    "operation_duration_seconds", "Duration of timed operations", ["operation", "outcome"], buckets=BUCKETS
)
active_contexts = Gauge("active_contexts", "Logging contexts that are entered now")
records_dropped = Counter("log_records_dropped_total", "Records lost, by sink and reason", ["sink", "reason"])
records_sampled_out = Counter("log_records_sampled_out_total", "Records left out on purpose by sampling")
sink_errors = Counter("log_sink_errors_total", "Failed attempts of a sink", ["sink"])
buffer_bytes = Gauge("log_buffer_bytes", "Bytes of records waiting for the writer")
build_info = Gauge("app_build_info", "1, labelled with what runs", ["service", "version"])

for _name in NAMES.values():
    log_messages.labels(_name)
records_dropped.labels("buffer", "overflow")

_seen: dict[str, set[str]] = {}
_configured_port: Callable[[], int] = lambda: 8080  # noqa: E731 - replaced by the life cycle


def bounded_label(label: str, value: str) -> str:
    """Return `value`, or `_other` once `label` has had too many different ones."""
    seen = _seen.setdefault(label, set())
    if value in seen:
        return value
    if len(seen) >= MAX_LABEL_VALUES:
        return "_other"
    seen.add(value)
    return value


def count_batch(entries: Iterable[Entry]) -> None:
    """Count the records of a batch by level, and its errors by type."""
    levels: Tally[int] = Tally()
    errors: Tally[str] = Tally()
    for level, _, _, error_type in entries:
        levels[level] += 1
        if error_type is not None:
            errors[error_type] += 1
    for level, count in levels.items():
        log_messages.labels(NAMES[level]).inc(count)
    for error_type, count in errors.items():
        log_errors.labels(bounded_label("type", error_type)).inc(count)


def observe_operation(operation: str, outcome: str, seconds: float) -> None:
    """Add one duration to `operation_duration_seconds`."""
    operation_duration.labels(bounded_label("operation", operation), outcome).observe(seconds)


def describe_build(service: str, version: str) -> None:
    """Make `app_build_info` name this service and version and no other."""
    build_info.clear()
    build_info.labels(service, version).set(1)


def watch_buffer(read_bytes: Callable[[], float]) -> None:
    """Let `log_buffer_bytes` ask `read_bytes` at each scrape."""
    buffer_bytes.set_function(read_bytes)


def take_port_from(configured_port: Callable[[], int]) -> None:
    """Let `start_server` ask for the configured port when it is called without one."""
    global _configured_port
    _configured_port = configured_port


def start_server(port: int | None = None, host: str = "127.0.0.1") -> tuple[WSGIServer, Thread]:
    """Serve `/metrics` on `port` (default: METRICS_PORT; 0 takes a free one), loopback unless told otherwise.

    Returns the server (its `server_port` is the port in use; `shutdown()` ends it) and its thread.
    Raises OSError when the port is taken.
    """
    return prometheus_client.start_http_server(_configured_port() if port is None else port, host)
