"""The one pipeline of the process: configuring, flushing, shutting down, and fork.

Importing this opens nothing and starts nothing. The first record (or `configure`) resolves the
configuration; the first record starts the writer.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import threading
from collections.abc import Callable

from logging_system import diagnostics, metrics
from logging_system.config.load import load_settings
from logging_system.config.schema import Settings
from logging_system.delivery.worker import SinkWorker
from logging_system.errors import ConfigError
from logging_system.pipeline.pipeline import Pipeline
from logging_system.sinks import compression
from logging_system.sinks.base import Sink
from logging_system.sinks.console import ConsoleSink
from logging_system.sinks.file import FileSink, log_file_path

pipeline = Pipeline()

_settings: Settings | None = None
_explicit = False
_lock = threading.RLock()
_callbacks: list[Callable[[Settings], None]] = []


def configure(path: str | os.PathLike[str] | None = None, **overrides: object) -> None:
    """Configure the library: keyword over environment over YAML file over default. May be called again.

    `path` is a YAML file (default: `$LOG_CONFIG`, else `./logging_config.yaml` if there). Raises
    ConfigError, which names source, key, value and what was expected; the configuration in force
    then stays.
    """
    with _lock:
        settings = load_settings(path, overrides)
        _use(settings, explicit=True)


def current_settings() -> Settings:
    """The settings in force; resolved from environment and file at the first call.

    Never raises: a record must not fail for a bad file. Defaults are used then, and stderr says so.
    """
    settings = _settings
    if settings is not None:
        return settings
    with _lock:
        if _settings is None:
            try:
                _use(load_settings(), explicit=False)
            except ConfigError as error:
                diagnostics.say("configuration", f"{error}; the defaults are used")
                _use(Settings(), explicit=False)
    return _settings or Settings()


def settings_if_configured() -> Settings | None:
    """The settings in force, or None while nothing has resolved them."""
    return _settings


def on_configure(callback: Callable[[Settings], None]) -> None:
    """Call `callback` with each new configuration."""
    _callbacks.append(callback)


def flush(timeout: float = 5.0) -> bool:
    """Wait until every record accepted before this call has reached its sinks.

    `timeout` is in seconds, for all sinks together. Returns False if something was not delivered
    in time, or was lost since the last call. Never raises.
    """
    return pipeline.flush(timeout)


def shutdown(timeout: float = 5.0) -> bool:
    """Flush, close the sinks and end the threads; runs at exit by itself. May be called again.

    `timeout` is in seconds. Returns what `flush` would. Records logged later are still written to
    the file and the console, in the calling thread.
    """
    return pipeline.shutdown(timeout)


def _use(settings: Settings, *, explicit: bool) -> None:
    global _settings, _explicit
    sinks, workers = _sinks_of(settings)
    # What was logged before the program's own `configure` goes where that says.
    pipeline.use(settings, sinks, workers, deliver_pending=_explicit)
    _settings, _explicit = settings, explicit
    for callback in _callbacks:
        callback(settings)


def _sinks_of(settings: Settings) -> tuple[list[Sink], list[SinkWorker]]:
    sinks: list[Sink] = []
    workers: list[SinkWorker] = []

    if settings.file_output:
        if not compression.is_available(settings.file_compress):
            raise ConfigError("handlers.file.compress", "", "zstd needs a package: pip install 'logging-system[zstd]'")
        sinks.append(
            FileSink(
                log_file_path(settings.log_dir, settings.service_name),
                max_size=settings.max_file_size,
                backup_count=settings.backup_count,
                compress=settings.file_compress,
                plain=settings.file_format == "plain",
                fsync=settings.fsync,
                rotate_every=settings.rotate_every,
                max_total_size=settings.max_total_size,
                max_age=settings.max_age,
            )
        )

    blocks = settings.overflow == "block"
    if settings.console_output:
        workers.append(
            SinkWorker(
                ConsoleSink(settings.console_format),
                limit=settings.buffer_bytes,
                flush_interval=settings.flush_interval,
                max_records=256,
                blocks=blocks,
                local=True,
            )
        )
    workers.extend(
        SinkWorker(sink, limit=settings.buffer_bytes, flush_interval=settings.flush_interval, blocks=blocks)
        for sink in settings.sinks
    )

    if settings.cloudwatch is not None:
        if importlib.util.find_spec("boto3") is None:
            raise ConfigError("handlers.cloudwatch", "", "needs boto3: pip install 'logging-system[aws]'")
        from logging_system.sinks.cloudwatch import CloudWatchSink  # an extra

        workers.append(
            SinkWorker(
                CloudWatchSink(settings.cloudwatch, service_name=settings.service_name, region=settings.aws_region),
                limit=settings.buffer_bytes,
                flush_interval=settings.cloudwatch.flush_interval,
                max_records=settings.cloudwatch.batch_size,
                blocks=blocks,
            )
        )
    return sinks, workers


def _after_fork_in_child() -> None:
    global _lock
    _lock = threading.RLock()
    pipeline.restart_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
atexit.register(shutdown)
metrics.take_port_from(lambda: current_settings().metrics_port)
