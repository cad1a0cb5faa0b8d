"""The sinks that a configuration asks for: those the writer uses itself, and those with a worker of their own."""

from __future__ import annotations

import importlib.util

from logging_system.config.schema import Settings
from logging_system.delivery.storm import StormLimit
from logging_system.delivery.worker import News, SinkWorker
from logging_system.errors import ConfigError
from logging_system.levels import CRITICAL
from logging_system.sinks import compression
from logging_system.sinks.base import Sink
from logging_system.sinks.console import ConsoleSink
from logging_system.sinks.file import FileSink, log_file_path

#: Lines that the console gets at a time.
_CONSOLE_RECORDS = 256


def build_sinks(settings: Settings, tell: News) -> tuple[list[Sink], list[SinkWorker]]:
    """Make them; nothing is opened yet. `tell` hears of losses. Raises ConfigError for a package that is missing."""
    sinks: list[Sink] = []
    workers: list[SinkWorker] = []

    def add_worker(sink: Sink, *, flush_interval: float, max_records: int = 10_000, is_local: bool = False) -> None:
        workers.append(
            SinkWorker(
                sink,
                limit=settings.buffer_bytes,
                flush_interval=flush_interval,
                max_records=max_records,
                wait_for_space=settings.block_timeout if settings.overflow == "block" else 0.0,
                is_local=is_local,
                tell=tell,
            )
        )

    if settings.file_output:
        sinks.append(_file_sink(settings))
    if settings.console_output:
        add_worker(
            ConsoleSink(settings.console_format),
            flush_interval=settings.flush_interval,
            max_records=_CONSOLE_RECORDS,
            is_local=True,
        )
    for sink in settings.sinks:
        add_worker(sink, flush_interval=settings.flush_interval)
    if settings.cloudwatch is not None:
        if importlib.util.find_spec("boto3") is None:
            raise ConfigError("configuration", "handlers.cloudwatch", "needs boto3: pip install 'logging-system[aws]'")
        from logging_system.sinks.cloudwatch import CloudWatchSink  # an extra

        add_worker(
            CloudWatchSink(settings.cloudwatch, service_name=settings.service_name, region=settings.aws_region),
            flush_interval=settings.cloudwatch.flush_interval,
            max_records=settings.cloudwatch.batch_size,
        )
    if settings.alertmanager_url is not None and settings.alertmanager_output:
        workers.append(_alert_worker(settings.alertmanager_url, settings, tell))
    return sinks, workers


def _alert_worker(url: str, settings: Settings, tell: News) -> SinkWorker:
    """It never makes the writer wait, whatever the overflow policy: a page is no reason to stop the program."""
    from logging_system.sinks.alert import AlertTexts
    from logging_system.sinks.alertmanager import AlertmanagerSink  # http.client, for those who want it

    texts = AlertTexts(
        settings.service_name,
        settings.alertmanager_resolve_after,
        settings.alertmanager_runbook_url,
        settings.alertmanager_dashboard_url,
    )
    return SinkWorker(
        AlertmanagerSink(url, texts, timeout=settings.alertmanager_timeout, instance=settings.alertmanager_instance),
        limit=settings.buffer_bytes,
        flush_interval=settings.flush_interval,
        max_records=1,
        retry_for=settings.alertmanager_retry_for,
        level=CRITICAL,
        storm=StormLimit(settings.alertmanager_max_per_minute),
        tell=tell,
    )


def _file_sink(settings: Settings) -> FileSink:
    if not compression.is_available(settings.file_compress):
        problem = "zstd needs a package: pip install 'logging-system[zstd]'"
        raise ConfigError("configuration", "handlers.file.compress", problem)
    return FileSink(
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
